package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
)

// LocatedPost is a post in the ledger, with its location.
type LocatedPost struct {
	Label, Slug string
	Post
}

// Posts yields every post, ordered by label and slug. It reads the state of one
// moment.
func (l *Ledger) Posts(ctx context.Context) iter.Seq2[LocatedPost, error] {
	return l.posts(ctx, `SELECT label, slug, job, sha256, size, modified FROM posts ORDER BY label, slug`)
}

// PostsOf yields the posts that this run recorded last.
func (l *Ledger) PostsOf(ctx context.Context, run int64) iter.Seq2[LocatedPost, error] {
	return l.posts(ctx, `SELECT p.label, p.slug, p.job, p.sha256, p.size, p.modified
		FROM jobs j INDEXED BY jobs_by_run JOIN posts p ON p.label = j.label AND p.slug = j.slug AND p.job = j.id
		WHERE j.label IN (SELECT label FROM totals WHERE run = ?1) AND j.run = ?1`, run)
}

func (l *Ledger) posts(ctx context.Context, query string, args ...any) iter.Seq2[LocatedPost, error] {
	return func(yield func(LocatedPost, error) bool) {
		stopped := errors.New("stopped")
		err := l.rows(ctx, l.db, func(rows *sql.Rows) error {
			var s LocatedPost
			if err := rows.Scan(append([]any{&s.Label, &s.Slug}, s.Post.columns()...)...); err != nil {
				return err
			}
			if !yield(s, nil) {
				return stopped
			}
			return nil
		}, query, args...)
		if err != nil && !errors.Is(err, stopped) {
			yield(LocatedPost{}, fmt.Errorf("read the posts: %w", err))
		}
	}
}

// Labels returns all labels that were ever used, sorted.
func (l *Ledger) Labels(ctx context.Context) (all []string, err error) {
	err = l.rows(ctx, l.db, func(rows *sql.Rows) error {
		var one string
		err := rows.Scan(&one)
		all = append(all, one)
		return err
	}, `SELECT label FROM labels ORDER BY label`)
	return all, err
}

// Slugs returns the slugs of topics, or "" for a topic without one.
func (l *Ledger) Slugs(ctx context.Context, topics []TopicIdent) ([]string, error) {
	slugs, _, err := l.slugs(ctx, topics)
	return slugs, err
}

// Integrity checks the whole file with SQLite. It returns a *DamageError if the
// file is damaged.
func (l *Ledger) Integrity(ctx context.Context) error {
	var said string
	if err := l.row(ctx, l.db, `PRAGMA quick_check(1)`, nil, &said); err != nil {
		return err
	}
	if said != "ok" {
		return &DamageError{l.path, &plainError{"its pages are inconsistent", errors.New(said)}}
	}
	return nil
}
