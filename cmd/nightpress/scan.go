package main

import (
	"context"
	"fmt"
	"iter"
	"runtime"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/topics"
	"github.com/nightpress/nightpress/output"
	"golang.org/x/sync/errgroup"
)

// scanChunk is how many topics are looked up together. Memory holds one chunk,
// not the input.
const scanChunk = 512

// scan looks at every job of the entry, in the input's order. It renders each
// prompt, which finds every error of a template before the first request. The
// slugs are those that marked will give: to give a million takes a minute or
// two, which the first request need not wait for.
func (w *workload) scan(ctx context.Context, e *entry) iter.Seq2[*candidate, error] {
	return func(yield func(*candidate, error) bool) {
		slugs := w.ledger.Foresee().Slugs
		for chunk, err := range w.chunks() {
			if err == nil {
				err = name(ctx, chunk, slugs)
			}
			if err == nil {
				err = w.look(ctx, e, chunk)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for _, c := range chunk {
				if !yield(c, nil) {
					return
				}
			}
		}
	}
}

// chunks yields the input's topics, many at a time.
func (w *workload) chunks() iter.Seq2[[]*candidate, error] {
	return func(yield func([]*candidate, error) bool) {
		var chunk []*candidate
		n := 0
		for t, err := range w.input.All() {
			if isBadRow(err) {
				continue
			}
			if err != nil {
				yield(nil, err)
				return
			}
			chunk = append(chunk, &candidate{n: n, topic: t})
			n++
			if len(chunk) == scanChunk {
				if !yield(chunk, nil) {
					return
				}
				chunk = nil
			}
		}
		if len(chunk) > 0 {
			yield(chunk, nil)
		}
	}
}

// name gives a chunk's candidates their slugs.
func name(ctx context.Context, chunk []*candidate, slugs func(context.Context, []ledger.TopicIdent) ([]string, error)) error {
	idents := make([]ledger.TopicIdent, len(chunk))
	err := inParallel(len(chunk), func(i int) error {
		idents[i] = identOf(chunk[i].topic)
		return nil
	})
	if err != nil {
		return err
	}
	given, err := slugs(ctx, idents)
	if err != nil {
		return err
	}
	for i, c := range chunk {
		c.slug = given[i]
	}
	return nil
}

// look fills in what is known of a chunk's candidates, which have their slugs.
func (w *workload) look(ctx context.Context, e *entry, chunk []*candidate) error {
	err := inParallel(len(chunk), func(i int) (err error) {
		c := chunk[i]
		if c.msgs, err = e.prompt.Render(c.topic.Row); err != nil {
			return fmt.Errorf("line %d: topic %q: %w", c.topic.Line, c.topic.Text, err)
		}
		if e.unusable == nil {
			c.id = e.identity(w.seed).ID(c.msgs)
		}
		return nil
	})
	if err != nil {
		return asUsage(err)
	}
	wanted := make([]ledger.Wanted, len(chunk))
	for i, c := range chunk {
		wanted[i] = ledger.Wanted{ID: c.id, Slug: c.slug}
	}
	seen, err := w.ledger.Look(ctx, e.Label, wanted)
	if err != nil {
		return err
	}
	for i, c := range chunk {
		c.seen = seen[i]
	}
	if e.unusable != nil {
		return w.lookAside(ctx, e, chunk)
	}
	return inParallel(len(chunk), func(i int) error {
		if err := w.stand(e.Label, chunk[i]); err != nil {
			return err
		}
		if chunk[i].standing == isRejected && w.retryRejected {
			chunk[i].standing = toRetry
		}
		return nil
	})
}

// identOf is what the ledger needs to know for a topic's slug.
func identOf(t topics.Topic) ledger.TopicIdent {
	wanted := t.Slug
	if wanted == "" {
		wanted = t.Text
	}
	slug := output.Slug(wanted)
	return ledger.TopicIdent{Key: t.Key, Text: t.Text, Slug: slug, Clash: output.SlugClash(slug, t.Key)}
}

// inParallel calls fn for 0 to n-1, over the processors, and returns the error
// of the lowest number.
func inParallel(n int, fn func(int) error) error {
	parts := min(runtime.GOMAXPROCS(0), n)
	errs := make([]error, parts)
	var group errgroup.Group
	for p := range parts {
		group.Go(func() error {
			for i := p * n / parts; i < (p+1)*n/parts && errs[p] == nil; i++ {
				errs[p] = crash.Guard(func() error { return fn(i) })
			}
			return nil
		})
	}
	_ = group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// lookAside tells how the jobs of an entry stand whose model cannot be used:
// a post that the model wrote before, under this prompt and these options, is
// there all the same.
func (w *workload) lookAside(ctx context.Context, e *entry, chunk []*candidate) error {
	wanted := make([]ledger.Wanted, len(chunk))
	for i, c := range chunk {
		wanted[i] = ledger.Wanted{ID: c.seen.Place.Job, Slug: c.slug}
	}
	there, err := w.ledger.Look(ctx, e.Label, wanted)
	if err != nil {
		return err
	}
	for i, c := range chunk {
		c.seen = there[i]
		current := c.seen.Place.Job
		c.id = current
		if err := w.stand(e.Label, c); err != nil {
			return err
		}
		if c.standing != isKept && (c.standing != isDone || !e.couldBe(w.seed, current, c.seen.Digest, c)) {
			c.standing = isAside
		}
	}
	return nil
}

// couldBe tells whether an unusable entry's job would have this ID, had the
// model the digest that it had. Whether it thinks is not known either.
func (e *entry) couldBe(seed int64, id, digest string, c *candidate) bool {
	for _, think := range []any{nil, false, e.Think} {
		m := e.Model
		m.Digest, m.Think = digest, think
		if batch.JobID(m, c.msgs, e.prompt.Contract, seed) == id {
			return true
		}
	}
	return false
}
