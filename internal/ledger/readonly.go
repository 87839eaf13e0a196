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

// OpenReadOnly opens a ledger for reading, also while a run writes, on a full
// disk, and in a folder that cannot be written to. It changes nothing and makes
// no files. A missing ledger is fs.ErrNotExist, an older schema an *OldError, a
// newer one a *VersionError.
func OpenReadOnly(path string) (*Ledger, error) {
	if _, err := os.Lstat(path); err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	return openQuiet(path)
}

// openQuiet opens an existing ledger for reading. Where a log's index lies
// beside it, a run may be writing, and SQLite shares the log with it. Otherwise
// SQLite would make that index, and leave it: the ledger is read from a
// snapshot.
func openQuiet(path string) (*Ledger, error) {
	if err := checkFile(path); err != nil {
		return nil, err
	}
	var err error
	for range snapshotTries {
		if exists(path+"-shm") || exists(path+"-journal") {
			var l *Ledger
			if l, err = openShared(path); err == nil || !needsSnapshot(err) {
				return l, err
			}
			// A killed run left the index, and it cannot be written to.
		}
		var l *Ledger
		if l, err = openSnapshot(path); !errors.Is(err, ErrChanged) {
			return l, err
		}
	}
	return nil, err
}

// snapshotTries is how often a snapshot is taken anew because a run began
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

// openReader opens the connections and checks the schema. When it fails, the
// ledger is closed.
func (l *Ledger) openReader(file string, params url.Values) (*Ledger, error) {
	// No temporary files: a snapshot has nowhere to put them, and the disk may be
	// full. No query sorts more than one place or label at a time.
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

// checkSchema reports why this program cannot read from a database: it is
// another program's, or of another schema.
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
