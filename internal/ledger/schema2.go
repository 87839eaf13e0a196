package ledger

// schema2 stores attempts of unfinished jobs, the size and time of files (so that
// an unaltered one need not be read), and events of the server. It stores attempts
// in the order in which they ended: a reply is too big for a table that is ordered
// by a hash.
const schema2 = `
ALTER TABLE jobs ADD COLUMN variant INTEGER NOT NULL DEFAULT 0;   -- how often it was begun anew with another seed
ALTER TABLE jobs ADD COLUMN first_run INTEGER NOT NULL DEFAULT 0; -- attempts of this run and of later ones count
ALTER TABLE jobs ADD COLUMN origin TEXT NOT NULL DEFAULT 'model'; -- who wrote the post: model, or hand (accept)
UPDATE jobs SET first_run = run;
CREATE INDEX jobs_by_run ON jobs (label, run, status);

CREATE TABLE posts2 (
	label    TEXT NOT NULL COLLATE NOCASE,
	slug     TEXT NOT NULL COLLATE NOCASE,
	job      TEXT NOT NULL,
	sha256   TEXT NOT NULL,              -- of the file as it was written
	size     INTEGER NOT NULL,           -- bytes, -1 where it is not known
	modified INTEGER NOT NULL,           -- the file's time, nanoseconds since 1970
	PRIMARY KEY (label, slug)
) WITHOUT ROWID;
INSERT INTO posts2 SELECT p.label, p.slug, p.job, j.sha256, -1, 0 FROM posts p JOIN jobs j ON j.id = p.job;
DROP TABLE posts;
ALTER TABLE posts2 RENAME TO posts;

CREATE TABLE attempts2 (
	id      INTEGER PRIMARY KEY,         -- in the order in which they ended
	job     TEXT NOT NULL,
	run     INTEGER NOT NULL,
	n       INTEGER NOT NULL,
	seconds REAL NOT NULL,
	tokens  INTEGER NOT NULL,
	record  TEXT NOT NULL,               -- JSON, without the reply
	reply   BLOB,                        -- gzip; NULL when it is not kept
	UNIQUE (job, run, n)
);
INSERT INTO attempts2 (job, run, n, seconds, tokens, record, reply)
	SELECT job, run, n, seconds, tokens, record, reply FROM attempts ORDER BY run, job, n;
DROP TABLE attempts;
ALTER TABLE attempts2 RENAME TO attempts;

CREATE TABLE events (                    -- of the server, as a run saw it
	id    INTEGER PRIMARY KEY,
	time  TEXT NOT NULL,                 -- RFC 3339, UTC
	run   INTEGER NOT NULL,
	kind  TEXT NOT NULL,                 -- loaded, waiting, resumed, set-aside
	model TEXT NOT NULL,
	text  TEXT NOT NULL
);
CREATE INDEX events_by_run ON events (run);
`
