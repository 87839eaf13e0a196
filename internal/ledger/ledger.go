package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"time"

	_ "modernc.org/sqlite" // the driver
)

// Ledger is an open ledger. It may be used from many goroutines; one process
// at a time writes.
type Ledger struct {
	db *sql.DB
	// now stamps rows.
	now func() time.Time
}

// Open opens a ledger, making it or bringing its schema forward. A ledger of a
// newer schema is a *VersionError and stays untouched.
func Open(path string) (*Ledger, error) {
	// WAL lets others read while a run writes; FULL makes a commit survive a
	// power cut.
	params := url.Values{"_pragma": {"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(10000)", "foreign_keys(ON)"}}
	dsn := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: params.Encode()}).String()
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("ledger %s: %w", path, err)
	}
	if err := migrate(context.Background(), db, path); err != nil {
		var newer *VersionError
		if !errors.As(err, &newer) {
			err = fmt.Errorf("ledger %s: %w", path, err)
		}
		return nil, errors.Join(err, db.Close())
	}
	return &Ledger{db, time.Now}, nil
}

// Close writes everything back into the one file.
func (l *Ledger) Close() error { return l.db.Close() }

func (l *Ledger) stamp() string { return l.now().UTC().Format(time.RFC3339Nano) }

// within runs fn in a transaction.
func (l *Ledger) within(ctx context.Context, fn func(*sql.Tx) error) error {
	tx, err := l.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}
