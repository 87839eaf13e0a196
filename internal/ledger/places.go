package ledger

import (
	"context"
	"fmt"
	"iter"
)

// PlacedPost is one post that the ledger says is there.
type PlacedPost struct {
	Label, Slug string
	Place
}

// Placed yields every post that is there by the ledger, by label and slug,
// as of one moment.
func (l *Ledger) Placed(ctx context.Context) iter.Seq2[PlacedPost, error] {
	return func(yield func(PlacedPost, error) bool) {
		rows, err := l.db.QueryContext(ctx, `SELECT label, slug, job, sha256, size, modified FROM posts ORDER BY label, slug`)
		if err != nil {
			yield(PlacedPost{}, fault(l.path, err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			var s PlacedPost
			err := rows.Scan(&s.Label, &s.Slug, &s.Job, &s.SHA256, &s.Size, &s.Modified)
			if !yield(s, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(PlacedPost{}, fault(l.path, err))
		}
	}
}

// Labels returns the labels that were ever used.
func (l *Ledger) Labels(ctx context.Context) (all []string, err error) {
	rows, err := l.db.QueryContext(ctx, `SELECT label FROM labels ORDER BY label`)
	if err != nil {
		return nil, fault(l.path, err)
	}
	defer rows.Close()
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, fault(l.path, rows.Err())
}

// Slugs returns the slugs that topics have, "" for one that was never given
// any.
func (l *Ledger) Slugs(ctx context.Context, topics []TopicIdent) ([]string, error) {
	slugs, _, err := l.slugs(ctx, topics)
	return slugs, err
}

// Integrity lets SQLite check the whole file; what it finds is a *DamageError.
func (l *Ledger) Integrity(ctx context.Context) error {
	var said string
	if err := l.db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&said); err != nil {
		return fault(l.path, err)
	}
	if said != "ok" {
		return &DamageError{l.path, fmt.Errorf("%s", said)}
	}
	return nil
}
