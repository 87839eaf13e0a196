package ledger

import (
	"context"
	"database/sql"
	"fmt"
)

// HasSlug reports whether a topic has this slug.
func (l *Ledger) HasSlug(ctx context.Context, slug string) (bool, error) {
	var n int
	err := l.row(ctx, l.db, `SELECT count(*) FROM topics WHERE slug = ?`, []any{slug}, &n)
	return n > 0, err
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
		for _, table := range []string{"topics", "jobs", "posts", "ratings"} {
			if _, err := tx.ExecContext(ctx, `UPDATE `+table+` SET slug = ? WHERE slug = ?`, to, from); err != nil {
				return fmt.Errorf("move the slug %s: %w", from, err)
			}
		}
		return nil
	})
}
