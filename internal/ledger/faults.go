package ledger

import (
	"errors"
	"fmt"
	"io"
	"os"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrFull: the ledger's file system has no room for what is to be recorded.
// Nothing was; what was recorded before is whole.
var ErrFull = errors.New("the ledger finds no room")

// ErrWrite: the ledger's file cannot be written, for another reason than a full
// file system: a limit of file sizes, a disk that fails. Nothing was recorded.
var ErrWrite = errors.New("the ledger cannot be written")

// DamageError is a file that is no ledger, or no longer one.
type DamageError struct {
	Path string
	Err  error
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("ledger %s: it is damaged or no ledger: %v", e.Path, e.Err)
}

func (e *DamageError) Unwrap() error { return e.Err }

// Hint is what to do.
func (e *DamageError) Hint() string {
	return fmt.Sprintf("move it away (mv %s %s.damaged) and run again: posts that nobody edited are recognised and not asked for again", e.Path, e.Path)
}

// fault gives an error of SQLite the type that says what to do.
func fault(path string, err error) error {
	var coded *sqlite.Error
	if !errors.As(err, &coded) {
		return err
	}
	switch coded.Code() {
	case sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMMAP:
		// The index of the log, a file of its own, could not grow.
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	switch coded.Code() & 0xff {
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY:
		return fmt.Errorf("%w: %w", ErrWrite, err)
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("%w: %w", ErrFull, err)
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return &DamageError{path, err}
	}
	return err
}

// magic begins every SQLite file.
const magic = "SQLite format 3\x00"

// checkFile refuses a file that is no database before SQLite opens it.
func checkFile(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, len(magic))
	switch n, err := io.ReadFull(f, head); {
	case errors.Is(err, io.EOF):
		// Empty: a ledger whose first transaction was never written.
		return nil
	case err != nil || string(head[:n]) != magic:
		return &DamageError{path, errors.New("the file does not begin as an SQLite database does")}
	}
	return nil
}
