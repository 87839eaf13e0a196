package estimate

import "slices"

// Sizes are the tokens of the last jobs that ended, over all attempts of a job. The
// zero value knows none. The caller guards it.
type Sizes struct {
	// sorted are the same, from the smallest, and above[i] is the sum of those
	// from the i-th on.
	recent, sorted, above []int
}

const (
	// mostSizes is how many jobs are remembered, and fewSizes how many make an
	// average.
	mostSizes, fewSizes = 256, 3
)

// Add counts a job. One without a token says nothing.
func (s *Sizes) Add(tokens int) {
	if tokens <= 0 {
		return
	}
	s.recent = append(s.recent[max(0, len(s.recent)+1-mostSizes):], tokens)
	s.sorted = slices.Sorted(slices.Values(s.recent))
	s.above = make([]int, len(s.sorted)+1)
	for i := len(s.sorted) - 1; i >= 0; i-- {
		s.above[i] = s.above[i+1] + s.sorted[i]
	}
}

// Mean is the mean size of a job; 0 while none is known.
func (s *Sizes) Mean() float64 { return s.Left(0) }

// Left is how many tokens are expected of a job that has so many: as many as came
// of those that had so many, where there were some.
func (s *Sizes) Left(tokens int) float64 {
	n := len(s.sorted)
	if n == 0 {
		return 0
	}
	i, _ := slices.BinarySearch(s.sorted, tokens+1)
	if more := n - i; more >= fewSizes || i == 0 {
		return float64(s.above[i])/float64(more) - float64(tokens)
	}
	mean := float64(s.above[0]) / float64(n)
	return max(mean-float64(tokens), mean/4)
}
