package plan

import (
	"context"

	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/record"
	"golang.org/x/sync/errgroup"
)

// hold reads the ledger's rows of the entry's jobs in one pass if there are enough of
// them. Call release after the jobs are counted.
func (w *Plan) hold(ctx context.Context, e *Entry) (release func(), err error) {
	release = func() { e.inventory = nil }
	if w.Topics == 0 {
		return release, nil
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(crash.Guarded(func() error { return w.Posts.Ledger.HoldSlugs(ctx, w.Topics) }))
	if e.Unusable == nil {
		group.Go(crash.Guarded(func() (err error) {
			e.inventory, err = w.Posts.Ledger.Inventory(ctx, e.Label, w.Topics)
			return err
		}))
	}
	return release, group.Wait()
}

// lookFast gives those of a chunk's candidates their disposition whose post the
// entry's inventory has, and whose file is the one that was written. It returns the
// others.
func (w *Plan) lookFast(e *Entry, chunk []*Candidate) (others []*Candidate, err error) {
	if e.inventory == nil {
		return chunk, nil
	}
	same := make([]bool, len(chunk))
	err = inParallel(len(chunk), func(i int) error {
		c := chunk[i]
		size, modified, ok := e.inventory.Has(c.Slug, c.ID)
		if !ok {
			return nil
		}
		// An error comes again, and is explained, with the others.
		nowSize, nowModified, there, err := w.Posts.Folder.Stat(e.Label, c.Slug)
		if same[i] = err == nil && there && nowSize == size && nowModified == modified; same[i] {
			c.Disposition = Done
			c.seen = ledger.Seen{Status: record.Done, Post: ledger.Post{Job: c.ID, Size: size, Modified: modified}}
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
