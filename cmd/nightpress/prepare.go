package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/filename"
	"github.com/nightpress/nightpress/internal/plan"
	"github.com/nightpress/nightpress/internal/preflight"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/internal/topics"
	"github.com/nightpress/nightpress/output"
	"github.com/nightpress/nightpress/prompts"
)

// prepared is a run that is ready to begin: everything that can be found out
// before the first request has been.
type prepared struct {
	*app
	settings *settings.Settings
	// lookOnly is set for plan: nothing is written, not even a slug.
	lookOnly bool
	flags    runFlags
	report   *topics.Report
	// sampleOf is how many topics the input has, where the run is for a sample
	// of them; else 0.
	sampleOf int
	// again makes the command line that resumes the run, with further flags.
	again  func(flags ...string) string
	server *preflight.Server
	work   *plan.Plan
	// tallies and longest have, for each entry, how its jobs stand and the
	// bytes of its longest prompt.
	tallies []plan.Tally
	longest []int
	blame   *blame
	// summary is there once the run is over.
	summary term.Summary
}

// prepare goes through everything that could end a run early, cheapest first:
// prompts, input, server, models, folder, ledger. lookOnly writes nothing to the
// folder. What is left is countJobs, which renders every job.
func (a *app) prepare(ctx context.Context, s *settings.Settings, path string, f runFlags, lookOnly bool) (_ *prepared, err error) {
	p := &prepared{app: a, lookOnly: lookOnly, settings: s, flags: f, blame: newBlame(), work: &plan.Plan{
		Seed: s.Defaults.Seed, RetryRejected: f.retryRejected, OverwriteEdited: f.overwrite,
	}}
	defer func() {
		if err != nil {
			_ = p.close(context.WithoutCancel(ctx), nil)
		}
	}()
	if err := p.choose(ctx); err != nil {
		return nil, err
	}
	loaded, err := preflight.Prompts(s)
	if err != nil {
		return nil, exit.Usage(err)
	}
	if err := p.readInput(path, loaded); err != nil {
		return nil, err
	}
	if err := p.connect(ctx); err != nil {
		return nil, err
	}
	if err := preflight.CheckCloud(ctx, p.server.Client, s); err != nil {
		return nil, fmt.Errorf("cloud: %w", err)
	}
	if p.work.Entries, err = preflight.Lineup(ctx, p.server.Client, s, loaded); err != nil {
		return nil, err
	}
	if err := p.openFolder(ctx); err != nil {
		return nil, err
	}
	return p, nil
}

// choose settles which models the run is for. Names with a pattern among them
// need the server's list.
func (p *prepared) choose(ctx context.Context) error {
	if p.settings.Wanted != nil {
		if err := p.connect(ctx); err != nil {
			return err
		}
		if err := preflight.Expand(ctx, p.server.Client, p.settings, p.say); err != nil {
			return err
		}
	}
	return p.settings.NeedModels()
}

// connect reaches the server, starting one where --serve asks for it.
func (p *prepared) connect(ctx context.Context) (err error) {
	if p.server == nil {
		p.server, err = preflight.Connect(ctx, p.settings, p.flags.serve, p.say)
	}
	return err
}

// readInput is the input's first pass: every bad row is known after it.
func (p *prepared) readInput(path string, loaded map[string]*prompts.Prompt) error {
	if in, ok := p.stdin.(interruptible); ok && path == "-" && term.Interactive(in.r) {
		p.say("reading topics from the terminal, up to an end of file (Ctrl-D)")
	}
	in, err := topics.Open(path, p.flags.input(), p.stdin)
	if err != nil {
		return exit.Usage(err)
	}
	p.work.Input = in
	var required []string
	for _, pr := range loaded {
		if err := pr.Check(in.Columns()); err != nil {
			return exit.Usage(err)
		}
		required = append(required, pr.Required...)
	}
	if p.report, err = in.Check(required); err != nil {
		return exit.Usage(err)
	}
	if n := len(p.report.Bad); n > 0 && !p.flags.skipBadRows {
		var errs []error
		for _, b := range p.report.Bad {
			errs = append(errs, b)
		}
		return exit.Usage(errors.Join(errs...), "mend these rows, or go on without them: --skip-bad-rows")
	}
	if p.report.Topics == 0 {
		return exit.Usage(fmt.Errorf("%s: no topics in it", path), "add a line below the header for each post")
	}
	p.sampleOf, err = p.flags.sample.draw(in, p.report)
	return err
}

// openFolder opens the output folder and its ledger: as the one writer, or to
// look at them alone.
func (p *prepared) openFolder(ctx context.Context) (err error) {
	out := p.settings.Defaults.Out
	if p.lookOnly {
		p.work.Posts, err = output.Look(ctx, out)
	} else {
		p.work.Posts, err = output.OpenToWrite(ctx, out, p.command())
	}
	if err != nil {
		return err
	}
	if err := p.checkLabels(ctx); err != nil {
		return err
	}
	return p.useSite(ctx)
}

// checkLabels refuses a label that differs from one of an earlier run in case or
// Unicode form alone: some file systems give both one folder.
func (p *prepared) checkLabels(ctx context.Context) error {
	labels, err := p.work.Posts.Ledger.Labels(ctx)
	if err != nil {
		return err
	}
	for _, e := range p.work.Entries {
		for _, l := range labels {
			if l != e.Label && filename.Fold(l) == filename.Fold(e.Label) {
				return exit.Usage(
					fmt.Errorf("the label %s of %s differs from the folder %s in letter case or Unicode form alone", e.Label, e.Name, l),
					fmt.Sprintf("write label = %q for it in %s, or write to another folder: --out", l, p.settings.Path),
				)
			}
		}
	}
	return nil
}

// countJobs finds out how every job stands; each is given every job.
func (p *prepared) countJobs(ctx context.Context, each func(*plan.Entry, *plan.Candidate) error) error {
	for _, e := range p.work.Entries {
		t, longest, err := p.work.Count(ctx, e, func(c *plan.Candidate) error {
			if c.Disposition == plan.Rejected {
				if err := p.blame.earlier(ctx, p.work.Posts.Ledger, c.ID); err != nil {
					return err
				}
			}
			return each(e, c)
		})
		if err == nil {
			err = p.blame.flush(ctx, p.work.Posts.Ledger)
		}
		if err != nil {
			return err
		}
		p.tallies = append(p.tallies, t)
		p.longest = append(p.longest, longest)
	}
	return nil
}

// close releases everything that prepare opened; err is what the run ended
// with and is returned unless closing failed on top of a success.
func (p *prepared) close(ctx context.Context, err error) error {
	var errs []error
	if p.work.Input != nil {
		errs = append(errs, p.work.Input.Close())
	}
	if p.work.Posts != nil {
		errs = append(errs, p.work.Posts.Close())
	}
	errs = append(errs, p.server.Stop())
	if err != nil {
		return explain(p.work.Posts, err)
	}
	return errors.Join(errs...)
}

// explain says what a person can do about a failed write to the folder, which
// need not be open.
func explain(posts *output.Posts, err error) error {
	if posts == nil {
		return err
	}
	return posts.Folder.Explain(err)
}
