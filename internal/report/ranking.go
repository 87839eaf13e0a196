package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/nightpress/nightpress/internal/stats"
)

// ranked is a model's place by one criterion.
type ranked struct {
	*pair
	// Share is the expected share of answers against the average of the others.
	Share    float64
	Interval stats.Interval
	// Noise is set if the model is within noise of the best one.
	Noise bool
	// Equal is the share at equal length and Markdown, if that is known.
	Equal         float64
	EqualInterval stats.Interval
}

// ranking is a fit of Bradley and Terry's model.
type ranking struct {
	models    []ranked // best first
	connected bool
	// length and markdown are factors of the odds: of a post that is twice as
	// long, and of one with ten more marks. They are not known with few answers.
	length, markdown effect
}

// effect is a factor of the odds with its interval.
type effect struct {
	factor float64
	stats.Interval
}

// leastForEffects is how many decided answers, with the lengths and the Markdown of
// both posts, are needed to say how these matter.
const leastForEffects = 50

// rank fits the model.
func (p *preferences) rank() {
	names := make([]string, 0, len(p.models))
	for name := range p.models {
		names = append(names, name)
	}
	slices.Sort(names)
	plain, described := p.comparisons(names)
	fit := stats.BradleyTerry{}.Fit(len(names), plain)
	p.ranking.connected = fit.Connected
	at := map[string]int{}
	for i, name := range names {
		at[name] = i
		p.ranking.models = append(p.ranking.models, ranked{pair: p.models[name], Share: fit.Share[i], Interval: fit.Interval[i]})
	}
	if len(described) >= leastForEffects {
		equal := stats.BradleyTerry{}.Fit(len(names), described)
		for i := range p.ranking.models {
			p.ranking.models[i].Equal, p.ranking.models[i].EqualInterval = equal.Share[i], equal.Interval[i]
		}
		p.ranking.length, p.ranking.markdown = newEffect(equal, 0), newEffect(equal, 1)
	}
	slices.SortStableFunc(p.ranking.models, func(a, b ranked) int { return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.A, b.A)) })
	first := at[p.ranking.models[0].A]
	for i := 1; i < len(p.ranking.models); i++ {
		p.ranking.models[i].Noise = fit.P[first][at[p.ranking.models[i].A]] >= 0.05
	}
}

func newEffect(fit *stats.Strengths, covariate int) effect {
	i := fit.CoefficientInterval[covariate]
	return effect{math.Exp(fit.Coefficient[covariate]), stats.Interval{Low: math.Exp(i.Low), High: math.Exp(i.High), Known: i.Known}}
}

// comparisons are all answers, and those whose posts' lengths and Markdown are
// known, with both as covariates.
func (p *preferences) comparisons(names []string) (plain, described []stats.Comparison) {
	models, topics := map[string]int{}, map[string]int{}
	for i, name := range names {
		models[name] = i
	}
	for _, o := range p.all {
		if _, known := topics[o.topic]; !known {
			topics[o.topic] = len(topics)
		}
		c := stats.Comparison{A: models[o.winner], B: models[o.loser], Topic: topics[o.topic], Score: o.score(o.winner)}
		plain = append(plain, c)
		if o.A.Words > 0 && o.B.Words > 0 && o.marks[0] >= 0 && o.marks[1] >= 0 {
			c.Covariates = []float64{math.Log2(float64(o.A.Words) / float64(o.B.Words)), float64(o.marks[0]-o.marks[1]) / 10}
			described = append(described, c)
		}
	}
	return plain, described
}

// shareCell formats a share with its interval.
func shareCell(share float64, i stats.Interval) string {
	switch {
	case math.IsNaN(share):
		return "–"
	case !i.Known:
		return percent(share)
	}
	return fmt.Sprintf("%s (%s–%s)", percent(share), percent(i.Low), percent(i.High))
}

