package run

import (
	"context"
	"slices"

	"github.com/nightpress/nightpress/internal/estimate"
	"github.com/nightpress/nightpress/internal/plan"
)

// estimate is of what is left before the run begins, or, for a preview, while
// another one is in progress.
func (p *Prepared) estimate(ctx context.Context) (*estimate.Estimate, error) {
	run, err := p.Plan.Posts.Ledger.Writing(ctx)
	if err != nil {
		return nil, err
	}
	return estimate.New(ctx, p.Plan.Posts.Ledger, run, p.paced(ctx), p.left(p.Plan.Entries))
}

// paced are the servers that make posts now, with the workers of each: the number
// that is set, or that an earlier run found, or else the usual one.
func (p *Prepared) paced(ctx context.Context) (all []estimate.Server) {
	for _, s := range p.servers {
		one := estimate.Server{Name: s.Name, Workers: map[string]int{}}
		for _, e := range p.Plan.Entries {
			if s.Away == nil && (len(p.servers) == 1 || e.Excluded[s.Name] == nil) {
				one.Workers[e.Label] = p.workersOn(ctx, s, e)
			}
		}
		all = append(all, one)
	}
	if len(p.servers) == 0 {
		// Other machines make all posts. How many they are shows in the run.
		one := estimate.Server{Workers: map[string]int{}}
		for _, e := range p.Plan.Entries {
			one.Workers[e.Label] = usualWorkers
		}
		all = append(all, one)
	}
	return all
}

// left has the jobs of entries that are to be requested, by label.
func (p *Prepared) left(entries []*plan.Entry) map[string]estimate.Jobs {
	left := map[string]estimate.Jobs{}
	for i, e := range p.Plan.Entries {
		if slices.Contains(entries, e) {
			left[e.Label] = e.Left(p.Tallies[i].Asks())
		}
	}
	return left
}
