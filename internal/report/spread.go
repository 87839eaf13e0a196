package report

import (
	"math"

	"github.com/nightpress/nightpress/internal/stats"
)

// spread is a figure of single posts whose variance is split: how much of it lies
// between topics, and how much between samples of one topic.
type spread struct {
	key, title string
	show       func(float64) string
	of         func(*onTopic) *stats.Group
}

var spreads = []spread{
	{"words", "Words", rate, func(t *onTopic) *stats.Group { return &t.words }},
	{"tokens", "Tokens of a job", rate, func(t *onTopic) *stats.Group { return &t.each }},
	{"seconds", "Time of a post", seconds, func(t *onTopic) *stats.Group { return &t.took }},
}

// spreadLine is a spread of one model. Its JSON names are stable. Deviations are
// standard deviations, in the unit of the figure.
type spreadLine struct {
	Topics         int     `json:"topics"`
	N              int     `json:"n"`
	BetweenTopics  float64 `json:"deviation_between_topics"`
	BetweenSamples float64 `json:"deviation_between_samples"`
	// Share is the part of the variance that is between topics.
	Share float64 `json:"share_between_topics"`
}

// spreadOf returns a model's spread; nil if no topic has two samples.
func (p *paired) spreadOf(m *Model, of func(*onTopic) *stats.Group) *spreadLine {
	var c stats.Components
	for i := range p.topics {
		for k := range p.topics[i].models {
			if t := &p.topics[i].models[k]; t.model == m {
				c.Add(of(t))
			}
		}
	}
	between, within, ok := c.Variance()
	if !ok {
		return nil
	}
	l := &spreadLine{Topics: c.Groups, N: c.N, BetweenTopics: digits(math.Sqrt(between)), BetweenSamples: digits(math.Sqrt(within))}
	if between > 0 {
		l.Share = digits(between / (between + within))
	}
	return l
}

// spreadGrid is the table of all models that have several samples of a topic, nil if
// none has.
func spreadGrid(models []*Model, p *paired) *grid {
	g := &grid{Head: []string{"Figure", "Model", "Topics", "Samples", "Between topics (SD)", "Between samples (SD)", "Share between topics"}}
	for _, s := range spreads {
		for _, m := range models {
			if l := p.spreadOf(m, s.of); l != nil {
				g.Rows = append(g.Rows, []string{s.title, line(m.Name, 60), whole(float64(l.Topics)), whole(float64(l.N)), s.show(l.BetweenTopics), s.show(l.BetweenSamples), percent(l.Share)})
			}
		}
	}
	if g.Rows == nil {
		return nil
	}
	return g
}
