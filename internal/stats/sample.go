package stats

import (
	"math"
	"math/rand/v2"
	"slices"
)

// SampleSize is how many values a Sample keeps. Up to that number, all results are
// exact. Beyond it, they come from a uniform random sample of that size.
const SampleSize = 10_000

// Sample collects values in bounded memory. The zero value is ready for use. It is
// for one goroutine.
type Sample struct {
	// N counts the added values, and Sum is their sum.
	N   int
	Sum float64
	// kept is sorted if sorted is set. After that, no value may be added.
	kept   []float64
	sorted bool
	draw   *rand.Rand
}

// Add adds a value.
func (s *Sample) Add(v float64) {
	s.N++
	s.Sum += v
	if len(s.kept) < SampleSize {
		s.kept = append(s.kept, v)
		return
	}
	if s.draw == nil {
		s.draw = rand.New(rand.NewPCG(1, 2))
	}
	if i := s.draw.IntN(s.N); i < SampleSize {
		s.kept[i] = v
	}
}

// Values returns the kept values, sorted. The caller must not change them, and must
// add no more values.
func (s *Sample) Values() []float64 {
	if !s.sorted {
		slices.Sort(s.kept)
		s.sorted = true
	}
	return s.kept
}

// Mean returns the mean of all values, 0 when there is none.
func (s *Sample) Mean() float64 {
	if s.N == 0 {
		return 0
	}
	return s.Sum / float64(s.N)
}

// Quantile returns the q quantile, 0 to 1, interpolated between the order
// statistics as R does by default (type 7 of Hyndman and Fan 1996); 0 for an
// empty sample.
func (s *Sample) Quantile(q float64) float64 {
	v := s.Values()
	if len(v) == 0 {
		return 0
	}
	at := q * float64(len(v)-1)
	i := int(at)
	if i >= len(v)-1 {
		return v[len(v)-1]
	}
	return v[i] + (at-float64(i))*(v[i+1]-v[i])
}

// Median returns the median with its 95% interval. The interval is the pair
// of order statistics that covers the population's median with at least 95%
// probability, whatever the distribution (Conover 1999, section 3.2); below
// six values there is no such pair.
func (s *Sample) Median() (float64, Interval) {
	v := s.Values()
	below := binomialRank(len(v))
	if below == 0 {
		return s.Quantile(0.5), Interval{}
	}
	return s.Quantile(0.5), Interval{v[below-1], v[len(v)-below], true}
}

// binomialRank returns the largest r for which fewer than r of n fall below
// the median with a probability of at most 2.5%, 0 when there is none.
func binomialRank(n int) int {
	r, sum := 0, 0.0
	for i := 0; i < n; i++ {
		sum += math.Exp(logChoose(n, i) - float64(n)*math.Ln2)
		if sum > 0.025 {
			return r
		}
		r = i + 1
	}
	return r
}
