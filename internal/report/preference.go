package report

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/stats"
	"github.com/nightpress/nightpress/output"
)

// opinion is a rating with the names that the report uses.
type opinion struct {
	ledger.Rating
	// winner and loser are models' names; of a tie, either is the winner. topic
	// is the same for answers on one topic, in whatever folder.
	winner, loser, topic string
	// marks are those of the winner's post and of the loser's, -1 if not known.
	marks [2]int
}

// score is 1 if the named model is preferred, 0.5 for a tie.
func (o *opinion) score(name string) float64 {
	switch {
	case o.Tie:
		return 0.5
	case o.winner == name:
		return 1
	}
	return 0
}

// opinions reads the ratings of posts that are still current, and groups them by
// criterion: the criterion without a name first.
func (r *Report) opinions(ctx context.Context) (groups []*preferences, err error) {
	by := map[string]*preferences{}
	for _, s := range r.sources {
		for rating, err := range s.ledger.Ratings(ctx) {
			if err != nil {
				return nil, fmt.Errorf("%s: ratings: %w", s.dir, err)
			}
			if ledger.IsJudge(rating.Rater) {
				continue // no person's answers audit it here
			}
			o := opinion{Rating: rating, winner: s.called(rating.A.Label), loser: s.called(rating.B.Label), topic: fold(output.TopicSlug(rating.Slug)), marks: [2]int{-1, -1}}
			for i, job := range []string{rating.A.Job, rating.B.Job} {
				if n, known := r.marks[job]; known {
					o.marks[i] = n
				}
			}
			p := by[rating.Criterion]
			if p == nil {
				p = &preferences{Criterion: rating.Criterion, pairs: map[[2]string]*pair{}, models: map[string]*pair{}}
				by[rating.Criterion] = p
				groups = append(groups, p)
			}
			p.add(o)
		}
	}
	slices.SortFunc(groups, func(a, b *preferences) int { return cmp.Compare(a.Criterion, b.Criterion) })
	for _, p := range groups {
		p.rank()
	}
	return groups, nil
}

// ratedJobs returns the jobs whose posts are rated, so that their Markdown is
// counted. A rating that is stored later lacks that.
func (r *Report) ratedJobs(ctx context.Context) (map[string]int, error) {
	jobs := map[string]int{}
	for _, s := range r.sources {
		for rating, err := range s.ledger.Ratings(ctx) {
			if err != nil {
				return nil, fmt.Errorf("%s: ratings: %w", s.dir, err)
			}
			jobs[rating.A.Job], jobs[rating.B.Job] = -1, -1
		}
	}
	return jobs, nil
}

// called is the name of a label, with its folder's name if there are several.
func (s *source) called(label string) string {
	if s.name == "" {
		return label
	}
	return s.name + "/" + label
}

// pair counts the ratings of two models' posts. A is the first by name. Of a model
// against all others, B is "".
type pair struct {
	A, B               string
	Wins, Losses, Ties int // A's
	// topics has for each topic A's wins minus its losses, and the decided answers.
	topics map[string]*tally
	// P is the p-value that neither is preferred, and Noise that it is 0.05 or more.
	P     float64
	Noise bool
}

type tally struct{ wins, decided int }

// preferences are the ratings by one criterion.
type preferences struct {
	Criterion string
	all       []opinion
	pairs     map[[2]string]*pair
	models    map[string]*pair // A against all others
	ranking   ranking
}

func (p *preferences) add(o opinion) {
	p.all = append(p.all, o)
	a, b := min(o.winner, o.loser), max(o.winner, o.loser)
	if p.pairs[[2]string{a, b}] == nil {
		p.pairs[[2]string{a, b}] = &pair{A: a, B: b, topics: map[string]*tally{}}
	}
	p.pairs[[2]string{a, b}].count(&o)
	for _, name := range []string{a, b} {
		if p.models[name] == nil {
			p.models[name] = &pair{A: name, topics: map[string]*tally{}}
		}
		p.models[name].count(&o)
	}
}

func (p *pair) count(o *opinion) {
	t := p.topics[o.topic]
	if t == nil {
		t = &tally{}
		p.topics[o.topic] = t
	}
	switch {
	case o.Tie:
		p.Ties++
	case o.winner == p.A:
		p.Wins++
		t.wins++
		t.decided++
	default:
		p.Losses++
		t.decided++
	}
}

// N is the number of comparisons.
func (p *pair) N() int { return p.Wins + p.Losses + p.Ties }

// decided is the number of comparisons that were not ties.
func (p *pair) decided() int { return p.Wins + p.Losses }

// share is the share of decided comparisons that A won. Its interval allows for
// several answers on one topic.
func (p *pair) share() (share float64, i stats.Interval) {
	if p.decided() == 0 {
		return 0.5, stats.Interval{}
	}
	var c stats.Clustered
	for _, t := range p.topics {
		c.Add(t.wins, t.decided)
	}
	return float64(p.Wins) / float64(p.decided()), c.Interval()
}

// test is the p-value that neither is preferred: the sign test over topics, each of
// which counts for the model that won most of its answers.
func (p *pair) test() float64 {
	wins, losses := 0, 0
	for _, t := range p.topics {
		switch {
		case 2*t.wins > t.decided:
			wins++
		case 2*t.wins < t.decided:
			losses++
		}
	}
	return stats.Sign(wins, losses)
}

// compared lists the pairs by name, tested, with p-values corrected for their
// number.
func (p *preferences) compared() (list []*pair) {
	for _, one := range p.pairs {
		list = append(list, one)
	}
	slices.SortFunc(list, func(a, b *pair) int { return cmp.Or(cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B)) })
	ps := make([]float64, len(list))
	for i, one := range list {
		ps[i] = one.test()
	}
	stats.Holm(ps)
	for i, one := range list {
		one.P, one.Noise = ps[i], ps[i] >= 0.05
	}
	return list
}
