package ledger

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite" // the driver
	"modernc.org/sqlite/vfs"
)

// Ledger is an open ledger. It is safe for concurrent use. One process at a time
// writes.
type Ledger struct {
	// db reads, with as many connections as needed. writer has one connection,
	// so that writers of this process do not wait for each other inside SQLite.
	db, writer *sql.DB
	path       string
	stmts      statements
	// held has the slugs of topics, nil if they are looked up one by one.
	held atomic.Pointer[heldSlugs]
	// snapshot and files are set if the ledger is read from a snapshot.
	snapshot *snapshot
	files    *vfs.FS
	// scratch is set if the ledger is read from an upgraded copy.
	scratch *scratch
	unread  unreadable
	// now is the time of new rows.
	now func() time.Time
}

// Open opens a ledger for writing. It creates a missing ledger and upgrades an
// older schema. A newer schema is a *VersionError, and the file stays untouched.
func Open(path string) (*Ledger, error) {
	if err := checkFile(path); err != nil {
		return nil, err
	}
	l := &Ledger{path: path, now: time.Now}
	// With FULL, a commit survives a power failure.
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

// connect prepares connections. A transaction takes the write lock when it begins:
// taking it later would fail if another transaction had written meanwhile.
func (l *Ledger) connect(db **sql.DB, file string, params url.Values, pragmas ...string) (err error) {
	params["_txlock"] = []string{"immediate"}
	params["_pragma"] = append(pragmas, "busy_timeout(10000)", "foreign_keys(ON)")
	*db, err = sql.Open("sqlite", dsn(file, params))
	return err
}

// dsn is the driver's name of a database.
func dsn(file string, params url.Values) string {
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: file}).EscapedPath(), RawQuery: params.Encode()}).String()
}

// Close moves the log into the database file and closes it.
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
		// After a failed write, SQLite has already rolled back.
		_ = tx.Rollback()
		return l.fault(err)
	}
	return l.fault(tx.Commit())
}
