package run

import (
	"context"

	"github.com/nightpress/nightpress/internal/estimate"
)

// estimate is of what is left before the run begins, or, for a preview, while
// another one is under way.
func (p *Prepared) estimate(ctx context.Context) (*estimate.Estimate, error) {
	left := map[string]int{}
	for i, e := range p.Plan.Entries {
		left[e.Label] = p.Tallies[i].Asks()
	}
	run, err := p.Plan.Posts.Ledger.Writing(ctx)
	if err != nil {
		return nil, err
	}
	return estimate.New(ctx, p.Plan.Posts.Ledger, run, p.workers(), left)
}
