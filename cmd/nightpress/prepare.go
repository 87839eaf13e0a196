package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/ollama"
	"github.com/nightpress/nightpress/internal/topics"
	"github.com/nightpress/nightpress/output"
	"github.com/nightpress/nightpress/prompts"
)

// prepared is a run that is ready to begin: everything that can be found out
// before the first request has been.
type prepared struct {
	*app
	settings *settings
	flags    runFlags
	report   *topics.Report
	// sampleOf is how many topics the input has, where the run is for a sample
	// of them; else 0.
	sampleOf int
	client   *ollama.Client
	// version is the server's.
	version string
	child   *ollama.Server
	work    *workload
	// tallies and longest have, for each entry, how its jobs stand and the
	// bytes of its longest prompt.
	tallies []tally
	longest []int
}

// prepare goes through everything that could end a run early, cheapest first:
// prompts, input, server, models, folder, ledger, and the rendering of every
// job.
func (a *app) prepare(ctx context.Context, s *settings, path string, f runFlags) (_ *prepared, err error) {
	p := &prepared{app: a, settings: s, flags: f, work: &workload{
		seed: s.Defaults.Seed, retryRejected: f.retryRejected, overwriteEdited: f.overwrite,
	}}
	defer func() {
		if err != nil {
			_ = p.close(context.WithoutCancel(ctx), nil)
		}
	}()
	if err := p.choose(ctx); err != nil {
		return nil, err
	}
	set := prompts.Open(promptDir(s))
	loaded, err := promptsOf(set, s)
	if err != nil {
		return nil, asUsage(err)
	}
	if err := p.readInput(path, loaded); err != nil {
		return nil, err
	}
	if err := p.connect(ctx); err != nil {
		return nil, err
	}
	if err := p.requireNoCloud(ctx); err != nil {
		return nil, err
	}
	if p.work.entries, err = lineup(ctx, p.client, s, loaded); err != nil {
		return nil, err
	}
	if err := p.openFolder(ctx); err != nil {
		return nil, err
	}
	return p, p.countJobs(ctx)
}

// promptDir is where the user's own prompts are: beside models.toml.
func promptDir(s *settings) string {
	return filepath.Join(filepath.Dir(s.Path), "prompts")
}

// readInput is the input's first pass: every bad row is known after it.
func (p *prepared) readInput(path string, loaded map[string]*prompts.Prompt) error {
	in, err := topics.Open(path, topics.Options{
		Delimiter: p.flags.delimiter, TopicColumn: p.flags.topicColumn, NoHeader: p.flags.noHeader,
	}, p.stdin)
	if err != nil {
		return asUsage(err)
	}
	p.work.input = in
	var required []string
	for _, pr := range loaded {
		if err := pr.Check(in.Columns()); err != nil {
			return asUsage(err)
		}
		required = append(required, pr.Required...)
	}
	if p.report, err = in.Check(required); err != nil {
		return asUsage(err)
	}
	if n := len(p.report.Bad); n > 0 && !p.flags.skipBadRows {
		var errs []error
		for _, b := range p.report.Bad {
			errs = append(errs, b)
		}
		return usageError{errors.Join(errs...), "mend these rows, or go on without them: --skip-bad-rows"}
	}
	if p.report.Topics == 0 {
		return usageError{fmt.Errorf("%s: no topics in it", path), "add a line below the header for each post"}
	}
	p.sampleOf, err = p.flags.sample.draw(in, p.report)
	return err
}

// openFolder opens the output folder and its ledger, and gives every topic its
// slug.
func (p *prepared) openFolder(ctx context.Context) (err error) {
	if p.work.folder, err = output.Open(p.settings.Defaults.Out); err != nil {
		return err
	}
	if p.work.ledger, err = ledger.Open(p.work.folder.LedgerPath()); err != nil {
		return err
	}
	for _, e := range p.work.entries {
		if e.unusable != nil {
			continue
		}
		if err := p.work.ledger.ClaimLabel(ctx, e.Label, e.prompt.Name); err != nil {
			return asUsage(err)
		}
	}
	if err := p.useSite(ctx); err != nil {
		return err
	}
	return p.giveSlugs(ctx)
}

// giveSlugs registers the topics with the ledger, a thousand at a time.
func (p *prepared) giveSlugs(ctx context.Context) error {
	var some []ledger.TopicIdent
	flush := func() error {
		err := p.work.ledger.GiveSlugs(ctx, some)
		some = some[:0]
		return err
	}
	for t, err := range p.work.input.All() {
		if isBadRow(err) {
			continue
		}
		if err != nil {
			return err
		}
		wanted := t.Slug
		if wanted == "" {
			wanted = t.Text
		}
		slug := output.Slug(wanted)
		some = append(some, ledger.TopicIdent{Key: t.Key, Text: t.Text, Slug: slug, Clash: output.SlugClash(slug, t.Key)})
		if len(some) == 1000 {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

func (p *prepared) countJobs(ctx context.Context) error {
	for _, e := range p.work.entries {
		var t tally
		longest := 0
		var err error
		if e.unusable == nil {
			t, longest, err = p.work.count(ctx, e)
		}
		if err != nil {
			return asUsage(err)
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
	if p.work.input != nil {
		errs = append(errs, p.work.input.Close())
	}
	if p.work.ledger != nil {
		errs = append(errs, p.work.ledger.Close())
	}
	if p.work.folder != nil {
		errs = append(errs, p.work.folder.Close())
	}
	if p.child != nil {
		errs = append(errs, p.child.Stop())
	}
	if err != nil {
		return err
	}
	return errors.Join(errs...)
}

func isBadRow(err error) bool {
	return errors.As(err, new(*topics.BadRow))
}

// asUsage makes err exit with the code for usage, configuration and input.
func asUsage(err error) error {
	if err == nil {
		return nil
	}
	return usageError{error: err}
}
