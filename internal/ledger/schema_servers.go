package ledger

// schemaServers remembers the servers of a run: which server made a job's post
// and what each did, how many requests each works on at once, and by which name
// jobs know a model that has another digest on each machine.
const schemaServers = `
ALTER TABLE events ADD COLUMN server TEXT NOT NULL DEFAULT ''; -- its name, '' in a run of one server
ALTER TABLE jobs ADD COLUMN server TEXT NOT NULL DEFAULT '';   -- whose attempt decided

CREATE TABLE models (
	hash TEXT PRIMARY KEY,               -- a model's identity, or its digest on some server
	key  TEXT NOT NULL                   -- what the IDs of its jobs are made with
) WITHOUT ROWID;

CREATE TABLE slots (
	server  TEXT NOT NULL,               -- its address
	model   TEXT NOT NULL,               -- its key
	workers INTEGER NOT NULL,            -- requests under way at once that were best
	slots   INTEGER NOT NULL,            -- requests that it works on at once, 0 where that did not show
	updated TEXT NOT NULL,               -- RFC 3339, UTC
	PRIMARY KEY (server, model)
) WITHOUT ROWID;
`
