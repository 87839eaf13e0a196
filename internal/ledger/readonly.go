package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
)

// OldError is a ledger whose schema is behind and which a reader may not bring
// forward.
type OldError struct {
	Path        string
	Have, Known int
}

func (e *OldError) Error() string {
	return fmt.Sprintf("ledger %s: written by an older nightpress (schema %d, this one reads %d)", e.Path, e.Have, e.Known)
}

// Hint is what to do.
func (e *OldError) Hint() string {
	return "the next run there brings it forward: nightpress run TOPICS, with the same --out"
}

// OpenReadOnly opens a ledger to read from, also while a run writes and also
// in a folder that cannot be written to. It changes nothing: a missing ledger
// is fs.ErrNotExist, an older schema an *OldError, a newer one a
// *VersionError.
func OpenReadOnly(path string) (*Ledger, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	l, err := openReadOnly(path, url.Values{"mode": {"ro"}})
	if err != nil && !exists(path+"-wal") {
		// WAL wants to write a file beside the database, even for a reader.
		// Without a write-ahead log nobody is writing, and the one file says
		// all.
		if still, second := openReadOnly(path, url.Values{"immutable": {"1"}}); second == nil {
			return still, nil
		}
	}
	return l, err
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

func openReadOnly(path string, params url.Values) (*Ledger, error) {
	params["_pragma"] = []string{"busy_timeout(10000)", "query_only(ON)"}
	dsn := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: params.Encode()}).String()
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("ledger %s: %w", path, err)
	}
	var have int
	err = db.QueryRowContext(context.Background(), "PRAGMA user_version").Scan(&have)
	switch {
	case err != nil:
		err = named(path, err)
	case have > len(migrations):
		err = &VersionError{path, have, len(migrations)}
	case have < len(migrations):
		err = &OldError{path, have, len(migrations)}
	default:
		return &Ledger{db: db, path: path}, nil
	}
	return nil, errors.Join(err, db.Close())
}
