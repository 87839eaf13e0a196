package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"iter"
)

// Marks are what a post has that no other post of its label may have.
type Marks struct {
	// Kinds says what was looked at, so that another setting looks again.
	Kinds  string
	Fields []MarkedField
	// Sketch and Bands are those of the text; nil if that was not looked at.
	Sketch []byte
	Bands  []int64
}

// MarkedField is the value of a field, and its form in which values are compared.
type MarkedField struct{ Key, Same, Value string }

// addBands stores at most eight posts for each band: a text that shares a band with
// more shares it with those. What is left of a replaced post counts no more.
const (
	dropMarked = `DELETE FROM marked_fields WHERE mark = (SELECT id FROM marks WHERE label = ?1 AND slug = ?2)`
	dropMark   = `DELETE FROM marks WHERE label = ?1 AND slug = ?2`
	addMark    = `INSERT INTO marks (label, slug, sha256, kinds, sketch) VALUES (?1,?2,?3,?4,?5)`
	addMarked  = `INSERT OR IGNORE INTO marked_fields (label, field, same, mark, value) SELECT ?1, ?3, ?4, id, ?5 FROM marks WHERE label = ?1 AND slug = ?2`
	addBands   = `INSERT OR IGNORE INTO bands (band, mark) SELECT w.value, m.id FROM marks m, json_each(?3) w WHERE m.label = ?1 AND m.slug = ?2
		AND (SELECT count(*) FROM (SELECT 1 FROM bands b JOIN marks o ON o.id = b.mark WHERE b.band = w.value LIMIT 8)) < 8`
)

// save replaces the marks of the post at a location.
func (m *Marks) save(ctx context.Context, tx execer, label, slug, sha256 string) error {
	var sketch any
	if m.Sketch != nil {
		sketch = m.Sketch
	}
	if _, err := tx.ExecContext(ctx, dropMarked, label, slug); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, dropMark, label, slug); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, addMark, label, slug, sha256, m.Kinds, sketch); err != nil {
		return err
	}
	for _, f := range m.Fields {
		if _, err := tx.ExecContext(ctx, addMarked, label, slug, f.Key, f.Same, f.Value); err != nil {
			return err
		}
	}
	if len(m.Bands) == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, addBands, label, slug, list(m.Bands))
	return err
}

// list is a list of numbers as JSON.
func list(numbers []int64) string {
	text, _ := json.Marshal(numbers) // numbers are always valid
	return string(text)
}

// Mark stores the marks of posts that were written before, in one transaction.
func (l *Ledger) Mark(ctx context.Context, label string, posts []LocatedPost, marks []*Marks) error {
	return l.within(ctx, func(tx *sql.Tx) error {
		for i, p := range posts {
			if err := marks[i].save(ctx, tx, label, p.Slug, p.SHA256); err != nil {
				return err
			}
		}
		return nil
	})
}

// Unmarked yields the posts of a label whose marks are missing, or are those of
// another file or setting.
func (l *Ledger) Unmarked(ctx context.Context, label, kinds string) iter.Seq2[LocatedPost, error] {
	return l.posts(ctx, `SELECT p.label, p.slug, p.job, p.sha256, p.size, p.modified FROM posts p
		LEFT JOIN marks m ON m.label = p.label AND m.slug = p.slug
		WHERE p.label = ?1 AND (m.id IS NULL OR m.sha256 != p.sha256 OR m.kinds != ?2) ORDER BY p.slug`, label, kinds)
}

// Holder returns the slug of a post on another topic of a label that has a field's value, and the
// value as that post has it. Both are "" if there is none.
func (l *Ledger) Holder(ctx context.Context, label, slug string, f MarkedField) (holder, value string, err error) {
	err = l.row(ctx, l.db, `SELECT m.slug, f.value FROM marked_fields f CROSS JOIN marks m ON m.id = f.mark
		WHERE f.label = ?1 AND f.field = ?2 AND f.same = ?3 AND m.slug != ?4 AND m.slug NOT LIKE ?4 || '.%' LIMIT 1`, []any{label, f.Key, f.Same, slug}, &holder, &value)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return holder, value, err
}

// Neighbors returns up to n values of a field, in posts of a label, that follow a
// value in alphabetical order.
func (l *Ledger) Neighbors(ctx context.Context, label, field, same string, n int) (values []string, err error) {
	err = l.rows(ctx, l.db, func(rows *sql.Rows) error {
		var v string
		err := rows.Scan(&v)
		values = append(values, v)
		return err
	}, `SELECT min(value) FROM marked_fields WHERE label = ?1 AND field = ?2 AND same > ?3 GROUP BY same ORDER BY same LIMIT ?4`, label, field, same, n)
	return values, err
}

// Alike yields the posts on other topics of a label that share a band, with their
// sketches. CROSS JOIN has SQLite begin with the bands: it would look at each post of the label.
func (l *Ledger) Alike(ctx context.Context, label, slug string, bands []int64, each func(slug string, sketch []byte) error) error {
	return l.rows(ctx, l.db, func(rows *sql.Rows) error {
		var other string
		var sketch []byte
		if err := rows.Scan(&other, &sketch); err != nil {
			return err
		}
		return each(other, sketch)
	}, `SELECT m.slug, m.sketch FROM (SELECT DISTINCT b.mark FROM json_each(?3) w CROSS JOIN bands b ON b.band = w.value) n
		CROSS JOIN marks m ON m.id = n.mark WHERE m.label = ?1 AND m.slug != ?2 AND m.slug NOT LIKE ?2 || '.%' AND m.sketch IS NOT NULL`, label, slug, list(bands))
}
