package run

import (
	"context"

	"github.com/nightpress/nightpress/internal/estimate"
)

// estimate is what is left before the run begins.
func (p *Prepared) estimate(ctx context.Context) (*estimate.Estimate, error) {
	r := &estimate.Estimate{Workers: p.req.Settings.Defaults.Workers, Parts: map[string]*estimate.Part{}}
	for i, e := range p.Plan.Entries {
		speed, err := p.Plan.Posts.Ledger.Speed(ctx, e.Label)
		if err != nil {
			return nil, err
		}
		r.Parts[e.Label] = &estimate.Part{Left: p.Tallies[i].Asks(), Earlier: speed.SecondsPerJob}
	}
	return r, nil
}
