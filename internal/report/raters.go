package report

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/stats"
)

// rater is what one person answered by one criterion.
type rater struct {
	Name    string
	N, Ties int
	// Longer counts the decided answers for the longer post, of those where one is
	// longer. First counts those for the post that was shown first, where that is
	// known.
	Longer, First stats.Clustered
}

// raterName is the name of a rater for people.
func raterName(name string) string {
	if name == ledger.Person {
		return "unknown rater"
	}
	return line(name, 60)
}

// raters lists the raters, those with the most answers first.
func (p *preferences) raters() (list []*rater) {
	type counts struct{ longer, ofLonger, first, ofFirst int }
	by, topics := map[string]*rater{}, map[[2]string]*counts{}
	var order [][2]string
	for _, o := range p.all {
		r := by[o.Rater]
		if r == nil {
			r = &rater{Name: o.Rater}
			by[o.Rater] = r
			list = append(list, r)
		}
		r.N++
		if o.Tie {
			r.Ties++
			continue
		}
		key := [2]string{o.Rater, o.topic}
		if topics[key] == nil {
			topics[key] = &counts{}
			order = append(order, key)
		}
		c := topics[key]
		if o.A.Words != o.B.Words {
			c.ofLonger++
			if o.A.Words > o.B.Words {
				c.longer++
			}
		}
		if o.First != "" {
			c.ofFirst++
			if fold(o.First) == fold(o.A.Label) {
				c.first++
			}
		}
	}
	for _, key := range order {
		c := topics[key]
		by[key[0]].Longer.Add(c.longer, c.ofLonger)
		by[key[0]].First.Add(c.first, c.ofFirst)
	}
	slices.SortFunc(list, func(a, b *rater) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Name, b.Name)) })
	return list
}

func (p *preferences) raterGrid() *grid {
	list := p.raters()
	if len(list) == 0 {
		return nil
	}
	g := &grid{Head: []string{"Rater", "Answers", "Ties", "For the longer post", "For the first post"}}
	for _, r := range list {
		g.Rows = append(g.Rows, []string{raterName(r.Name), whole(float64(r.N)), whole(float64(r.Ties)), clusteredCell(&r.Longer), clusteredCell(&r.First)})
	}
	return g
}

func clusteredCell(c *stats.Clustered) string {
	if c.N == 0 {
		return "–"
	}
	return shareCell(float64(c.K)/float64(c.N), c.Interval()) + ", n " + whole(float64(c.N))
}

// agreement is how far raters agree about pairs that several of them rated.
type agreement struct {
	Raters int
	// N counts the pairs of posts, and Equal the share of pairs of answers that
	// are the same.
	N     int
	Equal stats.Clustered
	// Coefficient is Cohen's kappa of two raters, or Krippendorff's alpha of more.
	Coefficient stats.Agreement
	Name        string
}

// pairAnswers are what raters said of one pair of posts: by whom, one of three
// categories. They are the post whose job sorts first, the other, and a tie.
type pairAnswers struct {
	topic string
	by    map[string]int
}

// byPair returns the answers of each pair of posts, in the order of the first ones.
func (p *preferences) byPair() (all []*pairAnswers) {
	pairs := map[[2]string]*pairAnswers{}
	for _, o := range p.all {
		key := [2]string{min(o.A.Job, o.B.Job), max(o.A.Job, o.B.Job)}
		if pairs[key] == nil {
			pairs[key] = &pairAnswers{o.topic, map[string]int{}}
			all = append(all, pairs[key])
		}
		category := 1
		if o.Tie {
			category = 2
		} else if o.A.Job == key[0] {
			category = 0
		}
		pairs[key].by[o.Rater] = category
	}
	return all
}

// agreement returns false if no pair has two raters.
func (p *preferences) agreement() (a agreement, ok bool) {
	raters := p.raters()
	topics, among := map[string]int{}, map[string]bool{}
	equal := map[string]*tally{}
	var all []stats.Rated
	for _, one := range p.byPair() {
		if len(one.by) < 2 {
			continue
		}
		if _, known := topics[one.topic]; !known {
			topics[one.topic], equal[one.topic] = len(topics), &tally{}
		}
		rated := stats.Rated{Topic: topics[one.topic]}
		for _, r := range raters {
			if category, has := one.by[r.Name]; has {
				rated.Categories = append(rated.Categories, category)
				among[r.Name] = true
			}
		}
		equal[one.topic].agree(rated.Categories)
		all = append(all, rated)
	}
	for _, t := range equal {
		a.Equal.Add(t.wins, t.decided)
	}
	a.Raters, a.N = len(among), len(all)
	if a.Name, a.Coefficient = "Cohen's kappa", stats.Kappa(all); a.Raters > 2 {
		a.Name, a.Coefficient = "Krippendorff's alpha", stats.Alpha(all)
	}
	return a, a.N > 0
}

// agree counts each pair of answers, and which are the same.
func (t *tally) agree(categories []int) {
	for i, x := range categories {
		for _, y := range categories[:i] {
			t.decided++
			if x == y {
				t.wins++
			}
		}
	}
}

// String is the sentence below the raters.
func (a agreement) String() string {
	text := fmt.Sprintf("%d raters answered %s in common. Their answers agree in %s", a.Raters, ofPairs(a.N), shareCell(float64(a.Equal.K)/float64(a.Equal.N), a.Equal.Interval()))
	c := a.Coefficient
	switch {
	case !c.Known:
		return text + ". All answers are equal, which says nothing about agreement beyond chance."
	case !c.Interval.Known:
		return fmt.Sprintf("%s. %s is %.2f.", text, a.Name, c.Value)
	}
	return fmt.Sprintf("%s. %s is %.2f (%.2f to %.2f): 0 is the agreement of chance, 1 is perfect.", text, a.Name, c.Value, c.Interval.Low, c.Interval.High)
}

func ofPairs(n int) string {
	if n == 1 {
		return "1 pair"
	}
	return whole(float64(n)) + " pairs"
}

// raterLine is the JSON form of a rater. Its names are stable.
type raterLine struct {
	Event     string      `json:"event"`
	Criterion string      `json:"criterion,omitempty"`
	Rater     string      `json:"rater"`
	N         int         `json:"n"`
	Ties      int         `json:"ties"`
	Longer    *figureLine `json:"longer"`
	First     *figureLine `json:"first"`
}

func (r *rater) line(criterion string) raterLine {
	return raterLine{"rater", criterion, r.Name, r.N, r.Ties, clusteredLine(&r.Longer), clusteredLine(&r.First)}
}

func clusteredLine(c *stats.Clustered) *figureLine {
	if c.N == 0 {
		return nil
	}
	return newFigureLine(Value{Value: float64(c.K) / float64(c.N), Known: true, Interval: c.Interval(), N: c.N})
}

// agreementLine is the JSON form of the raters' agreement. Its names are stable.
type agreementLine struct {
	Event       string      `json:"event"`
	Criterion   string      `json:"criterion,omitempty"`
	Raters      int         `json:"raters"`
	N           int         `json:"n"`
	Equal       *figureLine `json:"equal"`
	Coefficient string      `json:"coefficient"`
	Value       *figureLine `json:"value"`
}

func (a agreement) line(criterion string) agreementLine {
	name := "kappa"
	if a.Raters > 2 {
		name = "alpha"
	}
	c := a.Coefficient
	return agreementLine{"agreement", criterion, a.Raters, a.N, clusteredLine(&a.Equal), name,
		newFigureLine(Value{Value: c.Value, Known: c.Known, Interval: c.Interval, N: c.N})}
}
