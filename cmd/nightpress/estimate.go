package main

import (
	"context"

	"github.com/nightpress/nightpress/internal/estimate"
)

// rest is what is left before the run begins.
func (p *prepared) rest(ctx context.Context) (*estimate.Estimate, error) {
	r := &estimate.Estimate{Workers: p.settings.Defaults.Workers, Parts: map[string]*estimate.Part{}}
	for i, e := range p.work.Entries {
		speed, err := p.work.Posts.Ledger.Speed(ctx, e.Label)
		if err != nil {
			return nil, err
		}
		r.Parts[e.Label] = &estimate.Part{Left: p.tallies[i].Asks(), Earlier: speed.SecondsPerJob}
	}
	return r, nil
}
