package report

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/nightpress/nightpress/internal/stats"
)

// pair counts the ratings of two models' posts. A is the first by name.
type pair struct {
	A, B               string
	Wins, Losses, Ties int // A's
}

// preferences are the ratings of all folders.
type preferences struct {
	pairs  map[[2]string]*pair
	models map[string]*pair // A against all others
}

// preferences reads the ratings of posts that are still current.
func (r *Report) preferences(ctx context.Context) (*preferences, error) {
	p := &preferences{map[[2]string]*pair{}, map[string]*pair{}}
	for _, s := range r.sources {
		for rating, err := range s.ledger.Ratings(ctx) {
			if err != nil {
				return nil, fmt.Errorf("%s: ratings: %w", s.dir, err)
			}
			p.add(s.called(rating.A.Label), s.called(rating.B.Label), rating.Tie)
		}
	}
	return p, nil
}

// called is the name of a label, with its folder's name if there are several.
func (s *source) called(label string) string {
	if s.name == "" {
		return label
	}
	return s.name + "/" + label
}

func (p *preferences) add(winner, loser string, tie bool) {
	a, b := min(winner, loser), max(winner, loser)
	count := func(c *pair, name string) {
		switch {
		case tie:
			c.Ties++
		case name == winner:
			c.Wins++
		default:
			c.Losses++
		}
	}
	if p.pairs[[2]string{a, b}] == nil {
		p.pairs[[2]string{a, b}] = &pair{A: a, B: b}
	}
	count(p.pairs[[2]string{a, b}], a)
	for _, name := range []string{a, b} {
		if p.models[name] == nil {
			p.models[name] = &pair{A: name}
		}
		count(p.models[name], name)
	}
}

// N is the number of comparisons.
func (p *pair) N() int { return p.Wins + p.Losses + p.Ties }

// decided is the number of comparisons that were not ties.
func (p *pair) decided() int { return p.Wins + p.Losses }

// share is the share of decided comparisons that A won.
func (p *pair) share() (share float64, i stats.Interval) {
	if p.decided() == 0 {
		return 0.5, stats.Interval{}
	}
	return float64(p.Wins) / float64(p.decided()), stats.Wilson(p.Wins, p.decided())
}

// ranked lists the models, most preferred first.
func (p *preferences) ranked() (list []*pair) {
	for _, m := range p.models {
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b *pair) int {
		x, _ := a.share()
		y, _ := b.share()
		return cmp.Or(cmp.Compare(y, x), cmp.Compare(a.A, b.A))
	})
	return list
}

// compared lists the pairs by name. noise reports for each whether its
// difference is within noise, by the sign test corrected for the number of
// pairs.
func (p *preferences) compared() (list []*pair, noise []bool) {
	for _, one := range p.pairs {
		list = append(list, one)
	}
	slices.SortFunc(list, func(a, b *pair) int { return cmp.Or(cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B)) })
	ps := make([]float64, len(list))
	for i, one := range list {
		ps[i] = stats.Sign(one.Wins, one.Losses)
	}
	stats.Holm(ps)
	for _, v := range ps {
		noise = append(noise, v >= 0.05)
	}
	return list, noise
}

func (p *pair) cells() []string {
	share, i := p.share()
	text := "–"
	if i.Known {
		text = fmt.Sprintf("%s (%s–%s)", percent(share), percent(i.Low), percent(i.High))
	}
	return []string{whole(float64(p.N())), whole(float64(p.Wins)), whole(float64(p.Losses)), whole(float64(p.Ties)), text}
}

// rankGrid returns nil if there are no ratings, as pairGrid does.
func (p *preferences) rankGrid() *grid {
	if len(p.models) == 0 {
		return nil
	}
	g := &grid{Head: []string{"Model", "Comparisons", "Won", "Lost", "Ties", "Won, without ties"}}
	for _, m := range p.ranked() {
		g.Rows = append(g.Rows, append([]string{line(m.A, 80)}, m.cells()...))
	}
	return g
}

func (p *preferences) pairGrid() *grid {
	if len(p.pairs) == 0 {
		return nil
	}
	g := &grid{Head: []string{"Pair", "Comparisons", "First won", "First lost", "Ties", "First won, without ties"}}
	list, noise := p.compared()
	for i, one := range list {
		cells := one.cells()
		if noise[i] {
			cells[len(cells)-1] += " ~"
		}
		g.Rows = append(g.Rows, append([]string{line(one.A, 60) + " vs. " + line(one.B, 60)}, cells...))
	}
	return g
}

// pairLine is the JSON form of a pair. Its names are stable.
type pairLine struct {
	Event  string   `json:"event"`
	A      string   `json:"a"`
	B      string   `json:"b"`
	Wins   int      `json:"wins"`
	Losses int      `json:"losses"`
	Ties   int      `json:"ties"`
	N      int      `json:"n"`
	Share  *float64 `json:"share"`
	Low    *float64 `json:"low,omitempty"`
	High   *float64 `json:"high,omitempty"`
	Noise  bool     `json:"noise,omitempty"`
}

func (p *preferences) lines() (lines []pairLine) {
	list, noise := p.compared()
	for i, one := range list {
		l := pairLine{Event: "pair", A: one.A, B: one.B, Wins: one.Wins, Losses: one.Losses, Ties: one.Ties, N: one.N(), Noise: noise[i]}
		if share, interval := one.share(); interval.Known {
			share, low, high := digits(share), digits(interval.Low), digits(interval.High)
			l.Share, l.Low, l.High = &share, &low, &high
		}
		lines = append(lines, l)
	}
	return lines
}
