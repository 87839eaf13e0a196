package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"

	"modernc.org/sqlite/vfs"
)

// OldError reports a ledger with an older schema, which a reader must not upgrade.
type OldError struct {
	Path        string
	Have, Known int
}

func (e *OldError) Error() string {
	return fmt.Sprintf("ledger %s: written by an older nightpress (schema %d, this one reads %d)", e.Path, e.Have, e.Known)
}

// Hint returns what the user can do.
func (e *OldError) Hint() string {
	return "the next run upgrades it: nightpress run TOPICS with the same --out"
}

// OpenReadOnly opens a ledger for reading, even while a run writes, on a full
// disk, or in a read-only folder. It changes and creates nothing. A missing
// ledger is fs.ErrNotExist, an older schema is an *OldError, and a newer one is a
// *VersionError.
func OpenReadOnly(path string) (*Ledger, error) {
	if _, err := os.Lstat(path); err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	return openQuiet(path, nil)
}

// Written reports whether a run may be writing to a ledger at present. nil means
// that this cannot be known.
type Written func() bool

// openQuiet opens an existing ledger for reading. If the log has an index file and
// a run may be writing, SQLite shares the log with it. Otherwise, SQLite would
// create an index file, or enlarge one that a run on a full disk left behind, so
// openQuiet reads from a snapshot.
func openQuiet(path string, written Written) (*Ledger, error) {
	if err := checkFile(path); err != nil {
		return nil, err
	}
	var err error
	for range snapshotTries {
		if exists(path+"-journal") || written.shares(path) {
			var l *Ledger
			if l, err = openShared(path); err == nil || !needsSnapshot(err) {
				return l, err
			}
			// A killed run left the index, and it is not writable.
		}
		var l *Ledger
		if l, err = openSnapshot(path); !errors.Is(err, ErrChanged) {
			return l, err
		}
	}
	return nil, err
}

// shares reports whether a reader shares the log of a ledger with its writer.
func (w Written) shares(path string) bool {
	return exists(path+"-shm") && (w == nil || w())
}

// snapshotTries bounds how often a snapshot is retaken because a run began
// meanwhile.
const snapshotTries = 5

func exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

func openShared(path string) (*Ledger, error) {
	l := &Ledger{path: path}
	return l.openReader(path, url.Values{"mode": {"ro"}})
}

func openSnapshot(path string) (*Ledger, error) {
	l := &Ledger{path: path}
	var err error
	if l.snapshot, err = takeSnapshot(path); err != nil {
		return nil, l.named(err)
	}
	name, files, err := vfs.New(snapshotFS{l.snapshot})
	if err != nil {
		return nil, errors.Join(l.named(err), l.Close())
	}
	l.files = files
	return l.openReader(snapshotName, url.Values{"vfs": {name}, "mode": {"ro"}})
}

// openReader opens the connections and checks the schema. It closes the ledger
// after an error.
func (l *Ledger) openReader(file string, params url.Values) (*Ledger, error) {
	// No temporary files: a snapshot has nowhere to put them, and the disk may be
	// full. No query sorts more than one location or label at a time.
	params["_pragma"] = []string{"busy_timeout(10000)", "query_only(ON)", "temp_store(MEMORY)"}
	var err error
	if l.db, err = sql.Open("sqlite", dsn(file, params)); err == nil {
		err = checkSchema(context.Background(), l.db, l.path)
	}
	if err != nil {
		return nil, errors.Join(l.named(err), l.Close())
	}
	return l, nil
}

// checkSchema returns why this program cannot read a database: it belongs to
// another program, or it has another schema.
func checkSchema(ctx context.Context, db *sql.DB, path string) error {
	have, err := schemaOf(ctx, db, path)
	switch {
	case err != nil:
		return err
	case have > len(migrations):
		return &VersionError{path, have, len(migrations)}
	case have < len(migrations):
		return &OldError{path, have, len(migrations)}
	}
	return nil
}
