package report

import (
	"hash/fnv"

	"github.com/nightpress/nightpress/internal/stats"
	"github.com/nightpress/nightpress/output"
)

const (
	// pairedKept is how many topics are kept for paired tests: beyond that, a
	// random part, which is the same for every model.
	pairedKept = 10_000
	// pairedLeast is the share of each model's topics that both must have, so that
	// a paired test is fair.
	pairedLeast = 0.9
)

// onTopic adds up what a model did on one topic.
type onTopic struct {
	model *Model
	jobs  [len(outcomeNames)]int
	// tokens and wasted are of judged jobs.
	tokens, wasted float64
	// seconds is a mean of accepted posts, rate and firstToken are of requests.
	seconds, rate, firstToken mean
	// words and took are of single accepted posts, each has the tokens of single
	// judged jobs.
	words, took, each stats.Group
}

type mean struct{ sum, n float64 }

func (m *mean) add(v float64) { m.sum, m.n = m.sum+v, m.n+1 }

func (m *mean) value() (float64, bool) { return m.sum / m.n, m.n > 0 }

func (t *onTopic) judged() int {
	return t.jobs[firstTry] + t.jobs[later] + t.jobs[rejected] + t.jobs[byHand]
}

func (t *onTopic) accepted() int { return t.jobs[firstTry] + t.jobs[later] }

func (t *onTopic) add(e *entry) {
	t.jobs[e.outcome]++
	if e.outcome.judged() {
		t.tokens += float64(e.tokens)
		t.wasted += float64(e.wasted)
		t.each.Add(float64(e.tokens))
	}
	if e.outcome.accepted() {
		t.seconds.add(e.facts.seconds)
		t.took.Add(e.facts.seconds)
		t.words.Add(float64(e.Words))
	}
	for i := range e.Record.Attempts {
		a := &e.Record.Attempts[i]
		if v := a.Generation().PerSecond(); v > 0 {
			t.rate.add(v)
		}
		if a.FirstToken > 0 {
			t.firstToken.add(a.FirstToken)
		}
	}
}

// paired holds what the models did on each topic, for tests that compare two models
// on the topics that both have. The zero value is ready for use.
type paired struct {
	topics []pairedTopic
	// at has the place of a topic by its hash: the samples of a topic come apart.
	at map[uint64]int
	// shift says which part is kept: one of 1 << shift topics.
	shift int
}

type pairedTopic struct {
	hash   uint64
	models []onTopic
}

// add adds a topic whose entries have their models.
func (p *paired) add(t *topic) {
	h := fnv.New64a()
	_, _ = h.Write([]byte(fold(output.TopicSlug(t.Slug))))
	hash := h.Sum64()
	if hash<<(64-p.shift) != 0 {
		return
	}
	if p.at == nil {
		p.at = map[uint64]int{}
	}
	i, known := p.at[hash]
	if !known {
		i = len(p.topics)
		p.at[hash] = i
		p.topics = append(p.topics, pairedTopic{hash: hash})
	}
	one := &p.topics[i]
	for _, e := range t.Entries {
		at := -1
		for i := range one.models {
			if one.models[i].model == e.model {
				at = i
			}
		}
		if at < 0 {
			at = len(one.models)
			one.models = append(one.models, onTopic{model: e.model})
		}
		one.models[at].add(e)
	}
	if len(p.topics) <= pairedKept {
		return
	}
	p.shift++
	kept := p.topics[:0]
	clear(p.at)
	for _, one := range p.topics {
		if one.hash<<(64-p.shift) == 0 {
			p.at[one.hash] = len(kept)
			kept = append(kept, one)
		}
	}
	p.topics = kept
}

// clustered counts a model's successes by topic. It returns false if only a part of
// the topics is kept.
func (p *paired) clustered(m *Model, n, k func(*onTopic) int) (c stats.Clustered, ok bool) {
	for i := range p.topics {
		for j := range p.topics[i].models {
			if t := &p.topics[i].models[j]; t.model == m {
				c.Add(k(t), n(t))
			}
		}
	}
	return c, p.shift == 0
}

// differences are those of two models on the topics on which both have a value. It
// returns false if too few of either's topics are common.
func (p *paired) differences(a, b *Model, of func(*onTopic) (float64, bool)) (all []float64, ok bool) {
	ofA, ofB := 0, 0
	for i := range p.topics {
		var x, y float64
		var hasX, hasY bool
		for k := range p.topics[i].models {
			switch t := &p.topics[i].models[k]; t.model {
			case a:
				x, hasX = of(t)
			case b:
				y, hasY = of(t)
			}
		}
		if hasX {
			ofA++
		}
		if hasY {
			ofB++
		}
		if hasX && hasY {
			all = append(all, x-y)
		}
	}
	return all, enough(len(all), ofA, ofB)
}

// enough reports whether the common topics are nearly all of both models.
func enough(common, a, b int) bool {
	return common > 0 && float64(common) >= pairedLeast*float64(max(a, b))
}

// ratios compares a ratio of totals; see differences.
func (p *paired) ratios(a, b *Model, of func(*onTopic) (over, under float64)) (value float64, ok bool) {
	var all [][4]float64
	_, ok = p.differences(a, b, func(t *onTopic) (float64, bool) { return 0, t.judged() > 0 })
	for i := range p.topics {
		var row [4]float64
		n := 0
		for k := range p.topics[i].models {
			t := &p.topics[i].models[k]
			if t.judged() == 0 {
				continue
			}
			switch t.model {
			case a:
				row[0], row[1] = of(t)
				n++
			case b:
				row[2], row[3] = of(t)
				n++
			}
		}
		if n == 2 {
			all = append(all, row)
		}
	}
	return stats.PairedRatio(all), ok
}

// apart names two models that have too few topics in common for paired tests; "" if
// there are none.
func (p *paired) apart(models []*Model) string {
	for i, a := range models {
		for _, b := range models[:i] {
			if _, ok := p.differences(a, b, func(t *onTopic) (float64, bool) { return 0, t.judged() > 0 }); !ok && a.Judged() > 0 && b.Judged() > 0 {
				return "The models have different topics (for example, " + line(b.Name, 60) + " and " + line(a.Name, 60) +
					"): a difference can be that of the topics. Compare models on the same topics."
			}
		}
	}
	return ""
}
