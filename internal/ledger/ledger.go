package ledger

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"time"

	_ "modernc.org/sqlite" // the driver
	"modernc.org/sqlite/vfs"
)

// Ledger is an open ledger. It may be used from many goroutines; one process
// at a time writes.
type Ledger struct {
	// db reads, over as many connections as are needed; writer is the one
	// connection that writes, so that no two writers of this process wait for
	// each other inside SQLite.
	db, writer *sql.DB
	path       string
	// snapshot and files are set where the ledger is read from a snapshot.
	snapshot *snapshot
	files    *vfs.FS
	// scratch, when not nil, is the copy of an older ledger that is read.
	scratch *scratch
	unread  unreadable
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
	err := l.connect(&l.writer, path, url.Values{"mode": {"rwc"}}, "synchronous(FULL)")
	if err == nil {
		l.writer.SetMaxOpenConns(1)
		err = migrate(context.Background(), l.writer, path)
	}
	if err == nil {
		err = l.connect(&l.db, path, url.Values{"mode": {"rw"}})
	}
	if err != nil {
		return nil, errors.Join(l.named(err), l.Close())
	}
	return l, nil
}

// connect prepares connections. A transaction takes the write lock at its
// beginning: one that took it later would fail when another had written since.
func (l *Ledger) connect(db **sql.DB, file string, params url.Values, pragmas ...string) (err error) {
	params["_txlock"] = []string{"immediate"}
	params["_pragma"] = append(pragmas, "busy_timeout(10000)", "foreign_keys(ON)")
	*db, err = sql.Open("sqlite", dsn(file, params))
	return err
}

// dsn names a database for the driver.
func dsn(file string, params url.Values) string {
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: file}).EscapedPath(), RawQuery: params.Encode()}).String()
}

// Close writes everything back into the one file.
func (l *Ledger) Close() error {
	var errs []error
	for _, db := range []*sql.DB{l.db, l.writer} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if l.files != nil {
		errs = append(errs, l.files.Close())
	}
	if l.snapshot != nil {
		errs = append(errs, l.snapshot.Close())
	}
	if l.scratch != nil {
		errs = append(errs, l.scratch.Close())
	}
	return errors.Join(errs...)
}

func (l *Ledger) stamp() string { return l.now().UTC().Format(time.RFC3339Nano) }

// within runs fn in a transaction.
func (l *Ledger) within(ctx context.Context, fn func(*sql.Tx) error) error {
	tx, err := l.writer.BeginTx(ctx, nil)
	if err != nil {
		return l.fault(err)
	}
	if err := fn(tx); err != nil {
		// SQLite has rolled back by itself where it could not write.
		_ = tx.Rollback()
		return l.fault(err)
	}
	return l.fault(tx.Commit())
}
