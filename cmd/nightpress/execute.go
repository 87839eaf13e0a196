package main

import (
	"context"
	"errors"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/secret"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/output"
)

// run asks for every job that is to be done and says in the end how the whole
// stands.
func (p *prepared) run(ctx context.Context, progress *term.Progress) error {
	log, closeLog, err := p.openLog()
	if err != nil {
		return err
	}
	defer closeLog()
	o := newOutcome(p)
	ended, err := p.work.Posts.Ledger.LastRunEnded(ctx)
	if err != nil {
		return err
	}
	runID, err := p.work.Posts.Ledger.BeginRun(ctx, p.command(), secret.Mask(p.settings.Server.URL), p.server.Version)
	if err != nil {
		return err
	}
	p.logBegin(log, runID, o)
	p.work.Loaded = p.inMemory(ctx)
	w := &watch{app: p.app, log: log, progress: progress, until: p.work.Until}
	w.diary = &diary{context.WithoutCancel(ctx), p.work.Posts.Ledger, runID, log}
	if w.rest, err = p.rest(ctx); err != nil {
		return err
	}
	if err := p.work.Posts.Ledger.PlanRun(ctx, runID, o.plan()); err != nil {
		return err
	}
	w.progress.Start(o.Jobs, o.Jobs-o.Left, w.rest.Duration)
	sink := &output.Sink{
		Folder: p.work.Posts.Folder, Ledger: p.work.Posts.Ledger, RunID: runID,
		KeepAll: p.settings.Defaults.KeepReplies == "all", OverwriteEdited: p.flags.overwrite,
	}
	engine := &batch.Engine{
		Lanes:    []batch.Lane{{Generator: p.server.Client, Workers: p.settings.Defaults.Workers}},
		Attempts: p.settings.Defaults.Attempts, MaxTokens: p.settings.Defaults.MaxTokens,
		Patience: p.settings.Patience, Limit: p.flags.limit, Until: p.work.Until, Stop: p.interrupts.finish(), Events: w.event,
		Afresh: !ended,
		Clock:  batch.Clock{Wall: p.now},
	}
	started := time.Now()
	runErr := p.work.Mend(ctx, sink)
	if runErr == nil {
		p.warnOfSpace(ctx, o.Left)
		runErr = engine.Run(ctx, p.work.Phases(ctx), &recorder{sink: sink, outcome: o, watch: w})
	}
	runErr = cancelled(ctx, runErr)
	w.progress.Finish()
	runErr = p.lookAgain(context.WithoutCancel(ctx), o, sink, runErr)
	o.Seconds = time.Since(started).Seconds()
	err = o.end(runErr)
	p.summary = o.Summary
	if errors.As(runErr, new(*output.MovedError)) {
		// Nobody finds what is written to a ledger that was moved.
		return err
	}
	if endErr := p.work.Posts.Ledger.EndRun(context.WithoutCancel(ctx), runID, exit.Code(err), o.Summary); endErr != nil {
		err = errors.Join(err, endErr)
	}
	logEnd(log, runID, err, o)
	return err
}

// warnOfSpace says when the disk space may not be enough for the posts that are
// left. The run begins all the same: it stops before the disk is full, and the
// same command resumes it.
func (p *prepared) warnOfSpace(ctx context.Context, jobs int) {
	free, known := p.work.Posts.Folder.Free()
	each, err := p.work.Posts.Ledger.PostBytes(ctx)
	if need := int64(jobs)*each + output.Reserve; err == nil && known && free < need {
		p.say("%s posts need about %s, and %s are free where %s is", term.Number(jobs), output.Bytes(need), output.Bytes(free), p.settings.Defaults.Out)
	}
}
