package report

import (
	"cmp"
	"context"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/nightpress/nightpress/internal/stats"
)

// indexPage is index.html. A later page of the topic list fills in only a few
// fields.
type indexPage struct {
	Sheet              sheet
	Title, Lead        string
	Made, Version      string
	Answers            []answer
	Columns            []figure
	Rows               []modelRow
	Plots              []plot
	Ranks, Pairs       *grid
	Problems, Remedies *grid
	Servers            *grid
	Versions           string
	Repetitions        []repetition
	Omitted            int
	Data               template.HTML
	List               int
	Lists              []link
	Many               bool
}

// answer names the best model by one figure.
type answer struct{ Question, Model, Figure, Note string }

type modelRow struct {
	Name, Server, Prompt, Digest string
	Digests                      int
	Cells                        []cell
}

// cell is a figure in the table. The column is sorted by Sort.
type cell struct {
	Text, Sub, Sort string
	Noise, Best     bool
}

// grid is a plain table of counts.
type grid struct {
	Head []string
	Rows [][]string
}

func (b *book) index(ctx context.Context, models []*Model) (*indexPage, error) {
	data, err := b.first.script()
	if err != nil {
		return nil, err
	}
	p := &indexPage{
		Sheet: indexSheet, Title: "Report", Made: b.Now().Format("2 January 2006, 15:04"), Version: b.Version,
		Columns: figures, Data: data, List: 1, Many: len(models) > 1,
		Repetitions: b.repetitions, Omitted: b.repetitionsOmitted,
		Versions: versions(models),
		Lead:     Written{len(models), b.topics, b.jobs}.String() + b.folders(),
	}
	all := map[string][]Value{}
	for i := range figures {
		all[figures[i].Key] = figures[i].values(models)
	}
	for i, m := range models {
		p.Rows = append(p.Rows, newModelRow(m, i, all))
	}
	if p.Many {
		p.Title = "Which model is best?"
		p.Answers = answers(models, all)
	}
	liked, err := b.report.preferences(ctx)
	if err != nil {
		return nil, err
	}
	p.Ranks, p.Pairs = liked.rankGrid(), liked.pairGrid()
	if ranks := liked.ranked(); len(ranks) > 0 {
		p.Answers = append(p.Answers, rankAnswer(liked, ranks[0]))
	}
	p.Plots = plots(models)
	p.Problems, p.Remedies = problemGrid(models), remedyGrid(models)
	if p.Servers, err = b.report.serverGrid(ctx); err != nil {
		return nil, err
	}
	for n := range b.lists {
		p.Lists = append(p.Lists, link{listName(n + 1), fmt.Sprintf("%s–%s", whole(float64((n+1)*listSize+1)), whole(float64(min((n+2)*listSize, b.topics))))})
	}
	return p, nil
}

func (b *book) folders() string {
	var names []string
	for _, s := range b.report.sources {
		names = append(names, line(s.dir, 60))
	}
	return " from " + strings.Join(names, ", ")
}

// versions says that the posts come from servers of several versions; "" where
// they do not.
func versions(models []*Model) string {
	var all []string
	for _, m := range models {
		for _, v := range m.Versions {
			if !slices.Contains(all, v) {
				all = append(all, v)
			}
		}
	}
	if len(all) < 2 {
		return ""
	}
	for i, v := range all {
		all[i] = line(v, 40)
	}
	last := len(all) - 1
	return "These posts come from Ollama " + strings.Join(all[:last], ", ") + " and " + all[last] +
		": a difference between two models, or between old and new posts of one, can be the server's."
}

func newModelRow(m *Model, i int, all map[string][]Value) modelRow {
	row := modelRow{Name: line(m.Name, 80), Server: line(m.Server, 80), Prompt: line(m.Prompt, 60),
		Digest: fmt.Sprintf("%.12s", line(m.Digest, 64)), Digests: len(m.digests)}
	for k := range figures {
		row.Cells = append(row.Cells, newCell(&figures[k], all[figures[k].Key][i]))
	}
	return row
}

func newCell(f *figure, v Value) cell {
	if !v.Known {
		return cell{Text: "–", Sub: "n 0"}
	}
	c := cell{Text: f.show(v.Value), Sort: fmt.Sprint(digits(v.Value)), Noise: v.Noise, Best: v.Best}
	n := "n " + whole(float64(v.N))
	switch {
	case f.Key == "jobs":
	case v.Interval.Known:
		c.Sub = f.span(v) + ", " + n
	default:
		c.Sub = n
	}
	return c
}

// span writes an interval and, where it can, its unit only once.
func (f *figure) span(v Value) string {
	low, high := f.show(v.Low), f.show(v.High)
	for _, unit := range []string{"%", " s"} {
		if strings.HasSuffix(low, unit) && strings.HasSuffix(high, unit) && !strings.ContainsAny(low+high, "hm<>") {
			low = strings.TrimSuffix(low, unit)
		}
	}
	return low + "–" + high
}

// questions are answered at the top of the page, each by a figure.
var questions = []struct{ key, question string }{
	{"first_try", "Highest first-try rate"},
	{"tokens_per_post", "Fewest tokens per post"},
	{"seconds_per_post", "Fastest post"},
}

