package stats

import (
	"math/rand/v2"
	"slices"
)

const (
	agreementResamples = 10_000
	// agreementTopics is the least number of topics for an interval.
	agreementTopics = 10
)

// Rated is one thing that several raters put into categories, such as a pair of
// posts of which one is better.
type Rated struct {
	// Topic is counted from 0. What is on one topic may depend on each other.
	Topic int
	// Categories are the raters' answers, from 0.
	Categories []int
}

// Agreement is how far raters agree.
type Agreement struct {
	// Value is not known without two ratings of one thing, or if all ratings are
	// equal: then nothing shows agreement beyond chance.
	Value float64
	Known bool
	// Interval is the 95% interval, from resampled topics (the percentile
	// bootstrap). It is not known below ten topics, and if all raters agree.
	Interval Interval
	// N counts what two or more raters rated.
	N int
}

// Kappa returns Cohen's kappa (1960) of two raters: their agreement beyond what
// their own shares of each answer would give by chance. Only what has exactly two
// ratings counts, and the first rater's is the first.
func Kappa(all []Rated) Agreement {
	two := slices.DeleteFunc(slices.Clone(all), func(r Rated) bool { return len(r.Categories) != 2 })
	return agree(two, func(c *coincidences) (float64, bool) {
		chance := 0.0
		for k := range c.first {
			chance += c.first[k] * c.second[k] / (c.n / 2 * c.n / 2)
		}
		return (c.equal/c.n - chance) / (1 - chance), chance < 1
	})
}

// Alpha returns Krippendorff's alpha for categories (nominal data) of any number
// of raters (Content Analysis, 1980): 1 is perfect agreement, and 0 is that of
// chance. Not every rater needs to have rated everything.
func Alpha(all []Rated) Agreement {
	return agree(all, func(c *coincidences) (float64, bool) {
		expected := 0.0
		for _, n := range c.values {
			expected += n * (c.n - n)
		}
		return 1 - (c.n-1)*(c.n-c.equal)/expected, expected > 0
	})
}

// coincidences are the sums behind the coefficients.
type coincidences struct {
	// n counts the ratings. equal adds up, over them, the share of the other
	// ratings of the same thing that are equal.
	n, equal float64
	values   []float64 // ratings by category
	// Of two raters, the ratings of each by category.
	first, second []float64
}

func newCoincidences(categories int) *coincidences {
	return &coincidences{values: make([]float64, categories), first: make([]float64, categories), second: make([]float64, categories)}
}

func (c *coincidences) count(categories []int) {
	others := float64(len(categories) - 1)
	for i, a := range categories {
		c.n++
		c.values[a]++
		for j, b := range categories {
			if i != j && a == b {
				c.equal += 1 / others
			}
		}
	}
	c.first[categories[0]]++
	c.second[categories[1]]++
}

func (c *coincidences) add(other *coincidences) {
	c.n += other.n
	c.equal += other.equal
	for k := range c.values {
		c.values[k] += other.values[k]
		c.first[k] += other.first[k]
		c.second[k] += other.second[k]
	}
}

func (c *coincidences) reset() {
	c.n, c.equal = 0, 0
	clear(c.values)
	clear(c.first)
	clear(c.second)
}

// agree computes a coefficient and its interval.
func agree(all []Rated, of func(*coincidences) (float64, bool)) (a Agreement) {
	categories := 1
	for _, r := range all {
		for _, k := range r.Categories {
			categories = max(categories, k+1)
		}
	}
	sum, topics := newCoincidences(categories), map[int]*coincidences{}
	var order []*coincidences // random draws need an order that is always the same
	for _, r := range all {
		if len(r.Categories) < 2 {
			continue
		}
		if topics[r.Topic] == nil {
			topics[r.Topic] = newCoincidences(categories)
			order = append(order, topics[r.Topic])
		}
		topics[r.Topic].count(r.Categories)
		sum.count(r.Categories)
		a.N++
	}
	if a.N == 0 {
		return a
	}
	if a.Value, a.Known = of(sum); !a.Known {
		a.Value = 0
		return a
	}
	if len(order) < agreementTopics || a.Value == 1 {
		return a
	}
	draw := rand.New(rand.NewPCG(uint64(a.N), uint64(len(order))))
	values := make([]float64, 0, agreementResamples)
	for range agreementResamples {
		sum.reset()
		for range order {
			sum.add(order[draw.IntN(len(order))])
		}
		if v, known := of(sum); known {
			values = append(values, v)
		}
	}
	if len(values) > agreementResamples/2 {
		a.Interval = middle(values)
	}
	return a
}
