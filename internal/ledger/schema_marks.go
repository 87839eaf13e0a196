package ledger

// schemaMarks remembers what posts have that no other post of their label may have,
// where a setting asks for that: values of fields, and the sketch of the text.
const schemaMarks = `
CREATE TABLE marks (
	id     INTEGER PRIMARY KEY,
	label  TEXT NOT NULL COLLATE NOCASE,
	slug   TEXT NOT NULL COLLATE NOCASE,
	sha256 TEXT NOT NULL,                -- of the post's file as it was written
	kinds  TEXT NOT NULL,                -- what was looked at
	sketch BLOB,                         -- MinHash of the text, NULL where that was not looked at
	UNIQUE (label, slug)
);
CREATE TABLE marked_fields (
	label TEXT NOT NULL COLLATE NOCASE,
	field TEXT NOT NULL,                 -- its key
	same  TEXT NOT NULL,                 -- the value as it is compared
	mark  INTEGER NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (label, field, same, mark)
) WITHOUT ROWID;
CREATE INDEX marked_fields_by_mark ON marked_fields (mark);
CREATE TABLE bands (
	band INTEGER NOT NULL,               -- hash of a label and of a part of a sketch
	mark INTEGER NOT NULL,
	PRIMARY KEY (band, mark)
) WITHOUT ROWID;
`
