package ledger

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/record"
)

// schemaMade stores what jobs were made with, each text once.
const schemaMade = `
CREATE TABLE texts (                     -- what jobs were made with
	id   INTEGER PRIMARY KEY,
	hash BLOB NOT NULL UNIQUE,           -- SHA-256 of the text
	text BLOB NOT NULL                   -- gzip if it begins as such
);
ALTER TABLE jobs ADD COLUMN setup INTEGER NOT NULL DEFAULT 0;   -- text: what an entry's jobs have in common; 0: not known
ALTER TABLE jobs ADD COLUMN sent INTEGER NOT NULL DEFAULT 0;    -- text: the messages
ALTER TABLE jobs ADD COLUMN columns INTEGER NOT NULL DEFAULT 0; -- text: the topic's columns
`

// mostSamples bounds the samples of a topic, from whose first one the IDs of the
// others follow.
const mostSamples = 100

const insertText = `INSERT INTO texts (hash, text) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING`

// packFrom is the length from which a text is packed, in bytes.
const packFrom = 256

// texts knows the texts that a transaction has stored.
type texts struct {
	stored map[[32]byte]bool
}

// save stores a text and returns its hash; nil for "".
func (t *texts) save(ctx context.Context, tx execer, text string) ([]byte, error) {
	if text == "" {
		return nil, nil
	}
	hash := sha256.Sum256([]byte(text))
	if t.stored[hash] {
		return hash[:], nil
	}
	packed := []byte(text)
	if len(text) >= packFrom {
		var err error
		if packed, err = pack(text); err != nil {
			return nil, err
		}
	}
	if _, err := tx.ExecContext(ctx, insertText, hash[:], packed); err != nil {
		return nil, fmt.Errorf("text: %w", err)
	}
	t.stored[hash] = true
	return hash[:], nil
}

// saveMade stores the texts of what a job was made with and returns their hashes,
// for upsertJob.
func (t *texts) saveMade(ctx context.Context, tx execer, m *record.Made) (hashes [3][]byte, err error) {
	if m == nil {
		return hashes, nil
	}
	for i, text := range []string{m.Setup, m.Sent, m.Columns} {
		if hashes[i], err = t.save(ctx, tx, text); err != nil {
			return hashes, err
		}
	}
	return hashes, nil
}

// unpackText returns a text as it was stored.
func unpackText(stored []byte) (string, error) {
	if len(stored) > 1 && stored[0] == 0x1f && stored[1] == 0x8b {
		return unpack(stored)
	}
	return string(stored), nil
}

const madeColumns = `(SELECT text FROM texts WHERE texts.id = setup), (SELECT text FROM texts WHERE texts.id = sent), (SELECT text FROM texts WHERE texts.id = columns)`

// Made returns what a job was made with. It is nil if that is not known, because an
// older version made it.
func (l *Ledger) Made(ctx context.Context, id string) (*record.Made, error) {
	var stored [3][]byte
	err := l.row(ctx, l.db, `SELECT `+madeColumns+` FROM jobs WHERE id = ?`, []any{id}, &stored[0], &stored[1], &stored[2])
	if err != nil {
		return nil, fmt.Errorf("what %s was made with: %w", nameOfJob(id), err)
	}
	if stored[0] == nil || stored[1] == nil {
		return nil, nil
	}
	m := &record.Made{}
	for i, to := range []*string{&m.Setup, &m.Sent, &m.Columns} {
		if *to, err = unpackText(stored[i]); err != nil {
			l.skip("what "+nameOfJob(id)+" was made with", "it cannot be unpacked: "+err.Error())
			return nil, nil
		}
	}
	return m, nil
}

// NewestSetup returns what the newest job of a label was made with. It is nil if that
// is not known, because there is none, or because an older version made it.
func (l *Ledger) NewestSetup(ctx context.Context, label string) (*record.Setup, error) {
	var stored []byte
	err := l.row(ctx, l.db, `SELECT texts.text FROM jobs JOIN texts ON texts.id = setup WHERE label = ? ORDER BY run DESC LIMIT 1`, []any{label}, &stored)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("what %s was made with: %w", label, err)
	}
	text, err := unpackText(stored)
	if err == nil {
		var s record.Setup
		if err = json.Unmarshal([]byte(text), &s); err == nil {
			return &s, nil
		}
	}
	l.skip("what "+label+" was made with", err.Error())
	return nil, nil
}

// Identified is a job whose ID was computed again from what is recorded.
type Identified struct {
	ID, Label, Slug string
	// Known is false if an older version made the job.
	Known bool
	// Wrong says why the ID does not follow from the record; "" if it does.
	Wrong string
}

// Identities yields every job, with its ID computed again. It reads the state of one
// moment and holds one job in memory.
func (l *Ledger) Identities(ctx context.Context) iter.Seq2[Identified, error] {
	return func(yield func(Identified, error) bool) {
		setups := setups{l, map[int64][2]string{}}
		err := l.rows(ctx, l.db, func(rows *sql.Rows) error {
			var j Identified
			var setup int64
			var sent []byte
			if err := rows.Scan(&j.ID, &j.Label, &j.Slug, &setup, &sent); err != nil {
				return err
			}
			if j.Known = setup != 0 && sent != nil; j.Known {
				around, err := setups.around(ctx, setup)
				if err != nil {
					return err
				}
				j.Wrong = identify(j.ID, around, sent)
			}
			if !yield(j, nil) {
				return errStopped
			}
			return nil
		}, `SELECT CAST(jobs.id AS TEXT), CAST(label AS TEXT), CAST(slug AS TEXT), setup, texts.text FROM jobs LEFT JOIN texts ON texts.id = sent ORDER BY label, slug`)
		if err != nil && !errors.Is(err, errStopped) {
			yield(Identified{}, fmt.Errorf("read the jobs: %w", err))
		}
	}
}

// setups remembers the parts of IDs by setup: few, one for each entry, run, and
// prompt.
type setups struct {
	l    *Ledger
	seen map[int64][2]string
}

func (s setups) around(ctx context.Context, setup int64) (around [2]string, err error) {
	if around, known := s.seen[setup]; known {
		return around, nil
	}
	if around, err = s.l.around(ctx, setup); err == nil {
		s.seen[setup] = around
	}
	return around, err
}

// around returns the parts of an ID around what was sent. They are "" if the setup
// cannot be read.
func (l *Ledger) around(ctx context.Context, setup int64) (parts [2]string, err error) {
	var stored []byte
	err = l.row(ctx, l.db, `SELECT text FROM texts WHERE id = ?`, []any{setup}, &stored)
	if errors.Is(err, sql.ErrNoRows) {
		return parts, nil
	}
	if err != nil {
		return parts, err
	}
	text, err := unpackText(stored)
	if err != nil {
		return parts, nil
	}
	var s record.Setup
	if json.Unmarshal([]byte(text), &s) == nil {
		parts = [2]string{s.Before, s.After}
	}
	return parts, nil
}

// identify says why an ID does not follow from its parts.
func identify(id string, around [2]string, sent []byte) string {
	if around[0] == "" {
		return "what its entry was made with cannot be read"
	}
	text, err := unpackText(sent)
	if err != nil {
		return "its messages cannot be unpacked: " + err.Error()
	}
	first := fmt.Sprintf("%x", sha256.Sum256([]byte(around[0]+text+around[1])))
	for sample := 1; sample <= mostSamples; sample++ {
		if batch.SampleID(first, sample) == id {
			return ""
		}
	}
	return fmt.Sprintf("its ID is %.12s, and what is recorded gives %.12s", id, first)
}
