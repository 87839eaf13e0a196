package ledger

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/nightpress/nightpress/internal/errtype"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// plainError is an error of SQLite in words for a person. Unwrap returns the
// original.
type plainError struct {
	text string
	err  error
}

func (e *plainError) Error() string { return e.text }
func (e *plainError) Unwrap() error { return e.err }

// fault translates an error of SQLite or of database/sql. No text of theirs is in
// the result's text: the number of SQLite's error is, for bug reports. Other errors
// are returned unchanged, and so is sql.ErrNoRows.
func (l *Ledger) fault(err error) error {
	if err == nil || errtype.Is[*DamageError](err) || errtype.Is[*AccessError](err) {
		return err
	}
	if coded, ok := errors.AsType[*sqlite.Error](err); ok {
		return l.codedFault(err, coded)
	}
	switch text := err.Error(); {
	case isClosed(err):
		return &AccessError{l.path, &plainError{ErrClosed.Error(), errors.Join(ErrClosed, err)}}
	case strings.Contains(text, scanError):
		// A page of another table in its place.
		return &DamageError{l.path, &plainError{scanned(text), err}}
	}
	return err
}

// isClosed reports whether err says that the database was closed. database/sql
// does not export its error of that (errDBClosed, Go 1.26).
func isClosed(err error) bool {
	return errors.Is(err, sql.ErrConnDone) || errors.Is(err, sql.ErrTxDone) || errors.Is(err, driver.ErrBadConn) ||
		strings.Contains(err.Error(), "sql: database is closed") || strings.Contains(err.Error(), "sql: statement is closed")
}

// scanError is in the text of an error of Rows.Scan (database/sql, Go 1.26).
const scanError = "sql: Scan error on column"

// scanned puts an error of Rows.Scan into words.
func scanned(text string) string {
	_, name, found := strings.Cut(text, `name "`)
	name, _, closed := strings.Cut(name, `"`)
	if !found || !closed {
		return "a value of it has the wrong type"
	}
	return fmt.Sprintf("a value in its column %.40q has the wrong type", name)
}

// codedFault translates err, which wraps an error of SQLite.
func (l *Ledger) codedFault(err error, coded *sqlite.Error) error {
	numbered := &plainError{strings.TrimSuffix(err.Error(), coded.Error()) + fmt.Sprintf("SQLite error %d", coded.Code()), err}
	access := func(why error) error { return &AccessError{l.path, fmt.Errorf("%w (%w)", why, numbered)} }
	damage := func(why string) error { return &DamageError{l.path, fmt.Errorf("%s (%w)", why, numbered)} }
	switch coded.Code() {
	case sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMMAP:
		// The index of the log, a file of its own, could not grow.
		return access(ErrFull)
	case sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ:
		if l.snapshot != nil && l.snapshot.unchanged() != nil {
			return access(ErrChanged)
		}
		return access(ErrRead)
	}
	switch coded.Code() & 0xff {
	case sqlite3.SQLITE_INTERRUPT:
		return &plainError{"the use of the ledger was canceled", errors.Join(context.Canceled, err)}
	case sqlite3.SQLITE_FULL:
		return access(ErrFull)
	case sqlite3.SQLITE_IOERR:
		if l.writer == nil {
			return access(ErrRead)
		}
		return access(ErrWrite)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return access(ErrWrite)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return access(ErrBusy)
	case sqlite3.SQLITE_CANTOPEN:
		return access(errors.New("it cannot be opened"))
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_FORMAT:
		return damage("its pages are inconsistent")
	case sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH:
		return damage("its rows contradict each other")
	case sqlite3.SQLITE_ERROR:
		if why := brokenSchema(coded.Error()); why != "" {
			return damage(why)
		}
	}
	return access(errors.New("it cannot be used"))
}

// brokenSchema says what the text of SQLITE_ERROR reports about damaged tables; ""
// if it reports something else.
func brokenSchema(text string) string {
	for _, kind := range []string{"table", "column", "index"} {
		if _, name, found := strings.Cut(text, "no such "+kind+": "); found {
			name, _, _ = strings.Cut(name, " ")
			return fmt.Sprintf("its %s %.40q is missing", kind, name)
		}
	}
	if strings.Contains(text, " has no column named ") || strings.Contains(text, "no such ") {
		return "a part of it is missing"
	}
	if strings.Contains(text, "malformed") {
		return "a part of it cannot be read"
	}
	return ""
}

// named adds the ledger's path to an error of opening.
func (l *Ledger) named(err error) error {
	err = l.fault(err)
	switch {
	case errtype.Is[*VersionError](err), errtype.Is[*OldError](err), errtype.Is[*DamageError](err),
		errtype.Is[*ForeignError](err), errtype.Is[*AccessError](err):
		return err
	case errors.Is(err, errChanged):
		return &AccessError{l.path, ErrChanged}
	}
	return &AccessError{l.path, err}
}

// needsSnapshot reports whether a shared reader failed because it could not write
// the log's index.
func needsSnapshot(err error) bool {
	coded, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return false
	}
	switch coded.Code() & 0xff {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PROTOCOL:
		return true
	}
	return false
}
