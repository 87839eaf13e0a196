package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
)

// HasSlug reports whether a topic has this slug.
func (l *Ledger) HasSlug(ctx context.Context, slug string) (bool, error) {
	var n int
	err := l.row(ctx, l.db, `SELECT count(*) FROM topics WHERE slug = ?`, []any{slug}, &n)
	return n > 0, err
}

// EachSlug yields every slug that a topic has, in alphabetical order.
func (l *Ledger) EachSlug(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		const many = 1000
		for last := ""; ; {
			var some []string
			err := l.rows(ctx, l.db, func(rows *sql.Rows) error {
				var slug string
				err := rows.Scan(&slug)
				some = append(some, slug)
				return err
			}, `SELECT slug FROM topics WHERE slug > ? ORDER BY slug LIMIT ?`, last, many)
			if err != nil {
				yield("", err)
				return
			}
			for _, slug := range some {
				if !yield(slug, nil) {
					return
				}
				last = slug
			}
			if len(some) < many {
				return
			}
		}
	}
}

// MoveSlug changes a topic's slug, with its jobs, posts, and ratings. path returns
// the new path of a label's post.
func (l *Ledger) MoveSlug(ctx context.Context, from, to string, path func(label string) string) error {
	labels, err := l.Labels(ctx)
	if err != nil {
		return err
	}
	return l.within(ctx, func(tx *sql.Tx) error {
		for _, label := range labels {
			if _, err := tx.ExecContext(ctx, `UPDATE jobs SET path = ? WHERE slug = ? AND label = ? AND path != ''`, path(label), from, label); err != nil {
				return fmt.Errorf("move the slug %s: %w", from, err)
			}
		}
		for _, table := range []string{"topics", "jobs", "posts", "ratings", "marks"} {
			if _, err := tx.ExecContext(ctx, `UPDATE `+table+` SET slug = ? WHERE slug = ?`, to, from); err != nil {
				return fmt.Errorf("move the slug %s: %w", from, err)
			}
		}
		return nil
	})
}
