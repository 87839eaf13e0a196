package report

import (
	"cmp"
	"context"
	"fmt"
	"html/template"
	"slices"
	"strings"
)

// indexPage is index.html. A later page of the topic list fills in only a few
// fields.
type indexPage struct {
	Sheet           sheet
	Title, Lead     string
	Made, Version   string
	Answers         []answer
	Columns         []figure
	Rows            []modelRow
	Plots           []plot
	Preferences     []preference
	Problems, Parts *grid
	// Spreads has the models with several samples of a topic.
	Spreads         *grid
	Remedies        *matrix
	Servers         *grid
	Versions, Apart string
	Repetitions     []repetition
	Omitted         int
	Data            template.HTML
	List            int
	Lists           []link
	Many            bool
}

// answer names the best model by one figure.
type answer struct{ Question, Model, Figure, Note string }

type modelRow struct {
	Name, Server, Digest string
	Digests              int
	// Weights and Options say which model it is and what was sent, "" if that is not
	// known.
	Weights, Options string
	Cells            []cell
}

// cell is a figure in the table. The column is sorted by Sort.
type cell struct {
	Text, Span, N, Sort string
	Noise, Best         bool
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
		Sheet: b.sheets().index, Title: "Report", Made: b.Now().Format("2 January 2006, 15:04"), Version: b.Version,
		Columns: figures, Data: data, List: 1, Many: len(models) > 1,
		Repetitions: b.repetitions, Omitted: b.repetitionsOmitted,
		Versions: versions(models), Apart: b.report.paired.apart(models),
		Lead: Written{len(models), b.topics, b.jobs}.String() + b.folders(),
	}
	groups, err := b.report.opinions(ctx)
	if err != nil {
		return nil, err
	}
	models = standing(models, groups, &b.report.paired)
	all := valuesOf(models, &b.report.paired)
	for i, m := range models {
		p.Rows = append(p.Rows, newModelRow(m, i, all))
	}
	if p.Many {
		p.Title = "Which model is best?"
		p.Answers = answers(models, all)
	}
	for i, g := range groups {
		p.Preferences = append(p.Preferences, newPreference(g, i))
	}
	if len(groups) > 0 {
		p.Answers = append(p.Answers, rankAnswer(groups[0]))
	}
	p.Plots = plots(models, all, groups)
	p.Problems, p.Remedies, p.Parts = problemGrid(models), remedyMatrix(models), partGrid(models)
	p.Spreads = spreadGrid(models, &b.report.paired)
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
	row := modelRow{Name: line(m.Name, 80), Server: line(m.Server, 80), Digest: fmt.Sprintf("%.12s", line(m.Digest, 64)), Digests: len(m.digests),
		Weights: line(m.weights(), 80), Options: line(m.options(), 200)}
	for k := range figures {
		row.Cells = append(row.Cells, newCell(&figures[k], all[figures[k].Key][i]))
	}
	return row
}

func newCell(f *figure, v Value) cell {
	if !v.Known {
		return cell{Text: "–", N: "n 0"}
	}
	c := cell{Text: f.show(v.Value), Sort: fmt.Sprint(digits(v.Value)), Noise: v.Noise, Best: v.Best}
	if f.Key == "jobs" {
		return c
	}
	c.N = "n " + whole(float64(v.N))
	if v.Interval.Known {
		c.Span = f.span(v)
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
	if strings.ContainsAny(low+high, "<>") {
		return low + " to " + high
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

// preference is what raters preferred by one criterion.
type preference struct {
	ID, Title            string
	Ranks, Pairs, Raters *grid
	Matrix               *matrix
	// Notes are sentences below the ranking, and Agreement one below the raters.
	Notes     []string
	Agreement string
}

func newPreference(g *preferences, i int) preference {
	p := preference{ID: fmt.Sprint("ranks-", i+1), Title: "What readers preferred", Ranks: g.rankGrid(), Pairs: g.pairGrid(), Raters: g.raterGrid(), Matrix: g.pairMatrix()}
	if g.Criterion != "" {
		p.Title += ": " + line(g.Criterion, 80)
	}
	if !g.ranking.connected {
		p.Notes = append(p.Notes, "No chain of comparisons connects all models. Models that are not connected cannot be ranked against each other.")
	}
	if e := g.ranking.length; e.Known {
		p.Notes = append(p.Notes, fmt.Sprintf("A post twice as long has %s the odds to be preferred, and ten more headings, list items, or bold phrases make it %s.", e, g.ranking.markdown))
	}
	if a, ok := g.agreement(); ok {
		p.Agreement = a.String()
	}
	return p
}

// String formats a factor: "1.4 times (1.1–1.8)".
func (e effect) String() string {
	return fmt.Sprintf("%.1f times (%.1f–%.1f)", e.factor, e.Low, e.High)
}

// rankAnswer names the model that raters preferred, and the models within noise
// of it.
func rankAnswer(g *preferences) answer {
	first := g.ranking.models[0]
	a := answer{Question: "Preferred by readers", Model: line(first.A, 40), Figure: percent(first.Share), Note: "n " + whole(float64(first.N()))}
	if g.Criterion != "" {
		a.Question += ": " + line(g.Criterion, 40)
	}
	if first.Interval.Known {
		a.Note = percent(first.Interval.Low) + "–" + percent(first.Interval.High) + " of comparisons, " + a.Note
	}
	var equal []string
	for _, m := range g.ranking.models[1:] {
		if m.Noise {
			equal = append(equal, line(m.A, 40))
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
