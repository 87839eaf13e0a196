package run

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/plan"
	"github.com/nightpress/nightpress/internal/preflight"
	"github.com/nightpress/nightpress/internal/term"
)

// await makes the posts of models that only absent servers may have, after the posts of
// the other models. The run waits for such a server as long as its patience lasts. ask
// requests the jobs of the given entries of the plan.
func (p *Prepared) await(ctx context.Context, o *outcome, w *watch, runID int64, ask func([]*plan.Entry) error) error {
	for {
		waiting := p.waiting()
		if len(waiting) == 0 {
			return nil
		}
		if err := p.waitFor(ctx, w, waiting); err != nil {
			return err
		}
		joined, err := p.join(ctx, o, runID)
		if err != nil {
			return err
		}
		if err := w.estimate.Add(ctx, p.Plan.Posts.Ledger, runID, p.paced(ctx), p.left(joined)); err != nil {
			return err
		}
		o.count(w.live)
		if err := ask(joined); err != nil {
			return err
		}
	}
}

// waiting are the entries whose model only servers that are away may have.
func (p *Prepared) waiting() (all []*plan.Entry) {
	for _, e := range p.Plan.Entries {
		if len(e.Waits) > 0 {
			all = append(all, e)
		}
	}
	return all
}

// awaited describes what the run waits for.
func awaited(waiting []*plan.Entry) string {
	var servers []string
	for _, e := range waiting {
		for _, s := range e.Waits {
			if !slices.Contains(servers, s) {
				servers = append(servers, s)
			}
		}
	}
	which := "server " + servers[0]
	if len(servers) > 1 {
		which = "one of the servers " + strings.Join(servers, ", ")
	}
	return which + " is away, and " + onlyThere(waiting)
}

func onlyThere(waiting []*plan.Entry) string {
	var labels []string
	for _, e := range waiting {
		labels = append(labels, e.Label)
	}
	return "no other server has " + strings.Join(labels, ", ")
}

const (
	firstLook = time.Second
	mostLook  = time.Minute
)

// waitFor returns once one of the servers that entries wait for answers.
func (p *Prepared) waitFor(ctx context.Context, w *watch, waiting []*plan.Entry) error {
	text, patience := awaited(waiting), p.req.Settings.Patience
	began := p.req.Clock()
	for look := firstLook; ; look = min(2*look, mostLook) {
		away := p.req.Clock().Sub(began)
		if p.anyBack(ctx, w, waiting, away) {
			return nil
		}
		left := patience - away
		if left <= 0 {
			return hint.Wrap(fmt.Errorf("%w for %s: %s", batch.ErrPatience, term.Duration(patience), text), "start the server, or name a server that has the model with --server")
		}
		if look == firstLook {
			w.progress.Note(text + "; " + w.retrying())
			w.log.Warn("waiting", "reason", text)
		}
		if until := p.Plan.Until; !until.IsZero() {
			if left = min(left, until.Sub(p.req.Now())); left <= 0 {
				return batch.ErrUntil
			}
		}
		select {
		case <-time.After(min(look, left)):
		case <-p.req.Finish():
			return batch.ErrStopped
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// anyBack reports whether one of the servers that entries wait for answers.
func (p *Prepared) anyBack(ctx context.Context, w *watch, waiting []*plan.Entry, away time.Duration) bool {
	for _, s := range p.servers {
		if s.Away == nil || !slices.ContainsFunc(waiting, func(e *plan.Entry) bool { return slices.Contains(e.Waits, s.Name) }) {
			continue
		}
		if s.Back(ctx) {
			w.progress.Note("server " + s.Name + " answers")
			w.alerts.back(s.Name, away)
			return true
		}
		w.alerts.absent(s.Name, away, onlyThere(waiting))
	}
	return false
}

// join looks at the models of the entries that wait, and counts the jobs of those
// that can be made now.
func (p *Prepared) join(ctx context.Context, o *outcome, runID int64) (joined []*plan.Entry, err error) {
	fresh, err := preflight.Lineup(ctx, p.servers, p.req.Settings, p.prompts)
	if err != nil {
		return nil, err
	}
	for i, old := range p.Plan.Entries {
		at := slices.IndexFunc(fresh, func(e *plan.Entry) bool { return e.Label == old.Label })
		if len(old.Waits) == 0 || at < 0 || len(fresh[at].Waits) > 0 {
			continue
		}
		e := fresh[at]
		p.Plan.Entries[i] = e
		if err := p.recognize(ctx, e); err != nil {
			return nil, err
		}
		o.uncount(old, p.Tallies[i])
		if p.Tallies[i], err = p.counted(ctx, e); err != nil {
			return nil, err
		}
		if e.Unusable == nil && !p.req.Replace && p.asksFirst(e.Unagreed) {
			// Nobody can be asked now.
			e.Unusable = exit.Usage(&ReplaceError{Posts: e.Unagreed}, p.req.Again("--replace"), p.req.Again("--keep-done"))
			if p.Tallies[i], err = p.counted(ctx, e); err != nil {
				return nil, err
			}
		}
		o.countEntry(e, p.Tallies[i])
		if e.Unusable == nil {
			joined = append(joined, e)
			if err := p.Plan.Posts.Ledger.NoteRecipe(ctx, runID, e.Label, e.Recipe(p.Plan.Seed), p.req.Replace); err != nil {
				return nil, err
			}
		}
	}
	return joined, nil
}

// counted is Count for one entry.
func (p *Prepared) counted(ctx context.Context, e *plan.Entry) (plan.Tally, error) {
	t, _, err := p.Plan.Count(ctx, e, func(*plan.Candidate) error { return nil })
	return t, err
}
