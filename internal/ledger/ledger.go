package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"time"

	_ "modernc.org/sqlite" // the driver
)

// Ledger is an open ledger. It may be used from many goroutines; one process
// at a time writes.
type Ledger struct {
	// db reads, over as many connections as are needed; writer is the one
	// connection that writes, so that no two writers of this process wait for
	// each other inside SQLite.
	db, writer *sql.DB
	path       string
	// scratch, when not "", is a folder that Close removes.
	scratch string
	// now stamps rows.
	now func() time.Time
}

// Open opens a ledger, making it or bringing its schema forward. A ledger of a
// newer schema is a *VersionError and stays untouched.
func Open(path string) (*Ledger, error) {
	if err := checkFile(path); err != nil {
		return nil, err
	}
	l := &Ledger{path: path, now: time.Now}
	// FULL makes a commit survive a power cut.
	err := l.connect(&l.writer, path, "rwc", "synchronous(FULL)")
	if err == nil {
		l.writer.SetMaxOpenConns(1)
		err = migrate(context.Background(), l.writer, path)
	}
	if err == nil {
		err = l.connect(&l.db, path, "rw")
	}
	if err != nil {
		return nil, errors.Join(named(path, err), l.Close())
	}
	return l, nil
}

// named says which ledger an error is of, where it does not say so itself.
func named(path string, err error) error {
	err = fault(path, err)
	if errors.As(err, new(*VersionError)) || errors.As(err, new(*DamageError)) {
		return err
	}
	return fmt.Errorf("ledger %s: %w", path, err)
}

// connect prepares connections. A transaction takes the write lock at its
// beginning: one that took it later would fail when another had written since.
func (l *Ledger) connect(db **sql.DB, path, mode string, pragmas ...string) (err error) {
	params := url.Values{
		"mode": {mode}, "_txlock": {"immediate"},
		"_pragma": append(pragmas, "busy_timeout(10000)", "foreign_keys(ON)"),
	}
	dsn := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: params.Encode()}).String()
	*db, err = sql.Open("sqlite", dsn)
	return err
}

// Close writes everything back into the one file.
func (l *Ledger) Close() error {
	var errs []error
	for _, db := range []*sql.DB{l.db, l.writer} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if l.scratch != "" {
		errs = append(errs, os.RemoveAll(l.scratch))
	}
	return errors.Join(errs...)
}

func (l *Ledger) stamp() string { return l.now().UTC().Format(time.RFC3339Nano) }

// within runs fn in a transaction.
func (l *Ledger) within(ctx context.Context, fn func(*sql.Tx) error) error {
	tx, err := l.writer.BeginTx(ctx, nil)
	if err != nil {
		return fault(l.path, err)
	}
	if err := fn(tx); err != nil {
		// SQLite has rolled back by itself where it could not write.
		_ = tx.Rollback()
		return fault(l.path, err)
	}
	return fault(l.path, tx.Commit())
}