// rankGrid returns nil if there are no ratings, as pairGrid does.
func (p *preferences) rankGrid() *grid {
	if len(p.models) == 0 {
		return nil
	}
	g := &grid{Head: []string{"Model", "Answers", "Won", "Lost", "Ties", "Expected share"}}
	effects := p.ranking.length.Known
	if effects {
		g.Head = append(g.Head, "At equal length and Markdown")
	}
	for _, m := range p.ranking.models {
		share := shareCell(m.Share, m.Interval)
		if m.Noise {
			share += " ~"
		}
		row := []string{line(m.A, 80), whole(float64(m.N())), whole(float64(m.Wins)), whole(float64(m.Losses)), whole(float64(m.Ties)), share}
		if effects {
			row = append(row, shareCell(m.Equal, m.EqualInterval))
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

func (p *preferences) pairGrid() *grid {
	if len(p.pairs) == 0 {
		return nil
	}
	g := &grid{Head: []string{"Pair", "Answers", "First won", "First lost", "Ties", "First won, without ties", "More answers needed"}}
	for _, one := range p.compared() {
		share, i := one.share()
		text := "–"
		if i.Known {
			text = shareCell(share, i)
		}
		if one.Noise {
			text += " ~"
		}
		g.Rows = append(g.Rows, []string{line(one.A, 60) + " vs. " + line(one.B, 60),
			whole(float64(one.N())), whole(float64(one.Wins)), whole(float64(one.Losses)), whole(float64(one.Ties)), text, one.more()})
	}
	return g
}

// more says how many more decided answers would show the pair's difference, if the
// true share is the one found.
func (p *pair) more() string {
	if !p.Noise {
		return "–"
	}
	share, _ := p.share()
	n, ok := stats.Needed(share)
	switch {
	case p.decided() == 0 || !ok:
		return "too close to tell"
	case n <= p.decided():
		return "a few"
	}
	return "about " + whole(float64(n-p.decided()))
}

// pairLine is the JSON form of a pair. Its names are stable.
type pairLine struct {
	Event     string   `json:"event"`
	Criterion string   `json:"criterion,omitempty"`
	A         string   `json:"a"`
	B         string   `json:"b"`
	Wins      int      `json:"wins"`
	Losses    int      `json:"losses"`
	Ties      int      `json:"ties"`
	N         int      `json:"n"`
	Share     *float64 `json:"share"`
	Low       *float64 `json:"low,omitempty"`
	High      *float64 `json:"high,omitempty"`
	P         float64  `json:"p"`
	Noise     bool     `json:"noise,omitempty"`
}

// rankLine is the JSON form of a model's place. Its names are stable.
type rankLine struct {
	Event     string   `json:"event"`
	Criterion string   `json:"criterion,omitempty"`
	Model     string   `json:"model"`
	N         int      `json:"n"`
	Share     *float64 `json:"share"`
	Low       *float64 `json:"low,omitempty"`
	High      *float64 `json:"high,omitempty"`
	Equal     *float64 `json:"equal_share,omitempty"`
	EqualLow  *float64 `json:"equal_low,omitempty"`
	EqualHigh *float64 `json:"equal_high,omitempty"`
	Noise     bool     `json:"noise,omitempty"`
}

// ratingLine is the JSON form of one answer. Its names are stable.
type ratingLine struct {
	Event     string `json:"event"`
	Criterion string `json:"criterion,omitempty"`
	Rater     string `json:"rater"`
	Topic     string `json:"topic"`
	Slug      string `json:"slug"`
	// Of a tie, Winner and Loser are the two in any order.
	Winner  string `json:"winner"`
	Loser   string `json:"loser"`
	Tie     bool   `json:"tie,omitempty"`
	First   string `json:"first,omitempty"`
	Comment string `json:"comment,omitempty"`
}

func (p *preferences) lines() (lines []any) {
	for _, o := range p.all {
		lines = append(lines, ratingLine{"rating", p.Criterion, o.Rater, o.Topic, o.Slug, o.winner, o.loser, o.Tie, o.First, o.Comment})
	}
	for _, one := range p.compared() {
		l := pairLine{Event: "pair", Criterion: p.Criterion, A: one.A, B: one.B, Wins: one.Wins, Losses: one.Losses, Ties: one.Ties, N: one.N(), P: digits(one.P), Noise: one.Noise}
		if share, interval := one.share(); interval.Known {
			l.Share, l.Low, l.High = rounded(share), rounded(interval.Low), rounded(interval.High)
		}
		lines = append(lines, l)
	}
	for _, m := range p.ranking.models {
		l := rankLine{Event: "rank", Criterion: p.Criterion, Model: m.A, N: m.N(), Share: rounded(m.Share), Noise: m.Noise}
		if m.Interval.Known {
			l.Low, l.High = rounded(m.Interval.Low), rounded(m.Interval.High)
		}
		if m.EqualInterval.Known {
			l.Equal, l.EqualLow, l.EqualHigh = rounded(m.Equal), rounded(m.EqualInterval.Low), rounded(m.EqualInterval.High)
		}
		lines = append(lines, l)
	}
	for _, r := range p.raters() {
		lines = append(lines, r.line(p.Criterion))
	}
	if a, ok := p.agreement(); ok {
		lines = append(lines, a.line(p.Criterion))
	}
	return lines
}

// rounded returns nil for a value that is not a number.
func rounded(v float64) *float64 {
	if math.IsNaN(v) {
		return nil
	}
	v = digits(v)
	return &v
}
