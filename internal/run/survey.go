package run

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/fleet"
	"github.com/nightpress/nightpress/internal/ollama"
	"github.com/nightpress/nightpress/internal/plan"
	"github.com/nightpress/nightpress/internal/preflight"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/output"
)

// handsOutAll reports whether other machines make all posts, so that this one needs no
// model server. To look at a folder, its servers are asked all the same.
func (p *Prepared) handsOutAll() bool {
	return p.req.Fleet != nil && p.req.Fleet.NoLocalWork && !p.req.LookOnly
}

// chooseByName settles which models the run is for, where no server lists any.
func (p *Prepared) chooseByName() error {
	s := p.req.Settings
	for _, name := range s.Wanted {
		if settings.IsPattern(name) {
			return exit.Usage(fmt.Errorf("-m %s: with --no-local-work, this machine does not know which models there are", name), "name the models: -m llama3.2,qwen3:8b")
		}
	}
	if s.Wanted != nil {
		s.Models = s.Named(s.Wanted)
	}
	return s.NeedModels()
}

// lineupOfOthers returns the entries as the ledger and the workers know their models. It
// waits for a worker only for models that have a job left.
func (p *Prepared) lineupOfOthers(ctx context.Context) ([]*plan.Entry, error) {
	described, err := p.remembered(ctx)
	if err != nil {
		return nil, err
	}
	entries, err := preflight.Lineup(ctx, described, p.req.Settings, p.prompts)
	if err != nil {
		return nil, exit.Canceled(ctx, err)
	}
	var names []string
	for i, e := range entries {
		left, err := p.mayBeLeft(ctx, e)
		if err != nil {
			return nil, exit.Canceled(ctx, err)
		}
		if name := p.req.Settings.Models[i].Name; left && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return entries, nil
	}
	offers, err := p.survey(ctx, names)
	if err != nil {
		return nil, err
	}
	for name, o := range offers {
		described[name] = &ollama.LocalModel{
			Name: ollama.Canonical(name), Digest: o.Manifest, Identity: o.Identity, ContextLength: o.ContextLength, Thinks: o.Thinks, Sampling: o.Sampling,
		}
	}
	entries, err = preflight.Lineup(ctx, described, p.req.Settings, p.prompts)
	if errors.Is(err, context.Canceled) {
		return nil, exit.Canceled(ctx, err)
	}
	return entries, err
}

// remembered are the models as the newest jobs of the ledger were made with them: what
// their IDs depend on.
func (p *Prepared) remembered(ctx context.Context) (preflight.Described, error) {
	all := preflight.Described{}
	for _, m := range p.req.Settings.Models {
		label := m.Label
		if label == "" {
			label = output.Label(m.Name)
		}
		made, err := p.Plan.Posts.Ledger.NewestSetup(ctx, label)
		if err != nil {
			return nil, err
		}
		name := ollama.Canonical(m.Name)
		if made == nil || made.Model.Name != name {
			continue
		}
		thinks := made.Think != nil || all[m.Name] != nil && all[m.Name].Thinks
		all[m.Name] = &ollama.LocalModel{Name: name, Digest: made.Model.Manifest, Identity: made.Model.Identity, Thinks: thinks}
	}
	return all, nil
}

// mayBeLeft reports whether an entry may have a job that is to be requested.
func (p *Prepared) mayBeLeft(ctx context.Context, e *plan.Entry) (bool, error) {
	if e.Unusable != nil {
		return true, nil // the ledger does not know its model
	}
	if err := p.recognize(ctx, e); err != nil {
		return false, err
	}
	return p.Plan.AnyLeft(ctx, e)
}

// survey waits for workers that have these models.
func (p *Prepared) survey(ctx context.Context, names []string) (map[string]fleet.Offer, error) {
	known, err := p.Plan.Posts.Folder.Fleet()
	if err != nil {
		return nil, err
	}
	r := &p.req
	s := &fleet.Survey{
		Admin: known.Admin, Address: r.Fleet.address(r), Prefix: r.Settings.Fleet.Prefix, Version: r.Version,
		Until: r.Until, Patience: r.Settings.Patience, Stop: r.Finish(), Note: r.Printer.Note, Now: r.Now, Models: names,
	}
	if s.Server, err = p.reachFleet(known, s.Address); err != nil {
		return nil, err
	}
	offers, err := s.Run(ctx)
	return offers, exit.Canceled(ctx, err)
}
