package report

import (
	"fmt"
	"math"
	"slices"

	"github.com/nightpress/nightpress/internal/stats"
)

// figureOf is the figure with a key.
func figureOf(key string) *figure {
	return &figures[slices.IndexFunc(figures, func(f figure) bool { return f.Key == key })]
}

// plots are the charts of the overview, those without anything to show left out.
func plots(models []*Model, all map[string][]Value, groups []*preferences) (list []plot) {
	names := make([]string, len(models))
	for i, m := range models {
		names[i] = m.Name
	}
	order := problemOrder(models)
	strip := func(key, note string, of func(*Model) *stats.Sample) plot {
		return strips(figureOf(key), note, models, all[key], of)
	}
	list = append(list,
		stacked(bars{"outcomes", "Outcomes", "how the jobs ended", "share of jobs", true, outcomeParts}, models),
		whiskers(figureOf("first_try"), "with the 95% interval", names, all["first_try"]))
	for i, g := range groups {
		list = append(list, preferred(g, i))
	}
	list = append(list,
		stacked(bars{"problems", "Problems", "malformed replies and failed requests, by first problem", "replies", false, func(m *Model) []part { return problemParts(m, order) }}, models),
		strip("words", "one point per post", func(m *Model) *stats.Sample { return &m.Words }),
		strip("seconds_per_post", "one point per post, all its requests added up", func(m *Model) *stats.Sample { return &m.Seconds }),
		strip("tokens_per_second", "one point per request", func(m *Model) *stats.Sample { return &m.TokenRate }),
		strip("first_token", "one point per request", func(m *Model) *stats.Sample { return &m.FirstToken }),
		strip("headings", "one point per post", func(m *Model) *stats.Sample { return &m.Headings }),
	)
	return slices.DeleteFunc(list, func(p plot) bool { return p.shapes == "" || len(p.Data) == 1 })
}

// preferred draws the ranking by one criterion.
func preferred(g *preferences, i int) plot {
	f := figure{Key: fmt.Sprint("preferred_", i+1), Title: "Preferred", Unit: "expected share of answers", show: percent}
	if g.Criterion != "" {
		f.Title += ": " + line(g.Criterion, 40)
	}
	var names []string
	var values []Value
	for _, m := range g.ranking.models {
		names = append(names, m.A)
		values = append(values, Value{Value: m.Share, Known: !math.IsNaN(m.Share), Interval: m.Interval, N: m.N(), Noise: m.Noise})
	}
	return whiskers(&f, "with the 95% interval", names, values)
}

func outcomeParts(m *Model) []part {
	return []part{
		{"good", "first try", m.outcomes[firstTry]}, {"fair", "mended", m.outcomes[later]},
		{"hand", "fixed by hand", m.outcomes[byHand]}, {"bad", "rejected", m.outcomes[rejected]},
		{"rest", "set aside", m.outcomes[setAside]}, {"wait", "unfinished", m.outcomes[unfinished]}, {"rest", "found in the folder", m.outcomes[unjudged]},
	}
}

func problemParts(m *Model, order []string) []part {
	parts := make([]part, 0, problemClasses+1)
	other := part{class: "rest", name: "other"}
	for i, code := range order {
		if i < problemClasses {
			parts = append(parts, part{fmt.Sprintf("p%d", i+1), line(code, 40), m.Problems[code]})
		} else {
			other.n += m.Problems[code]
		}
	}
	return append(parts, other)
}
