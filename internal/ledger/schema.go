package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// migrations bring the schema forward, one version each. A released one is
// never edited.
var migrations = []string{`
CREATE TABLE topics (
	key   TEXT PRIMARY KEY,              -- hash that identifies the topic
	topic TEXT NOT NULL,
	slug  TEXT NOT NULL COLLATE NOCASE UNIQUE
) WITHOUT ROWID;
CREATE TABLE labels (
	label  TEXT PRIMARY KEY COLLATE NOCASE,
	prompt TEXT NOT NULL                 -- one prompt for each label
) WITHOUT ROWID;
CREATE TABLE runs (
	id        INTEGER PRIMARY KEY,
	started   TEXT NOT NULL,             -- RFC 3339, UTC
	ended     TEXT,
	command   TEXT NOT NULL,
	server    TEXT NOT NULL,
	version   TEXT NOT NULL,             -- the server's
	exit_code INTEGER,
	summary   TEXT                       -- JSON
);
CREATE TABLE jobs (
	id       TEXT PRIMARY KEY,
	slug     TEXT NOT NULL COLLATE NOCASE,
	label    TEXT NOT NULL COLLATE NOCASE,
	topic    TEXT NOT NULL,
	model    TEXT NOT NULL,
	digest   TEXT NOT NULL,
	prompt   TEXT NOT NULL,
	status   TEXT NOT NULL,              -- done, rejected, kept, set-aside
	reason   TEXT NOT NULL,
	path     TEXT NOT NULL,              -- of the post, below the folder
	sha256   TEXT NOT NULL,              -- of the post's file as it was written
	words    INTEGER NOT NULL,
	repairs  TEXT NOT NULL,              -- JSON
	attempts INTEGER NOT NULL,
	run      INTEGER NOT NULL,
	updated  TEXT NOT NULL               -- RFC 3339, UTC
) WITHOUT ROWID;
CREATE INDEX jobs_by_place ON jobs (slug, label);
CREATE TABLE posts (                     -- whose post stands in each place
	label TEXT NOT NULL COLLATE NOCASE,
	slug  TEXT NOT NULL COLLATE NOCASE,
	job   TEXT NOT NULL,
	PRIMARY KEY (label, slug)
) WITHOUT ROWID;
CREATE TABLE attempts (
	job     TEXT NOT NULL,
	run     INTEGER NOT NULL,
	n       INTEGER NOT NULL,
	seconds REAL NOT NULL,
	tokens  INTEGER NOT NULL,
	record  TEXT NOT NULL,               -- JSON, without the reply
	reply   BLOB,                        -- gzip; NULL when it is not kept
	PRIMARY KEY (job, run, n)
) WITHOUT ROWID;
`, schema2, schemaSite, schemaRatings}

// VersionError is a ledger of a newer nightpress.
type VersionError struct {
	Path        string
	Have, Known int
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("ledger %s: written by a newer nightpress (schema %d, this one knows %d)", e.Path, e.Have, e.Known)
}

// Hint is what to do.
func (e *VersionError) Hint() string { return "use the newer nightpress, or another folder: --out" }

func migrate(ctx context.Context, db *sql.DB, path string) error {
	var have int
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&have); err != nil {
		return err
	}
	if have > len(migrations) {
		return &VersionError{path, have, len(migrations)}
	}
	if have == 0 {
		var others int
		if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master").Scan(&others); err != nil {
			return err
		}
		if others > 0 {
			return &DamageError{path, errors.New("the database holds tables of another program")}
		}
	}
	// WAL lets others read while a run writes. It is set once the ledger is
	// known to be ours, because setting it writes.
	if _, err := db.ExecContext(ctx, "PRAGMA journal_mode = WAL"); err != nil {
		return err
	}
	for v := have; v < len(migrations); v++ {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, migrations[v]+fmt.Sprintf("PRAGMA user_version = %d;", v+1)); err != nil {
			_ = tx.Rollback()
			return fmt.Errorf("schema %d: %w", v+1, err)
		}
		if err := tx.Commit(); err != nil {
			return err
		}
	}
	return nil
}
