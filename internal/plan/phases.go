package plan

import (
	"context"
	"iter"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/output"
)

// job makes a candidate's job. One that was rejected is begun anew with
// another seed, because the same would fail in the same way.
func (w *Plan) job(ctx context.Context, e *Entry, c *Candidate) (*batch.Job, error) {
	variant := c.seen.Variant
	var past []record.Attempt
	var err error
	if c.Disposition == Retried {
		variant++
	} else if c.Disposition == Interrupted {
		past, err = w.Posts.Ledger.Past(ctx, c.ID)
	}
	var front []record.Front
	for _, f := range c.Topic.Front {
		front = append(front, record.Front(f))
	}
	return &batch.Job{
		ID: c.ID, Topic: c.Topic.Text, Line: c.Topic.Line, Slug: c.Slug,
		Model: e.Model, Prompt: e.Prompt.For(c.Topic.Row), Messages: c.Messages, Values: e.Prompt.Later(c.Topic.Row),
		Seed: batch.SampleSeed(batch.JobSeed(w.Seed, c.Topic.Text, variant), c.Sample), Variant: variant, Sample: sampleOf(c), Past: past,
		Front: front, Made: w.made(e, c),
	}, err
}

// toDo yields the jobs that are to be asked for, as long as there is disk
// space for their posts.
func (w *Plan) toDo(ctx context.Context, e *Entry) iter.Seq2[*batch.Job, error] {
	return func(yield func(*batch.Job, error) bool) {
		for c, err := range w.marked(ctx, e, e.asked) {
			if err == nil {
				err = w.Posts.Folder.CheckSpace()
			}
			if err != nil {
				yield(nil, err)
				return
			}
			// Another look may find that it is no longer to be asked for; it
			// was counted as such, and comes to its end as such.
			j, err := w.job(ctx, e, c)
			if !yield(j, err) || err != nil {
				return
			}
		}
	}
}

// Phases yields one phase for each of these entries that is usable and has a job to
// do.
func (w *Plan) Phases(ctx context.Context, entries []*Entry) iter.Seq2[*batch.Phase, error] {
	return func(yield func(*batch.Phase, error) bool) {
		for _, e := range Order(entries, w.Loaded) {
			if e.Unusable != nil || len(e.asked) == 0 {
				continue
			}
			p, err := w.phase(ctx, e)
			if err == nil && !w.Until.IsZero() {
				err = w.took(ctx, p, e)
			}
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}

// took gives a phase the durations of its jobs in earlier runs, which --until needs.
func (w *Plan) took(ctx context.Context, p *batch.Phase, e *Entry) error {
	all, _, err := w.Posts.Ledger.Durations(ctx, e.Label, 0)
	p.TookOn = map[string][]time.Duration{}
	for _, t := range e.Left(p.Count).Like(all) {
		p.Took = append(p.Took, t.Duration)
		p.TookOn[t.Server] = append(p.TookOn[t.Server], t.Duration)
	}
	return err
}

// phase is the entry's phase.
func (w *Plan) phase(ctx context.Context, e *Entry) (*batch.Phase, error) {
	p := &batch.Phase{Model: e.Model, Count: e.asked.count(), Jobs: w.toDo(ctx, e), Replies: w.Posts.Folder.RejectedDir(e.Label)}
	if w.MaxRejected == 0 {
		return p, nil
	}
	var err error
	if p.Accepted, err = w.Posts.Ledger.HasAccepted(ctx, e.Label); err != nil || p.Accepted {
		return p, err
	}
	var ids []string
	for _, c := range e.rejected {
		ids = append(ids, c.ID)
	}
	last, err := w.Posts.Ledger.Last(ctx, ids)
	for _, c := range e.rejected {
		a := last[c.ID] // the zero attempt where there was none
		p.Rejected = append(p.Rejected, batch.Rejection{Slug: c.Slug, Problems: a.Problems, Reason: a.Error})
	}
	return p, err
}

// AllRejected returns why a run would set the entry's model aside before it asks
// for anything, because of the jobs that earlier runs rejected; nil where it
// would not.
func (w *Plan) AllRejected(ctx context.Context, e *Entry) (why, err error) {
	if e.Unusable != nil || len(e.asked) == 0 {
		return nil, nil
	}
	p, err := w.phase(ctx, e)
	return p.AllRejected(w.MaxRejected), err
}

// Mend corrects the ledger and the folder where no request is needed: posts that a
// killed run put in place without an entry, posts that are wanted again after those of
// another prompt, and edited posts whose jobs would wait forever.
func (w *Plan) Mend(ctx context.Context, entries []*Entry, sink *output.Sink) error {
	reconciler := sink.Reconciler()
	for _, e := range entries {
		// Of a model that cannot be used too little is known for an entry.
		if len(e.mended) == 0 || e.Unusable != nil {
			continue
		}
		for c, err := range w.marked(ctx, e, e.mended) {
			if err != nil {
				return err
			}
			j, err := w.job(ctx, e, c)
			switch {
			case err != nil:
			case c.own != nil:
				err = reconciler.Adopt(j, c.own)
			case c.from != "":
				err = reconciler.Restore(ctx, j, c.from)
			case c.becomesKept():
				reconciler.KeepEdited(j)
			}
			if err == nil && c.n%ChunkSize == 0 {
				err = reconciler.Commit(ctx)
			}
			if err != nil {
				return err
			}
		}
	}
	return reconciler.Commit(ctx)
}
