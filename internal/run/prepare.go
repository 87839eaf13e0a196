package run

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/errtype"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/filename"
	"github.com/nightpress/nightpress/internal/fleet"
	"github.com/nightpress/nightpress/internal/plan"
	"github.com/nightpress/nightpress/internal/preflight"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/topics"
	"github.com/nightpress/nightpress/output"
	"github.com/nightpress/nightpress/prompts"
)

// Prepared is a run that is ready to begin: everything that can be found out
// before the first request has been.
type Prepared struct {
	req Request
	// Plan has the jobs, Report what the input holds.
	Plan   *plan.Plan
	Report *topics.Report
	// SampleOf is how many topics the input has, where the run is for a sample
	// of them; else 0.
	SampleOf int
	unused   []string // columns of the topics file
	servers  preflight.Fleet
	// nats is the run's own NATS server, once it was started.
	nats *fleet.Server
	// reached: the fleet's NATS server was reached, and a person told.
	reached bool
	trouble trouble
	prompts map[string]*prompts.Prompt
	// mu guards the plan's entries, the tallies, and the counts of the outcome while
	// the engine works.
	mu sync.Mutex
	// Tallies and longest have, for each entry, its jobs by disposition and the
	// bytes of its longest prompt.
	Tallies []plan.Tally
	longest []int
	reasons *reasonCounts
	// agreed: a person agreed that finished posts are replaced.
	agreed bool
	// Summary is complete once the run is over.
	Summary record.Summary
}

// Prepare goes through everything that could end a run early, cheapest first:
// prompts, input, server, models, folder, ledger. What is left is Count, which
// renders every job. The caller closes what it returns.
func Prepare(ctx context.Context, req Request) (_ *Prepared, err error) {
	s := req.Settings
	p := &Prepared{req: req, reasons: newReasons(), Plan: &plan.Plan{
		Seed: s.Defaults.Seed, RetryRejected: req.RetryRejected, OverwriteEdited: req.OverwriteEdited, KeepDone: req.KeepDone, MaxRejected: req.MaxRejected, Until: req.Until,
		Source: filepath.Base(req.Topics), Version: req.Version,
	}, Summary: record.Summary{Out: s.Defaults.Out}}
	defer func() {
		if err != nil {
			_ = p.Close(context.WithoutCancel(ctx), nil)
		}
	}()
	if p.Plan.Only, err = readOnly(req.Only); err != nil {
		return nil, err
	}
	// Who names the rejected jobs wants them asked for again.
	p.Plan.RetryRejected = req.RetryRejected || p.Plan.Only.Rejected()
	// A run does not wait for the server's answers past --until.
	asking := ctx
	if !req.Until.IsZero() && !req.LookOnly {
		var cancel context.CancelFunc
		asking, cancel = context.WithTimeoutCause(ctx, req.Until.Sub(req.Now()), batch.ErrUntil)
		defer cancel()
	}
	if err := p.choose(asking); err != nil {
		return nil, err
	}
	loaded, err := preflight.Prompts(s)
	if err != nil {
		return nil, exit.Usage(err)
	}
	if err := checkUnique(s, loaded); err != nil {
		return nil, err
	}
	p.prompts = loaded
	if err := p.readInput(req.Topics, loaded); err != nil {
		return nil, err
	}
	if p.handsOutAll() {
		if err := p.open(ctx); err != nil {
			return nil, err
		}
		if p.Plan.Entries, err = p.lineupOfOthers(asking); err != nil {
			return nil, err
		}
		return p, p.useFolder(ctx)
	}
	if err := p.connect(asking); err != nil {
		return nil, err
	}
	if err := p.servers.CheckCloud(asking, s); err != nil {
		return nil, fmt.Errorf("cloud: %w", err)
	}
	if p.Plan.Entries, err = preflight.Lineup(asking, p.servers, s, loaded); err != nil {
		return nil, err
	}
	p.Plan.Servers = p.madeServers()
	if err := p.open(ctx); err != nil {
		return nil, err
	}
	return p, p.useFolder(ctx)
}

// choose settles which models the run is for. Names with a pattern among them
// need the servers' lists.
func (p *Prepared) choose(ctx context.Context) error {
	if p.handsOutAll() {
		return p.chooseByName()
	}
	if p.req.Settings.Wanted != nil {
		if err := p.connect(ctx); err != nil {
			return err
		}
		if err := preflight.Expand(ctx, p.servers, p.req.Settings, p.req.Printer.Note); err != nil {
			return err
		}
	}
	return p.req.Settings.NeedModels()
}

