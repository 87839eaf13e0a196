package plan

import (
	"context"
	"iter"
	"runtime"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/errtype"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/topics"
	"github.com/nightpress/nightpress/output"
	"golang.org/x/sync/errgroup"
)

// ChunkSize is how many topics are looked up together. Memory holds one chunk,
// not the input.
const ChunkSize = 512

// scan looks at every job of the entry, in the input's order. It renders each
// prompt, which finds every error of a template before the first request. The
// slugs are those that marked will give: to give a million takes a minute or
// two, which the first request need not wait for.
func (w *Plan) scan(ctx context.Context, e *Entry) iter.Seq2[*Candidate, error] {
	return func(yield func(*Candidate, error) bool) {
		slugs := w.Posts.Ledger.PreviewSlugs().Slugs
		for chunk, err := range ahead(w.chunks()) {
			if err == nil {
				err = w.name(ctx, chunk, slugs)
			}
			chunk = e.sampled(w.Only.topics(chunk))
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
func (w *Plan) chunks() iter.Seq2[[]*Candidate, error] {
	return func(yield func([]*Candidate, error) bool) {
		var chunk []*Candidate
		var all []Candidate // allocated together
		n := 0
		for t, err := range w.Input.All() {
			if isBadRow(err) {
				continue
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if len(all) == cap(all) {
				all = make([]Candidate, 0, ChunkSize)
			}
			all = append(all, Candidate{n: n, Topic: t, Sample: 1})
			chunk = append(chunk, &all[len(all)-1])
			n++
			if len(chunk) == ChunkSize {
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
func (w *Plan) name(ctx context.Context, chunk []*Candidate, slugs func(context.Context, []ledger.TopicIdent) ([]string, error)) error {
	idents, err := w.idents(chunk)
	if err != nil {
		return err
	}
	given, err := slugs(ctx, idents)
	if err != nil {
		return err
	}
	for i, c := range chunk {
		c.Slug = given[i]
	}
	return nil
}

// look fills in what is known of a chunk's candidates, which have their slugs.
func (w *Plan) look(ctx context.Context, e *Entry, chunk []*Candidate) error {
	chunk, err := w.identify(e, chunk)
	if err != nil || len(chunk) == 0 {
		return exit.Usage(err)
	}
	if err := w.lookUp(ctx, e, chunk); err != nil {
		return err
	}
	if e.Unusable != nil {
		return w.disposeUnusable(ctx, e, chunk)
	}
	return inParallel(len(chunk), func(i int) error {
		if err := w.disposeEither(e, chunk[i]); err != nil {
			return err
		}
		if chunk[i].Disposition == Rejected && w.RetryRejected {
			chunk[i].Disposition = Retried
		}
		return nil
	})
}

// lookUp fills in what the ledger knows of a chunk's candidates.
func (w *Plan) lookUp(ctx context.Context, e *Entry, chunk []*Candidate) error {
	if e.unknown {
		return nil
	}
	wanted := make([]ledger.Wanted, len(chunk))
	for i, c := range chunk {
		wanted[i] = ledger.Wanted{ID: c.ID, Slug: c.Slug}
	}
	seen, err := w.Posts.Ledger.Look(ctx, e.Label, wanted)
	if err != nil {
		return err
	}
	for i, c := range chunk {
		c.seen = seen[i]
	}
	return w.lookUpOlder(ctx, e, chunk)
}

// identOf is what the ledger needs to assign a topic's slug.
func identOf(folder *output.Folder, t topics.Topic) ledger.TopicIdent {
	wanted := t.Slug
	if wanted == "" {
		wanted = t.Text
	}
	slug := folder.Slug(wanted)
	return ledger.TopicIdent{Key: t.Key, Text: t.Text, Slug: slug, Clash: output.SlugClash(slug, t.Key)}
}

// inParallel calls fn for 0 to n-1, over the processors, and returns the error
// of the lowest number.
func inParallel(n int, fn func(int) error) error {
	parts := min(runtime.GOMAXPROCS(0), n)
	errs := make([]error, parts)
	var group errgroup.Group
	for p := range parts {
		group.Go(crash.Guarded(func() error {
			for i := p * n / parts; i < (p+1)*n/parts && errs[p] == nil; i++ {
				errs[p] = fn(i)
			}
			return nil
		}))
	}
	panicked := group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return panicked
}

// disposeUnusable sets the dispositions for an entry whose model cannot be used. A
// post that the model wrote before, under this prompt and these options, still
// counts as done.
func (w *Plan) disposeUnusable(ctx context.Context, e *Entry, chunk []*Candidate) error {
	wanted := make([]ledger.Wanted, len(chunk))
	for i, c := range chunk {
		wanted[i] = ledger.Wanted{ID: c.seen.Post.Job, Slug: c.Slug}
	}
	if errtype.Is[*output.BlockedError](e.Unusable) {
		for _, c := range chunk {
			c.Disposition = SetAside
		}
		return nil
	}
	there, err := w.Posts.Ledger.Look(ctx, e.Label, wanted)
	if err != nil {
		return err
	}
	for i, c := range chunk {
		c.seen = there[i]
		current := c.seen.Post.Job
		c.ID = current
		if err := w.dispose(e, c); err != nil {
			return err
		}
		if c.Disposition != Kept && c.Disposition != Blocked && (c.Disposition != Done || !e.couldBe(w.Seed, current, c.seen.Digest, c)) {
			c.Disposition = SetAside
		}
	}
	return nil
}

// couldBe reports whether an unusable entry's job would have this ID, had the
// model the digest that it had. Whether it thinks is not known either.
func (e *Entry) couldBe(seed int64, id, digest string, c *Candidate) bool {
	renderings := []llm.Messages{c.Messages}
	if m, ok := e.Prompt.RenderBlank(c.Topic.Row); ok {
		renderings = append(renderings, m)
	}
	for _, think := range []any{nil, false, e.Think} {
		m := e.Model
		m.Digest, m.Think = digest, think
		identity := batch.NewIdentity(m, e.Prompt.Contract, seed)
		for _, messages := range renderings {
			if batch.SampleID(identity.ID(messages, e.Prompt.Later(c.Topic.Row)), c.Sample) == id {
				return true
			}
		}
	}
	return false
}

func isBadRow(err error) bool {
	return errtype.Is[*topics.BadRow](err)
}
