package run

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/output"
	"github.com/nightpress/nightpress/prompts"
)

// claimer is the engine's Claim.
type claimer func(context.Context, *batch.Job, *contract.Post) ([]contract.Problem, error)

// takenBy returns what compares each post with the others of its model, nil if the
// settings do not ask for that. It first reads the posts that no run has compared.
func (p *Prepared) takenBy(ctx context.Context, sink *output.Sink) (claimer, error) {
	b := p.req.Settings.Batch
	if !b.On() {
		return nil, nil
	}
	taken := p.Plan.Posts.Taken(b.Unique, b.Near)
	for _, e := range p.Plan.Entries {
		err := taken.Learn(ctx, e.Label, func() {
			p.req.Printer.Note("reading the posts of %s, to compare new ones with them ([batch] in %s)", e.Label, p.req.Settings.Path)
		})
		if err != nil {
			return nil, err
		}
	}
	sink.Taken = taken
	return func(ctx context.Context, j *batch.Job, post *contract.Post) ([]contract.Problem, error) {
		return taken.Claim(ctx, j.Model.Label, j.Slug, j.Prompt.Contract, post)
	}, nil
}

// checkUnique is an error if no prompt has a field that [batch] wants to be unique.
func checkUnique(s *settings.Settings, loaded map[string]*prompts.Prompt) error {
	for _, key := range s.Batch.Unique {
		known := map[string]bool{}
		for _, p := range loaded {
			for _, f := range p.Contract.Fields {
				known[f.Key] = true
			}
		}
		if !known[key] {
			err := fmt.Errorf("%s: [batch] unique has %q, which is a field of no prompt of this run", s.Path, key)
			return exit.Usage(err, "their fields are: "+strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
	}
	return nil
}
