package report

import (
	"context"
	"fmt"
)

// serverGrid is what each server did in the newest run of each folder; nil where no
// run used servers with names.
func (r *Report) serverGrid(ctx context.Context) (*grid, error) {
	g := &grid{Head: []string{"Server", "Posts", "Rejected", "Tokens/s of one reply", "Loads", "Outages"}}
	for _, s := range r.sources {
		servers, err := s.ledger.Servers(ctx)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.dir, err)
		}
		for _, one := range servers {
			name := line(one.Name, 80)
			if s.name != "" {
				name += " (" + line(s.name, 60) + ")"
			}
			rate := "–"
			if v := one.Generation.PerSecond(); v > 0 {
				rate = whole(v)
			}
			g.Rows = append(g.Rows, []string{name, whole(float64(one.Posts)), whole(float64(one.Rejected)), rate, whole(float64(one.Loads)), whole(float64(one.Outages))})
		}
	}
	if len(g.Rows) == 0 {
		return nil, nil
	}
	return g, nil
}