func answers(models []*Model, all map[string][]Value) (list []answer) {
	for _, q := range questions {
		at := slices.IndexFunc(figures, func(f figure) bool { return f.Key == q.key })
		list = append(list, newAnswer(q.question, &figures[at], models, all[q.key]))
	}
	return list
}

func newAnswer(question string, f *figure, models []*Model, values []Value) answer {
	a := answer{Question: question, Model: "–", Note: "no model has a post yet"}
	best := -1
	var equal []string
	for i, v := range values {
		if v.Known && !v.Noise && (best < 0 || float64(f.Better)*v.Value > float64(f.Better)*values[best].Value) {
			best = i
		}
		if v.Noise {
			equal = append(equal, line(models[i].Name, 40))
		}
	}
	if best < 0 {
		return a
	}
	v := values[best]
	a.Model, a.Figure = line(models[best].Name, 40), f.show(v.Value)
	a.Note = "n " + whole(float64(v.N))
	if v.Interval.Known {
		a.Note = f.span(v) + ", " + a.Note
	}
	if len(equal) > 0 {
		a.Note += "; ~ within noise of " + strings.Join(equal, ", ")
	}
	return a
}

// rankAnswer names the model that raters preferred, and the models within noise
// of it.
func rankAnswer(liked *preferences, first *pair) answer {
	share, i := first.share()
	a := answer{Question: "Preferred by readers", Model: line(first.A, 40), Figure: percent(share), Note: "n " + whole(float64(first.decided()))}
	if i.Known {
		a.Note = percent(i.Low) + "–" + percent(i.High) + " without ties, " + a.Note
	}
	var equal []string
	list, noise := liked.compared()
	for k, p := range list {
		if noise[k] && (p.A == first.A || p.B == first.A) {
			other := p.A
			if other == first.A {
				other = p.B
			}
			equal = append(equal, line(other, 40))
		}
	}
	if len(equal) > 0 {
		a.Note += "; ~ within noise of " + strings.Join(equal, ", ")
	}
	return a
}

// problemClasses is how many of the most common problems have a color of their
// own. All others share one.
const problemClasses = 7

// problemOrder lists the problems, most common first.
func problemOrder(models []*Model) (codes []string) {
	sums := map[string]int{}
	for _, m := range models {
		for code, n := range m.Problems {
			sums[code] += n
		}
	}
	for code := range sums {
		codes = append(codes, code)
	}
	slices.SortFunc(codes, func(a, b string) int { return cmp.Or(cmp.Compare(sums[b], sums[a]), cmp.Compare(a, b)) })
	return codes
}

func problemGrid(models []*Model) *grid {
	order := problemOrder(models)
	if len(order) == 0 {
		return nil
	}
	g := &grid{Head: []string{"Problem"}}
	for _, m := range models {
		g.Head = append(g.Head, line(m.Name, 60))
	}
	for _, code := range order {
		row := []string{line(code, 60)}
		for _, m := range models {
			row = append(row, whole(float64(m.Problems[code])))
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

func remedyGrid(models []*Model) *grid {
	g := &grid{Head: []string{"Remedy", "Model", "Tried", "Mended", "Share"}}
	for _, m := range models {
		names := make([]string, 0, len(m.Remedies))
		for name := range m.Remedies {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			t := m.Remedies[name]
			i := stats.Wilson(t.Mended, t.Asked)
			share := percent(float64(t.Mended) / float64(t.Asked))
			g.Rows = append(g.Rows, []string{line(name, 60), line(m.Name, 60), whole(float64(t.Asked)), whole(float64(t.Mended)),
				fmt.Sprintf("%s (%s–%s)", share, percent(i.Low), percent(i.High))})
		}
	}
	if g.Rows == nil {
		return nil
	}
	return g
}

func plots(models []*Model) (list []plot) {
	by := func(key string) *figure {
		return &figures[slices.IndexFunc(figures, func(f figure) bool { return f.Key == key })]
	}
	order := problemOrder(models)
	list = append(list,
		stacked("Outcomes", "share of jobs", models, true, outcomeParts),
		whiskers(by("first_try"), models, "share of jobs, with the 95% interval"),
		stacked("Problems", "malformed replies and failed requests, by first problem", models, false, func(m *Model) []part { return problemParts(m, order) }),
		strips(by("words"), models, "one point per post", func(m *Model) *stats.Sample { return &m.Words }),
		strips(by("seconds_per_post"), models, "one point per post, all its requests added up", func(m *Model) *stats.Sample { return &m.Seconds }),
		strips(by("tokens_per_second"), models, "one point per request", func(m *Model) *stats.Sample { return &m.TokenRate }),
		strips(by("first_token"), models, "one point per request", func(m *Model) *stats.Sample { return &m.FirstToken }),
		strips(by("headings"), models, "one point per post", func(m *Model) *stats.Sample { return &m.Headings }),
	)
	return slices.DeleteFunc(list, func(p plot) bool { return p.SVG == "" })
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
