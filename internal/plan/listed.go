package plan

import (
	"context"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/topics"
	"github.com/nightpress/nightpress/output"
)

// Listed returns what reports whether a slug belongs to one of the input's topics, by
// the slugs that the ledger has given.
func Listed(ctx context.Context, l *ledger.Ledger, in *topics.Input) (func(slug string) bool, error) {
	slugs := map[string]struct{}{}
	err := eachSlug(ctx, l, in, func(c *Candidate) { slugs[c.Slug] = struct{}{} })
	return func(slug string) bool { _, ok := slugs[output.TopicSlug(slug)]; return ok }, err
}

// Rows returns the columns of the input's topics by their slugs, which the ledger has
// given.
func Rows(ctx context.Context, l *ledger.Ledger, in *topics.Input) (map[string]map[string]string, error) {
	rows := map[string]map[string]string{}
	err := eachSlug(ctx, l, in, func(c *Candidate) {
		if c.Slug != "" {
			rows[c.Slug] = c.Topic.Row
		}
	})
	return rows, err
}

// eachSlug calls fn for each topic with its slug, "" where it has none.
func eachSlug(ctx context.Context, l *ledger.Ledger, in *topics.Input, fn func(*Candidate)) error {
	// The slugs were given before: a site has no say.
	w := &Plan{Input: in, Posts: &output.Posts{Folder: &output.Folder{}}}
	for chunk, err := range w.chunks() {
		if err != nil {
			return exit.Usage(err)
		}
		if err := w.name(ctx, chunk, l.Slugs); err != nil {
			return err
		}
		for _, c := range chunk {
			fn(c)
		}
	}
	return nil
}