// connect reaches the servers, starting one where --serve asks for it.
func (p *Prepared) connect(ctx context.Context) (err error) {
	if p.servers == nil {
		p.servers, err = preflight.ConnectAll(ctx, p.req.Settings, p.req.Serve, p.req.Printer.Note)
	}
	return err
}

// open opens the output folder and its ledger: as the one writer, or to look at them
// alone.
func (p *Prepared) open(ctx context.Context) (err error) {
	out := p.req.Settings.Defaults.Out
	if p.req.LookOnly {
		p.Plan.Posts, err = output.Look(ctx, out)
	} else {
		p.Plan.Posts, err = output.OpenToWrite(ctx, out, p.req.Command)
	}
	return err
}

// useFolder compares the entries with what the folder knows.
func (p *Prepared) useFolder(ctx context.Context) error {
	if err := p.checkLabels(ctx); err != nil {
		return err
	}
	for _, e := range p.Plan.Entries {
		if err := p.recognize(ctx, e); err != nil {
			return err
		}
	}
	return p.useSite(ctx)
}

// recognize gives a model the key by which the folder's ledger knows it.
func (p *Prepared) recognize(ctx context.Context, e *plan.Entry) (err error) {
	if e.Unusable != nil {
		return nil
	}
	l := p.Plan.Posts.Ledger
	if e.Digest, err = l.ModelKey(ctx, e.Identity, e.Manifest); err != nil || p.req.LookOnly {
		return err
	}
	return l.RememberModel(ctx, e.Identity, e.Manifest, e.Digest)
}

// checkLabels refuses a label that differs from one of an earlier run in case or
// Unicode form alone: some file systems give both one folder.
func (p *Prepared) checkLabels(ctx context.Context) error {
	labels, err := p.Plan.Posts.Ledger.Labels(ctx)
	if err != nil {
		return err
	}
	for _, e := range p.Plan.Entries {
		for _, l := range labels {
			if l != e.Label && filename.Fold(l) == filename.Fold(e.Label) {
				return exit.Usage(
					fmt.Errorf("the label %s of %s differs from the folder %s in letter case or Unicode form alone", e.Label, e.Name, l),
					fmt.Sprintf("write label = %q for it in %s, or write to another folder: --out", l, p.req.Settings.Path),
				)
			}
		}
	}
	return nil
}

// Count finds every job's disposition; each is called with every job.
func (p *Prepared) Count(ctx context.Context, each func(*plan.Entry, *plan.Candidate) error) error {
	for _, e := range p.Plan.Entries {
		t, longest, err := p.Plan.Count(ctx, e, func(c *plan.Candidate) error {
			if c.Disposition == plan.Rejected {
				if err := p.reasons.earlier(ctx, p.Plan.Posts.Ledger, c.ID); err != nil {
					return err
				}
			}
			return each(e, c)
		})
		if err == nil {
			err = p.reasons.flush(ctx, p.Plan.Posts.Ledger)
		}
		if err != nil {
			return err
		}
		p.Tallies = append(p.Tallies, t)
		p.longest = append(p.longest, longest)
	}
	if !p.Plan.Only.All() {
		// As a sample does, the counts and the exit code speak of a part.
		p.Report.Bad, p.Report.BadRows, p.Report.Duplicates = nil, 0, 0
	}
	return exit.Usage(p.Plan.CheckSelection(ctx))
}

// Close releases everything that Prepare opened; err is what the run ended
// with and is returned unless closing failed on top of a success.
func (p *Prepared) Close(ctx context.Context, err error) error {
	var errs []error
	if p.Plan.Input != nil {
		errs = append(errs, p.Plan.Input.Close())
	}
	if p.Plan.Posts != nil {
		errs = append(errs, p.Plan.Posts.Close())
	}
	errs = append(errs, p.servers.Stop())
	if p.nats != nil {
		p.nats.Close()
	}
	if err != nil {
		return explain(p.Plan.Posts, err)
	}
	return errors.Join(errs...)
}

// explain adds what a person can do about a failed write to the folder, which
// need not be open.
func explain(posts *output.Posts, err error) error {
	if posts == nil || errtype.Is[*printer.OutputError](err) {
		return err
	}
	return posts.Folder.Explain(err)
}
