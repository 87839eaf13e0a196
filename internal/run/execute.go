package run

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/errtype"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/plan"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/output"
)

// Topics is the use case: it prepares a run, and asks for every job that is to be
// made. The error is what the command exits with: it describes the combined
// result of all runs.
func Topics(ctx context.Context, req Request) (summary record.Summary, err error) {
	p, err := Prepare(ctx, req)
	if err != nil {
		return record.Summary{Out: req.Settings.Defaults.Out}, err
	}
	defer func() { err = p.Close(context.WithoutCancel(ctx), err) }()
	if err := p.Count(ctx, func(*plan.Entry, *plan.Candidate) error { return nil }); err != nil {
		return p.Summary, err
	}
	if err := p.Confirm(ctx); err != nil {
		return p.Summary, err
	}
	err = p.Run(ctx)
	return p.Summary, err
}

// Run asks for every job that is to be made. The error is what the command exits
// with: it describes the combined result of all runs.
func (p *Prepared) Run(ctx context.Context) error {
	log, closeLog, err := p.req.Log()
	if err != nil {
		return err
	}
	defer closeLog()
	o := newOutcome(p)
	ended, err := p.Plan.Posts.Ledger.LastRunEnded(ctx)
	if err != nil {
		return err
	}
	runID, err := p.Plan.Posts.Ledger.BeginRun(ctx, p.req.Command, p.addresses(), p.versions())
	if err != nil {
		return err
	}
	if err := p.noteRecipes(ctx, runID); err != nil {
		return err
	}
	p.logBegin(log, runID, o)
	p.sayServers()
	p.Plan.Loaded = p.inMemory(ctx)
	w := &watch{printer: p.req.Printer, log: log, progress: p.req.Progress, until: p.Plan.Until, now: p.req.Now, server: p.serverName(), patience: p.req.Settings.Patience, others: len(p.servers) > 1}
	w.events = &eventLog{context.WithoutCancel(ctx), p.Plan.Posts.Ledger, runID, log, p.byName()}
	w.alerts = p.newAlerts(o, log, w.nameOf)
	defer w.alerts.end()
	if w.estimate, err = p.estimate(ctx); err != nil {
		return err
	}
	steered := &batch.Control{Now: p.req.Clock}
	w.live = p.follow(w.estimate, steered)
	o.count(w.live)
	if p.req.Followed != nil {
		p.req.Followed(w.live)
	}
	if err := p.Plan.Posts.Ledger.PlanRun(ctx, runID, o.plan(w.estimate.Servers)); err != nil {
		return err
	}
	w.progress.Start(o.Jobs, o.Jobs-o.Left, w.estimate.Duration)
	sink := p.Plan.Posts.Sink(runID)
	sink.KeepReplies, sink.OverwriteEdited = p.req.Settings.Defaults.KeepReplies == "all", p.req.OverwriteEdited
	taken, err := p.takenBy(ctx, sink)
	if err != nil {
		return err
	}
	defer p.steer(steered, w)()
	defer p.proceedWhile(ctx, steered, w)()
	started := p.req.Clock()
	// late are entries whose server came back too late for the engine.
	var late []*plan.Entry
	ask := func(entries []*plan.Entry) error {
		if err := p.Plan.Mend(ctx, entries, sink); err != nil {
			return err
		}
		engine := p.engine(ctx, w, !ended)
		engine.Control, engine.Claim = steered, taken
		if p.req.Limit > 0 {
			if engine.Limit = p.req.Limit - o.Judged; engine.Limit <= 0 {
				return batch.ErrLimit
			}
		}
		r := &recorder{sink: sink, outcome: o, watch: w, mu: &p.mu}
		if p.req.Fleet != nil {
			return p.handOut(ctx, engine, entries, w, r)
		}
		stop := p.joinEarly(ctx, engine, o, w, runID)
		defer func() { late = append(late, stop()...) }()
		return engine.Run(ctx, p.Plan.Phases(ctx, entries), r)
	}
	p.warnOfSpace(ctx, o.Left)
	w.alerts.committed(ctx)
	runErr := ask(slices.Clone(p.Plan.Entries))
	for runErr == nil && len(late) > 0 {
		entries := late
		late = nil
		runErr = ask(entries)
	}
	if runErr == nil {
		runErr = p.await(ctx, o, w, runID, ask)
	}
	runErr = exit.Canceled(ctx, runErr)
	w.progress.Finish()
	runErr = p.lookAgain(context.WithoutCancel(ctx), o, sink, runErr)
	o.Seconds = p.req.Clock().Sub(started).Seconds()
	o.Reloads, o.ReloadSeconds = w.reloads, w.reloading.Seconds()
	o.allRejected = w.allRejected
	o.PausedSeconds = steered.Look().Paused.Seconds()
	o.Servers = w.serverLines(context.WithoutCancel(ctx), p.Plan.Posts.Ledger, o.Seconds-o.PausedSeconds)
	err = o.end(runErr)
	w.live.Over(p.over(err))
	p.Summary = o.Summary
	if errtype.Is[*output.MovedError](runErr) {
		// Nobody finds what is written to a ledger that was moved.
		return err
	}
	if endErr := p.Plan.Posts.Ledger.EndRun(context.WithoutCancel(ctx), runID, exit.Code(err), o.Summary); endErr != nil {
		err = errors.Join(err, endErr)
	}
	logEnd(log, runID, err, o)
	return err
}

// engine is what asks the servers, as they are now. After a run that was killed,
// models are loaded afresh.
func (p *Prepared) engine(ctx context.Context, w *watch, afresh bool) *batch.Engine {
	return &batch.Engine{
		Lanes:    p.lanes(ctx),
		Attempts: p.req.Settings.Defaults.Attempts, MaxTokens: p.req.Settings.Defaults.MaxTokens,
		Patience: p.req.Settings.Patience, MaxRejected: p.req.MaxRejected, Until: p.Plan.Until, Stop: p.req.Finish(), Events: w.event,
		Afresh: afresh, NoHedge: p.req.NoHedge,
		Clock: batch.Clock{Wall: p.req.Now, Now: p.req.Clock},
	}
}

// warnOfSpace warns if the disk space may not be enough for the posts that are
// left. The run begins all the same: it stops before the disk is full, and the
// same command resumes it.
func (p *Prepared) warnOfSpace(ctx context.Context, jobs int) {
	if free, need, known := p.space(ctx, jobs); known && free < need {
		p.req.Printer.Note("%s", p.spaceText(jobs, free, need))
	}
}

// space returns the bytes that are free, and those that so many posts need; false
// where one of them is not known.
func (p *Prepared) space(ctx context.Context, jobs int) (free, need int64, known bool) {
	free, known = p.Plan.Posts.Folder.Free()
	each, err := p.Plan.Posts.Ledger.PostBytes(ctx)
	return free, int64(jobs)*each + output.Reserve, known && err == nil
}

func (p *Prepared) spaceText(jobs int, free, need int64) string {
	return fmt.Sprintf("%s posts need about %s, and %s are free where %s is", term.Number(jobs), output.Bytes(need), output.Bytes(free), p.req.Settings.Defaults.Out)
}

// inMemory reports which models the servers have in memory, where the order of
// the entries depends on it.
func (p *Prepared) inMemory(ctx context.Context) func(model string) bool {
	if len(p.Plan.Entries) < 2 {
		return nil
	}
	return p.servers.InMemory(ctx)
}
