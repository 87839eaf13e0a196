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
	// Value is meaningless where Known is false: there was nothing to count.
	Value float64
	Known bool
	// Interval is the 95% confidence interval, where there is one.
	stats.Interval
	// N is how many jobs, requests or posts the figure comes from.
	N int
	// Best marks the model that is best by this figure, and Noise one whose
	// distance from the best noise explains.
	Best, Noise bool
}

// figure is one thing to know of every model.
type figure struct {
	// Key is its name in JSON; Title and Help are for people.
	Key, Title, Help string
	// Better is 1 when more is better, -1 when less is, 0 when neither is.
	Better int
	// show writes a value.
	show func(float64) string
	// least is the smallest distance that means something, 0 for any.
	least float64
	of    func(*Model) Value
	// compare returns the p-value that two models do not differ; nil where
	// Better is 0.
	compare func(a, b *Model) float64
}

// figures are the columns of the table, in their order.
var figures = []figure{
	{Key: "jobs", Title: "Jobs", Help: "Topics that the model was asked to write about.",
		show: whole, of: func(m *Model) Value { return Value{Value: float64(m.Jobs), Known: true, N: m.Jobs} }},
	share("first_try", "First try", "Share of jobs whose first reply met the contract.", 1, (*Model).Judged,
		func(m *Model) int { return m.outcomes[firstTry] }),
	share("accepted", "Accepted", "Share of jobs that ended in a post, at whatever try.", 1, (*Model).Judged, (*Model).Accepted),
	share("repaired", "Repaired", "Share of posts that needed a mechanical repair.", 0, (*Model).Accepted,
		func(m *Model) int { return m.Repaired }),
	share("mended", "Mended", "Share of jobs, of those whose first reply was malformed, that a remedy mended.", 1,
		func(m *Model) int { return m.Judged() - m.outcomes[firstTry] },
		func(m *Model) int { return m.outcomes[later] }),
	share("rejected", "Rejected", "Share of jobs whose attempts were used up.", -1, (*Model).Judged,
		func(m *Model) int { return m.outcomes[rejected] }),
	ratio("tokens_per_post", "Tokens a post", "Tokens of all attempts, for each accepted post.", whole,
		func(m *Model) *stats.Ratio { return &m.Tokens }),
	ratio("wasted_tokens", "Wasted", "Share of the tokens that went into no post.", percent,
		func(m *Model) *stats.Ratio { return &m.Waste }),
	median("tokens_per_second", "Tokens/s", "Tokens per second while a reply is generated, by the server's clock where it gave one; median of the requests.", 1, rate,
		func(m *Model) *stats.Sample { return &m.TokenRate }),
	median("seconds_per_post", "Time a post", "Time of all requests for an accepted post, median.", -1, seconds,
		func(m *Model) *stats.Sample { return &m.Seconds }),
	median("first_token", "First token", "Time to the first token, median of the requests.", -1, seconds,
		func(m *Model) *stats.Sample { return &m.FirstToken }),
	{Key: "load", Title: "Load", Help: "Time to load the model, median of the loads; where no run noted one, the longest that a request waited for it.",
		show: seconds, of: load},
	count("words", "Words", "Words of a post's body, median.", func(m *Model) *stats.Sample { return &m.Words }),
	count("headings", "Headings", "Headings of a post's body, median.", func(m *Model) *stats.Sample { return &m.Headings }),
	{Key: "tags", Title: "Unique tags", Help: "Distinct tags of all posts.", show: whole, of: func(m *Model) Value {
		return Value{Value: float64(m.Tags()), Known: m.TagUses > 0, N: m.TagUses}
	}},
	share("near_duplicates", "Near-duplicates", "Share of posts that nearly repeat an earlier one of the same model.", -1,
		func(m *Model) int { return m.Compared }, func(m *Model) int { return m.Repeats }),
}

func load(m *Model) Value {
	if m.Loads.N == 0 {
		return Value{Value: m.Load.Quantile(1), Known: m.Load.N > 0, N: m.Load.N}
	}
	v, i := m.Loads.Median()
	return Value{Value: v, Known: true, Interval: i, N: m.Loads.N}
}

// share is a figure of k in n.
func share(key, title, help string, better int, n, k func(*Model) int) figure {
	f := figure{Key: key, Title: title, Help: help, Better: better, show: percent, of: func(m *Model) Value {
		v := Value{N: n(m), Known: n(m) > 0, Interval: stats.Wilson(k(m), n(m))}
		if v.Known {
			v.Value = float64(k(m)) / float64(v.N)
		}
		return v
	}}
	f.compare = func(a, b *Model) float64 { return stats.Fisher(k(a), n(a), k(b), n(b)) }
	return f
}

// ratio is a figure of two totals over the judged jobs; less is better.
func ratio(key, title, help string, show func(float64) string, of func(*Model) *stats.Ratio) figure {
	return figure{Key: key, Title: title, Help: help, Better: -1, show: show,
		of: func(m *Model) Value {
			v, known := of(m).Value()
			return Value{Value: v, Known: known, Interval: of(m).Interval(), N: of(m).N}
		},
		compare: func(a, b *Model) float64 { return of(a).Compare(of(b)) },
	}
}

// median is a figure of a sample.
func median(key, title, help string, better int, show func(float64) string, of func(*Model) *stats.Sample) figure {
	return figure{Key: key, Title: title, Help: help, Better: better, show: show,
		of: func(m *Model) Value {
			v, i := of(m).Median()
			return Value{Value: v, Known: of(m).N > 0, Interval: i, N: of(m).N}
		},
		compare: func(a, b *Model) float64 {
			_, p := stats.MannWhitney(of(a), of(b))
			return p
		},
	}
}

// count is a median of whole numbers of which neither more nor less is better.
func count(key, title, help string, of func(*Model) *stats.Sample) figure {
	f := median(key, title, help, 0, whole, of)
	f.least = 1
	return f
}

// values returns a figure of all models, compared.
func (f *figure) values(models []*Model) []Value {
	all := make([]Value, len(models))
	best := -1
	for i, m := range models {
		all[i] = f.of(m)
		if all[i].Known && (best < 0 || float64(f.Better)*all[i].Value > float64(f.Better)*all[best].Value) {
			best = i
		}
	}
	if f.Better != 0 && best >= 0 {
		f.markNoise(models, all, best)
	}
	return all
}

// markNoise compares every model with the best one. The best is marked only
// where it differs from some model by more than noise.
func (f *figure) markNoise(models []*Model, all []Value, best int) {
	var others []int
	var p []float64
	for i := range models {
		if i != best && all[i].Known {
			others = append(others, i)
			p = append(p, f.compare(models[best], models[i]))
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

// seconds writes a time: "0.04 s", "1.3 s", "42 s", "3 min 10 s".
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
