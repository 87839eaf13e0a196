package report

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/nightpress/nightpress/internal/stats"
	"github.com/nightpress/nightpress/internal/term"
)

// Value is one figure of one model.
type Value struct {
	// Value has no meaning where Known is false: nothing was counted.
	Value float64
	Known bool
	// Interval is the 95% confidence interval, where there is one.
	stats.Interval
	// N is how many jobs, requests or posts the figure comes from.
	N int
	// Best marks the model that is best by this figure. Noise marks a model
	// whose distance from the best one is within noise.
	Best, Noise bool
}

// figure is one quantity that is computed for every model.
type figure struct {
	// Key is its name in JSON; Title and Help are for people.
	Key, Title, Help string
	// Unit is that of a chart's axis. Minor figures are hidden until requested.
	Unit  string
	Minor bool
	// Better is 1 when more is better, -1 when less is better, else 0.
	Better int
	// show formats a value.
	show func(float64) string
	// least is the smallest step of a chart's axis; 0 allows any.
	least float64
	of    func(*Model) Value
	// compare returns the p-value that two models do not differ; nil where
	// Better is 0. It compares them on their common topics if these are nearly all
	// of both.
	compare func(p *paired, a, b *Model) float64
	// interval, if set, is the interval of a share that allows for several samples
	// of a topic.
	interval func(p *paired, m *Model, usual stats.Interval) stats.Interval
}

// figures are the columns of the table, in their order.
var figures = []figure{
	{Key: "jobs", Title: "Jobs", Help: "Topics given to the model.",
		show: whole, of: func(m *Model) Value { return Value{Value: float64(m.Jobs), Known: true, N: m.Jobs} }},
	share("first_try", "First try", "Share of jobs whose first reply met the contract.", 1, (*Model).Judged,
		func(m *Model) int { return m.outcomes[firstTry] }).onTopics((*onTopic).judged, func(t *onTopic) int { return t.jobs[firstTry] }).in("share of judged jobs"),
	share("accepted", "Accepted", "Share of jobs that ended in a post, on any try.", 1, (*Model).Judged, (*Model).Accepted).
		onTopics((*onTopic).judged, (*onTopic).accepted),
	share("repaired", "Repaired", "Share of posts that needed a mechanical repair.", 0, (*Model).Accepted,
		func(m *Model) int { return m.Repaired }).minor(),
	share("mended", "Mended", "Of the jobs whose first reply was malformed, the share that a remedy mended.", 1,
		func(m *Model) int { return m.Judged() - m.outcomes[firstTry] },
		func(m *Model) int { return m.outcomes[later] }).minor(),
	share("rejected", "Rejected", "Share of jobs whose attempts were used up.", -1, (*Model).Judged,
		func(m *Model) int { return m.outcomes[rejected] }).onTopics((*onTopic).judged, func(t *onTopic) int { return t.jobs[rejected] }).minor(),
	ratio("tokens_per_post", "Tokens per post", "Tokens of all attempts, divided by accepted posts.", whole,
		func(m *Model) *stats.Ratio { return &m.Tokens },
		func(t *onTopic) (float64, float64) { return t.tokens, float64(t.accepted()) }),
	ratio("wasted_tokens", "Wasted", "Share of tokens that did not end up in a post.", percent,
		func(m *Model) *stats.Ratio { return &m.Waste },
		func(t *onTopic) (float64, float64) { return t.wasted, t.tokens }).minor(),
	median("tokens_per_second", "Tokens/s per reply", "Tokens per second while the server generates a reply, by the server's clock where available. Median over requests.", 1, rate,
		func(m *Model) *stats.Sample { return &m.TokenRate }, func(t *onTopic) *mean { return &t.rate }).in("tokens/s of a reply"),
	median("seconds_per_post", "Time per post", "Time of all requests for an accepted post. Median over posts.", -1, seconds,
		func(m *Model) *stats.Sample { return &m.Seconds }, func(t *onTopic) *mean { return &t.seconds }).in("time of a post"),
	median("first_token", "First token", "Time to the first token. Median over requests.", -1, seconds,
		func(m *Model) *stats.Sample { return &m.FirstToken }, func(t *onTopic) *mean { return &t.firstToken }).in("time to the first token").minor(),
	{Key: "load", Title: "Load", Minor: true, Help: "Time to load the model. Median over loads; if no run recorded one, the longest load that a request waited for.",
		show: seconds, of: load},
	count("words", "Words", "Words in the body. Median over posts.", func(m *Model) *stats.Sample { return &m.Words }).in("words of a post"),
	count("headings", "Headings", "Headings in the body. Median over posts.", func(m *Model) *stats.Sample { return &m.Headings }).in("headings of a post").minor(),
	{Key: "tags", Title: "Unique tags", Minor: true, Help: "Distinct tags in all posts.", show: whole, of: func(m *Model) Value {
		return Value{Value: float64(m.Tags()), Known: m.TagUses > 0, N: m.TagUses}
	}},
	share("near_duplicates", "Near-duplicates", "Share of posts that nearly repeat an earlier post of the same model.", -1,
		func(m *Model) int { return m.Compared }, func(m *Model) int { return m.Repeats }).minor(),
}

