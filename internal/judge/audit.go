package judge

import (
	"cmp"
	"maps"
	"slices"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/stats"
	"github.com/nightpress/nightpress/internal/term"
)

// audit compares a judge with people who rated the same pairs. Its JSON names are
// promised.
type audit struct {
	// Pairs counts the pairs that both decided, and Agree those with the same winner.
	Pairs int   `json:"pairs"`
	Agree int   `json:"agree"`
	Of    share `json:"agreement"`
	// Longer counts those of Pairs in which people preferred the longer post.
	Longer int `json:"longer"`
	// P is the p-value of McNemar's test that a judge who takes the longer post agrees
	// as often.
	P float64 `json:"p"`
	// Corrected are the shares of wins, for each two models.
	Corrected []corrected `json:"corrected"`
}

// share is a share from 0 to 1 with its 95% interval.
type share struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

func (s share) String() string {
	return stats.Percent(s.Value) + " (" + stats.Percent(s.Low) + "–" + stats.Percent(s.High) + ")"
}

// corrected is how often one model's post is better than the other's, by the judge's
// answers as corrected by people's.
type corrected struct {
	Model string `json:"model"`
	Other string `json:"other"`
	Wins  share  `json:"wins"`
	// Judged counts the judge's pairs, and Answers those that people rated, too.
	Judged  int `json:"judged"`
	Answers int `json:"answers"`
	// Worth is how many times as many answers of people alone would be as certain.
	Worth float64 `json:"worth"`
}

// pair is what the judge and people said of two posts. An answer is 1 if the first of
// them is better, -1 if the second is, and 0 for a tie.
type pair struct {
	topic  string
	models [2]string
	words  [2]int
	judge  int
	judged bool
	people map[string]int
}

// votes are the pairs by their jobs. The first job is the lesser one by its label, so
// that all pairs of two models have one order.
type votes map[[2]string]*pair

func (v votes) add(r ledger.Rating) {
	a, b, answer := r.A, r.B, 1
	if cmp.Or(cmp.Compare(a.Label, b.Label), cmp.Compare(a.Job, b.Job)) > 0 {
		a, b, answer = b, a, -1
	}
	if r.Tie {
		answer = 0
	}
	key := [2]string{a.Job, b.Job}
	p := v[key]
	if p == nil {
		p = &pair{topic: r.Topic, models: [2]string{a.Label, b.Label}, words: [2]int{a.Words, b.Words}, people: map[string]int{}}
		v[key] = p
	}
	if ledger.IsJudge(r.Rater) {
		p.judge, p.judged = answer, true
	} else {
		p.people[r.Rater] = answer
	}
}

// majority is what most people said.
func (p *pair) majority() int {
	sum := 0
	for _, answer := range p.people {
		sum += answer
	}
	return cmp.Compare(sum, 0)
}

// audit returns nil if no person decided a pair that the judge decided.
func (v votes) audit() *audit {
	var a audit
	agreed := map[string][2]int{} // by topic: k of n
	ahead := map[string]float64{} // by topic: how much oftener the judge agrees than length does
	for _, p := range v {
		people := p.majority()
		if !p.judged || p.judge == 0 || people == 0 {
			continue
		}
		a.Pairs++
		k, longer := 0, 0
		if p.judge == people {
			k = 1
		}
		if cmp.Compare(p.words[0], p.words[1]) == people {
			longer = 1
		}
		a.Agree, a.Longer = a.Agree+k, a.Longer+longer
		one := agreed[p.topic]
		agreed[p.topic] = [2]int{one[0] + k, one[1] + 1}
		ahead[p.topic] += float64(k - longer)
	}
	if a.Pairs == 0 {
		return nil
	}
	var c stats.Clustered
	var differences []float64
	for topic, one := range agreed {
		c.Add(one[0], one[1])
		differences = append(differences, ahead[topic]/float64(one[1]))
	}
	i := c.Interval()
	a.Of = share{float64(a.Agree) / float64(a.Pairs), i.Low, i.High}
	a.P = stats.McNemar(differences)
	a.Corrected = v.corrected()
	return &a
}

// corrected are the shares that can be corrected: people answered on two topics or more.
func (v votes) corrected() []corrected {
	topics := map[string]int{}
	two := map[[2]string][]stats.Judged{}
	for _, key := range slices.SortedFunc(maps.Keys(v), func(x, y [2]string) int { return slices.Compare(x[:], y[:]) }) {
		p := v[key]
		if !p.judged {
			continue
		}
		if _, known := topics[p.topic]; !known {
			topics[p.topic] = len(topics)
		}
		two[p.models] = append(two[p.models], stats.Judged{
			Topic: topics[p.topic], Judge: half(p.judge), Person: half(p.majority()), Answered: len(p.people) > 0,
		})
	}
	all := []corrected{}
	for _, models := range slices.SortedFunc(maps.Keys(two), func(x, y [2]string) int { return slices.Compare(x[:], y[:]) }) {
		c := stats.Correct(two[models])
		if c.Interval.Known {
			all = append(all, corrected{models[0], models[1], share{c.Share, c.Interval.Low, c.Interval.High}, c.Judged, c.Answers, c.Worth})
		}
	}
	return all
}

// half turns -1, 0, 1 into 0, 0.5, 1.
func half(answer int) float64 { return float64(answer+1) / 2 }

// Below this p-value a judge counts as better than one who takes the longer post.
const significant = 0.05

func (a *audit) beatsLength() bool { return a.Agree > a.Longer && a.P < significant }

func (a *audit) text(p *printer.Page) {
	p.Linef("agreement with people: %s of %s that both decided", a.Of, term.Count(a.Pairs, "pair"))
	p.Linef("who always takes the longer post agrees in %s of them", stats.PercentOf(a.Longer, a.Pairs))
	if !a.beatsLength() {
		p.Linef("this judge is not shown to be better than that: do not rank models by its answers")
		return
	}
	for _, c := range a.Corrected {
		p.Linef("%s is better than %s: %s of %s, corrected by %s; people alone would need %.1f times as many", c.Model, c.Other, c.Wins,
			term.Count(c.Judged, "pair"), term.Count(c.Answers, "answer"), c.Worth)
	}
}
