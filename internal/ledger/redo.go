package ledger

import (
	"context"
	"database/sql"
	"fmt"
)

// Newest returns the newest job of each label for a slug or a topic's text.
func (l *Ledger) Newest(ctx context.Context, topicOrSlug string) ([]*Job, error) {
	all, err := l.Find(ctx, topicOrSlug)
	if err != nil {
		return nil, err
	}
	var newest []*Job
	for _, j := range all {
		if n := len(newest); n == 0 || newest[n-1].Label != j.Label {
			newest = append(newest, j)
		}
	}
	return newest, nil
}

// Redo marks jobs to be made again with another seed, all or none. What is
// known of their posts stays until they have others. A job whose post a person
// edited is made again if edited has its file as it is now, by the job's ID:
// that file then counts as the one that was written.
func (l *Ledger) Redo(ctx context.Context, ids []string, edited map[string]Files) error {
	return l.within(ctx, func(tx *sql.Tx) error {
		for _, id := range ids {
			// Only attempts of later runs count.
			_, err := tx.ExecContext(ctx, `UPDATE jobs SET status = 'pending', reason = 'marked with redo', variant = variant + 1,
				attempts = 0, verdict = '', remedy = '', gen_tokens = 0, gen_seconds = 0, first_run = (SELECT coalesce(max(id), 0) + 1 FROM runs), updated = ? WHERE id = ?`, l.stamp(), id)
			if err != nil {
				return fmt.Errorf("mark job %.12s: %w", id, err)
			}
			f, ok := edited[id]
			if !ok {
				continue
			}
			_, err = tx.ExecContext(ctx, `INSERT INTO posts (label, slug, job, sha256, size, modified)
				SELECT label, slug, id, ?2, ?3, ?4 FROM jobs WHERE id = ?1
				ON CONFLICT (label, slug) DO UPDATE SET sha256 = ?2, size = ?3, modified = ?4`, id, f.SHA256, f.Size, f.Modified)
			if err != nil {
				return fmt.Errorf("mark job %.12s: %w", id, err)
			}
		}
		return nil
	})
}

// LastRun returns the number of the newest run, or 0.
func (l *Ledger) LastRun(ctx context.Context) (id int64, err error) {
	err = l.row(ctx, l.db, `SELECT coalesce(max(id), 0) FROM runs`, nil, &id)
	return id, err
}

// PromptOf returns the prompt of a label, or "".
func (l *Ledger) PromptOf(ctx context.Context, label string) (name string, err error) {
	err = l.row(ctx, l.db, `SELECT coalesce(max(prompt), '') FROM labels WHERE label = ?`, []any{label}, &name)
	return name, err
}