// minor marks a figure that the table hides until it is requested.
func (f figure) minor() figure {
	f.Minor = true
	return f
}

// in sets the unit of a chart's axis.
func (f figure) in(unit string) figure {
	f.Unit = unit
	return f
}

func load(m *Model) Value {
	if m.Loads.N == 0 {
		return Value{Value: m.Load.Quantile(1), Known: m.Load.N > 0, N: m.Load.N}
	}
	v, i := m.Loads.Median()
	return Value{Value: v, Known: true, Interval: i, N: m.Loads.N}
}

// share is the share of k in n.
func share(key, title, help string, better int, n, k func(*Model) int) figure {
	f := figure{Key: key, Title: title, Help: help, Better: better, show: percent, of: func(m *Model) Value {
		v := Value{N: n(m), Known: n(m) > 0, Interval: stats.Wilson(k(m), n(m))}
		if v.Known {
			v.Value = float64(k(m)) / float64(v.N)
		}
		return v
	}}
	f.compare = func(_ *paired, a, b *Model) float64 { return stats.Fisher(k(a), n(a), k(b), n(b)) }
	return f
}

// onTopics compares a share on common topics, where k of n jobs are counted.
func (f figure) onTopics(n, k func(*onTopic) int) figure {
	f.interval = func(p *paired, m *Model, usual stats.Interval) stats.Interval {
		if c, ok := p.clustered(m, n, k); ok && c.N > c.Topics {
			return c.Interval()
		}
		return usual
	}
	unpaired := f.compare
	f.compare = func(p *paired, a, b *Model) float64 {
		d, ok := p.differences(a, b, func(t *onTopic) (float64, bool) { return float64(k(t)) / float64(n(t)), n(t) > 0 })
		if !ok {
			return unpaired(p, a, b)
		}
		return stats.McNemar(d)
	}
	return f
}

// ratio is the ratio of two totals over the judged jobs; less is better.
func ratio(key, title, help string, show func(float64) string, of func(*Model) *stats.Ratio, on func(*onTopic) (over, under float64)) figure {
	return figure{Key: key, Title: title, Help: help, Better: -1, show: show,
		of: func(m *Model) Value {
			v, known := of(m).Value()
			return Value{Value: v, Known: known, Interval: of(m).Interval(), N: of(m).N}
		},
		compare: func(p *paired, a, b *Model) float64 {
			if value, ok := p.ratios(a, b, on); ok {
				return value
			}
			return of(a).Compare(of(b))
		},
	}
}

// median is the median of a sample, whose mean on each topic is compared.
func median(key, title, help string, better int, show func(float64) string, of func(*Model) *stats.Sample, on func(*onTopic) *mean) figure {
	return figure{Key: key, Title: title, Help: help, Better: better, show: show,
		of: func(m *Model) Value {
			v, i := of(m).Median()
			return Value{Value: v, Known: of(m).N > 0, Interval: i, N: of(m).N}
		},
		compare: func(p *paired, a, b *Model) float64 {
			d, ok := p.differences(a, b, func(t *onTopic) (float64, bool) { return on(t).value() })
			if !ok {
				_, value := stats.MannWhitney(of(a), of(b))
				return value
			}
			_, value := stats.Wilcoxon(d)
			return value
		},
	}
}

// count is a median of whole numbers that says nothing about quality.
func count(key, title, help string, of func(*Model) *stats.Sample) figure {
	f := median(key, title, help, 0, whole, of, nil)
	f.least = 1
	return f
}

// values computes a figure for all models and compares them.
func (f *figure) values(models []*Model, p *paired) []Value {
	all := make([]Value, len(models))
	best := -1
	for i, m := range models {
		all[i] = f.of(m)
		if f.interval != nil {
			all[i].Interval = f.interval(p, m, all[i].Interval)
		}
		if all[i].Known && (best < 0 || float64(f.Better)*all[i].Value > float64(f.Better)*all[best].Value) {
			best = i
		}
	}
	if f.Better != 0 && best >= 0 {
		f.markNoise(models, p, all, best)
	}
	return all
}

// markNoise compares every model with the best one. The best is marked only if
// it differs from at least one model by more than noise.
func (f *figure) markNoise(models []*Model, paired *paired, all []Value, best int) {
	var others []int
	var p []float64
	for i := range models {
		if i != best && all[i].Known {
			others = append(others, i)
			p = append(p, f.compare(paired, models[best], models[i]))
		}
	}
	stats.Holm(p)
	for at, i := range others {
		all[i].Noise = p[at] >= 0.05
		all[best].Best = all[best].Best || p[at] < 0.05
	}
}

func whole(v float64) string { return term.Number(int(math.Round(v))) }

func rate(v float64) string {
	if v > 0 && v < 10 {
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return whole(v)
}

// seconds formats a duration: "0.04 s", "1.3 s", "42 s", "3 min 10 s".
func seconds(v float64) string {
	if v == 0 {
		return "0 s"
	}
	if v < 0.995 {
		return fmt.Sprintf("%.2f s", v)
	}
	return term.Duration(time.Duration(v * float64(time.Second)))
}

func percent(v float64) string { return stats.Percent(v) }
