package plan

import (
	"context"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/record"
)

// lookUpOlder finds the candidates whose job the ledger knows by the ID that older
// versions gave it. A blank column stayed blank there, although [vars] has a value for
// it, and the ID is a hash of what was rendered.
func (w *Plan) lookUpOlder(ctx context.Context, e *Entry, chunk []*Candidate) error {
	var older []*Candidate
	var wanted []ledger.Wanted
	for _, c := range chunk {
		if e.Unusable != nil || c.seen.Status != (record.Status{}) {
			continue
		}
		if m, ok := e.Prompt.RenderBlank(c.Topic.Row); ok {
			o := *c
			o.Messages, o.size = m, len(m.System)+len(m.User)
			o.ID = batch.SampleID(e.identity(w.Seed).ID(m, e.Prompt.Later(c.Topic.Row)), c.Sample)
			c.older, older, wanted = &o, append(older, &o), append(wanted, ledger.Wanted{ID: o.ID, Slug: o.Slug})
		}
	}
	if len(older) == 0 {
		return nil
	}
	seen, err := w.Posts.Ledger.Look(ctx, e.Label, wanted)
	for i := range seen {
		older[i].seen = seen[i]
	}
	return err
}

// disposeEither sets the candidate's disposition. Where its job of an older version
// needs no request, the candidate becomes that job.
func (w *Plan) disposeEither(e *Entry, c *Candidate) error {
	o := c.older
	if o == nil || o.seen.Status == (record.Status{}) {
		return w.dispose(e, c)
	}
	if err := w.dispose(e, o); err != nil {
		return err
	}
	switch {
	case o.Disposition == Rejected && w.RetryRejected:
		c.Disposition = Retried
	case !o.Disposition.Asks():
		*c = *o
	default:
		return w.dispose(e, c)
	}
	return nil
}
