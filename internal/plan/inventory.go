package plan

import (
	"context"
	"fmt"
	"sync"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
	"golang.org/x/sync/errgroup"
)

// hold reads the ledger's rows of the entry's jobs in one pass if there are enough of
// them. Call release after the jobs are counted.
func (w *Plan) hold(ctx context.Context, e *Entry) (release func(), err error) {
	release = func() {
		_ = e.folder.Close() // it was read from
		e.inventory, e.folder, e.unknown = nil, nil, false
	}
	if w.Topics == 0 {
		return release, nil
	}
	e.folder = w.Posts.Folder.OpenLabel(e.Label)
	if e.unknown, err = w.Posts.Ledger.HasNoJobs(ctx); err != nil {
		return release, err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(crash.Guarded(func() error { return w.holdSlugs(ctx) }))
	if e.Unusable == nil {
		group.Go(crash.Guarded(func() (err error) {
			e.inventory, err = w.Posts.Ledger.Inventory(ctx, e.Label, w.Topics)
			return err
		}))
	}
	return release, group.Wait()
}

// holdSlugs has the ledger hold the slugs of all topics. If they show that no topic was
// corrected in place, nobody has to look for such topics.
func (w *Plan) holdSlugs(ctx context.Context) error {
	var each func(key string)
	compared := w.Input.Comparison()
	if compared != nil {
		each = compared.Known
	}
	all, err := w.Posts.Ledger.HoldSlugs(ctx, w.Topics, each)
	if err == nil && all && compared != nil && w.corrects == nil && !compared.Moved() {
		w.corrects = map[string]string{}
	}
	return err
}

// buffers hold messages while they are hashed. Most are not kept.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// identify gives each candidate of a chunk its messages and its ID. Those whose post the
// entry's inventory has, and whose file is the one that was written, get their
// disposition and no messages. It returns the others.
func (w *Plan) identify(e *Entry, chunk []*Candidate) (others []*Candidate, err error) {
	same := make([]bool, len(chunk))
	err = inParallel(len(chunk), func(i int) error {
		c, b := chunk[i], buffers.Get().(*[]byte)
		defer buffers.Put(b)
		text, system, err := e.Prompt.Append((*b)[:0], c.Topic.Row)
		if err != nil {
			return fmt.Errorf("line %d: topic %q: %w", c.Topic.Line, c.Topic.Text, err)
		}
		*b, c.size = text, len(text)
		if e.Unusable == nil {
			c.ID = batch.SampleID(e.identity(w.Seed).IDOf(text[:system], text[system:], e.Prompt.Later(c.Topic.Row)), c.Sample)
		}
		if same[i] = e.isThere(c); !same[i] {
			c.Messages = llm.Messages{System: string(text[:system]), User: string(text[system:])}
		}
		return nil
	})
	for i, c := range chunk {
		if !same[i] {
			others = append(others, c)
		}
	}
	return others, err
}

// isThere gives a candidate its disposition if its post is there as the inventory has
// it.
func (e *Entry) isThere(c *Candidate) bool {
	if e.inventory == nil {
		return false
	}
	size, modified, exists, _ := e.folder.Stat(c.Slug)
	if !exists || !e.inventory.Has(c.Slug, c.ID, size, modified) {
		return false
	}
	c.Disposition = Done
	c.seen = ledger.Seen{Status: record.Done, Post: ledger.Post{Job: c.ID, Size: size, Modified: modified}}
	return true
}
