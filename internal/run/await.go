package run

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/plan"
	"github.com/nightpress/nightpress/internal/preflight"
	"github.com/nightpress/nightpress/internal/term"
)

// joinEarly looks for the servers that models wait for while the engine makes other
// posts. When one is back, the engine gets the jobs of its models. stop ends that, and
// returns the entries whose jobs the engine did not take.
func (p *Prepared) joinEarly(ctx context.Context, engine *batch.Engine, o *outcome, w *watch, runID int64) (stop func() []*plan.Entry) {
	if len(p.waiting()) == 0 {
		return func() []*plan.Entry { return nil }
	}
	engine.Growth = new(batch.Growth)
	ctx, cancel := context.WithCancel(ctx)
	late := make(chan []*plan.Entry, 1)
	crash.Go(func() { late <- p.joinAll(ctx, engine, o, w, runID) }, func(err error) {
		w.log.Error("join", "error", err.Error())
		late <- nil
	})
	return func() []*plan.Entry {
		cancel()
		return <-late
	}
}

// joinAll is joinEarly until no entry waits or the context ends.
func (p *Prepared) joinAll(ctx context.Context, engine *batch.Engine, o *outcome, w *watch, runID int64) (late []*plan.Entry) {
	began := p.req.Clock()
	for waiting := p.waiting(); len(waiting) > 0; waiting = p.waiting() {
		select {
		case <-time.After(earlyLook):
		case <-ctx.Done():
			return late
		}
		if !p.anyBack(ctx, w, waiting, p.req.Clock().Sub(began)) {
			continue
		}
		joined, err := p.join(ctx, o, w, runID)
		if err != nil {
			// It may be away again. The end of the run says what is wrong.
			w.log.Warn("join", "error", err.Error())
			p.unjoin(waiting, err)
		}
		for _, e := range joined {
			if !p.added(ctx, engine, e) {
				late = append(late, e)
			}
		}
	}
	return late
}

// unjoin has the servers that entries wait for looked for again.
func (p *Prepared) unjoin(waiting []*plan.Entry, err error) {
	for _, s := range p.servers {
		if slices.ContainsFunc(waiting, func(e *plan.Entry) bool { return slices.Contains(e.Waits, s.Name) }) {
			s.Away = err
		}
	}
}

// added gives the engine the jobs of an entry, and reports whether it takes them. What is
// to be mended first is mended when the engine has ended.
func (p *Prepared) added(ctx context.Context, engine *batch.Engine, e *plan.Entry) bool {
	if e.NeedsMending() {
		return false
	}
	takes := true // an entry without a job to do has no phase
	for phase, err := range p.Plan.Phases(context.WithoutCancel(ctx), []*plan.Entry{e}) {
		takes = err == nil && engine.Growth.Add(phase)
	}
	return takes
}

// await makes the posts of models that only absent servers may have, and that did not
// come back while the posts of the other models were made. The run waits for such a
// server as long as its patience lasts. ask requests the jobs of the given entries of the
// plan.
func (p *Prepared) await(ctx context.Context, o *outcome, w *watch, runID int64, ask func([]*plan.Entry) error) error {
	for {
		waiting := p.waiting()
		if len(waiting) == 0 {
			return nil
		}
		if err := p.waitFor(ctx, w, waiting); err != nil {
			return err
		}
		joined, err := p.join(ctx, o, w, runID)
		if err != nil {
			return err
		}
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
	// earlyLook is how often servers are looked for while others make posts.
	earlyLook = 2 * time.Second
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
			return hint.Wrap(fmt.Errorf("%w after %s: %s", batch.ErrPatience, term.Duration(patience), text), "start the server, or name a server that has the model with --server")
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
func (p *Prepared) join(ctx context.Context, o *outcome, w *watch, runID int64) (joined []*plan.Entry, err error) {
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
		tally, err := p.countJoined(ctx, e)
		if err != nil {
			return nil, err
		}
		p.mu.Lock()
		o.uncount(old, p.Tallies[i])
		p.Plan.Entries[i], p.Tallies[i] = e, tally
		o.countEntry(e, tally)
		p.mu.Unlock()
		if e.Unusable == nil {
			joined = append(joined, e)
			if err := p.Plan.Posts.Ledger.NoteRecipe(ctx, runID, e.Label, e.Recipe(p.Plan.Seed), p.req.Replace); err != nil {
				return nil, err
			}
		}
	}
	if err := w.estimate.Add(ctx, p.Plan.Posts.Ledger, runID, p.paced(ctx), p.left(joined)); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	o.count(w.live)
	return joined, nil
}

// countJoined counts the jobs of an entry whose server came back.
func (p *Prepared) countJoined(ctx context.Context, e *plan.Entry) (plan.Tally, error) {
	if err := p.recognize(ctx, e); err != nil {
		return plan.Tally{}, err
	}
	tally, err := p.counted(ctx, e)
	if err != nil || e.Unusable != nil || p.req.Replace || !p.asksFirst(e.Unagreed) {
		return tally, err
	}
	// Nobody can be asked now.
	e.Unusable = exit.Usage(&ReplaceError{Posts: e.Unagreed}, p.req.Again("--replace"), p.req.Again("--keep-done"))
	return p.counted(ctx, e)
}

// counted is Count for one entry.
func (p *Prepared) counted(ctx context.Context, e *plan.Entry) (plan.Tally, error) {
	t, _, err := p.Plan.Count(ctx, e, func(*plan.Candidate) error { return nil })
	return t, err
}
