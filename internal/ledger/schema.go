package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// migrations upgrade the schema, one version each. A released migration is never
// edited.
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
`, schema2, schemaSite, schemaRatings, schemaVerdict, schemaServers, schemaBundle, schemaRecipes, schemaTotals, schemaFront, schemaOpen, schemaRaters, schemaSteps, schemaMarks, schemaMade}

// VersionError reports a ledger of a newer nightpress.
type VersionError struct {
	Path        string
	Have, Known int
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("ledger %s: written by a newer nightpress (schema %d, this one knows %d)", e.Path, e.Have, e.Known)
}

// Hint returns what the user can do.
func (e *VersionError) Hint() string { return "use the newer nightpress, or another folder with --out" }

// schemaOf returns a database's schema, 0 for an empty one. A database of another
// program is a *ForeignError. A ledger is recognized by its tables: the first
// schemas have no application ID.
func schemaOf(ctx context.Context, db *sql.DB, path string) (have int, err error) {
	var all, ours, app int
	err = db.QueryRowContext(ctx, `SELECT (SELECT user_version FROM pragma_user_version), (SELECT application_id FROM pragma_application_id), count(*),
		count(*) FILTER (WHERE type = 'table' AND name IN ('topics', 'labels', 'runs', 'jobs', 'posts', 'attempts')) FROM sqlite_master`).
		Scan(&have, &app, &all, &ours)
	switch {
	case err != nil:
		return 0, err
	case all == 0 && have == 0:
		return 0, nil
	case ours == 0, app != 0 && app != applicationID:
		return 0, &ForeignError{path, "a database of another program"}
	case ours < 6 && have <= len(migrations):
		return 0, &DamageError{path, errors.New("a table is missing")}
	case have <= 0:
		return 0, &DamageError{path, errors.New("it has no schema version")}
	}
	return have, nil
}

func migrate(ctx context.Context, db *sql.DB, path string) error {
	have, err := schemaOf(ctx, db, path)
	if err != nil {
		return err
	}
	if have > len(migrations) {
		return &VersionError{path, have, len(migrations)}
	}
	// With WAL, others can read while a run writes. Setting it writes, so it
	// comes after the check that this is a ledger.
	if _, err := db.ExecContext(ctx, "PRAGMA journal_mode = WAL"); err != nil {
		return err
	}
	for v := have; v < len(migrations); v++ {
		if err := migrateTo(ctx, db, path, v+1); err != nil {
			return fmt.Errorf("upgrade to schema %d: %w", v+1, err)
		}
	}
	return nil
}

func migrateTo(ctx context.Context, db *sql.DB, path string, v int) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, migrations[v-1]+fmt.Sprintf("PRAGMA user_version = %d;", v))
	if fill := fillers[v]; err == nil && fill != nil {
		err = fill(ctx, tx)
	}
	if err != nil {
		_ = tx.Rollback()
		if coded, ok := errors.AsType[*sqlite.Error](err); ok && coded.Code() == sqlite3.SQLITE_ERROR {
			err = &DamageError{path, &plainError{fmt.Sprintf("its tables do not match its schema version, %d", v-1), err}}
		}
		return err
	}
	return tx.Commit()
}

// fillers hold, by schema, the part of a migration that SQL cannot do.
var fillers = map[int]func(context.Context, *sql.Tx) error{5: judgeAll}
