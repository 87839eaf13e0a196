package stats

import (
	"math/rand/v2"
	"slices"
)

const (
	resamples = 1000
	// pairsKept is the most jobs that a Ratio keeps, as SampleSize is for a
	// Sample's values.
	pairsKept = 5000
)

// Ratio is a ratio of two totals over the same jobs, such as tokens spent for
// each accepted post. The zero value is ready for use.
type Ratio struct {
	// N counts the pairs. Over and Under are their sums.
	N           int
	Over, Under float64

	pairs   [][2]float64
	draw    *rand.Rand
	sampled []float64
}

// Add adds one job's share of both totals.
func (r *Ratio) Add(over, under float64) {
	r.N++
	r.Over += over
	r.Under += under
	if len(r.pairs) < pairsKept {
		r.pairs = append(r.pairs, [2]float64{over, under})
		return
	}
	if r.draw == nil {
		r.draw = rand.New(rand.NewPCG(3, 4))
	}
	if i := r.draw.IntN(r.N); i < pairsKept {
		r.pairs[i] = [2]float64{over, under}
	}
}

// Value returns the ratio, and false when the lower total is 0.
func (r *Ratio) Value() (float64, bool) {
	if r.Under == 0 {
		return 0, false
	}
	return r.Over / r.Under, true
}

// Interval returns the 95% percentile bootstrap interval over jobs (Efron and
// Tibshirani 1993, chapter 13), from a thousand resamples. It is unknown below
// six jobs, and where a resample can come out without any lower total.
func (r *Ratio) Interval() Interval {
	s := r.resampled()
	if s == nil {
		return Interval{}
	}
	s = slices.Clone(s)
	slices.Sort(s)
	return Interval{s[resamples*25/1000], s[resamples*975/1000-1], true}
}

// Compare returns the two-sided bootstrap p-value that two ratios are the
// same; 1 when either has no interval.
func (r *Ratio) Compare(other *Ratio) float64 {
	a, b := r.resampled(), other.resampled()
	if a == nil || b == nil {
		return 1
	}
	below, above := 1.0, 1.0
	for i := range a {
		// Each sample has its own seed, so the pairs are independent.
		if d := a[i] - b[(i+resamples/2)%resamples]; d < 0 {
			below++
		} else if d > 0 {
			above++
		} else {
			below += 0.5
			above += 0.5
		}
	}
	return min(1, 2*min(below, above)/(resamples+2))
}

func (r *Ratio) resampled() []float64 {
	if r.sampled != nil || len(r.pairs) < 6 {
		return r.sampled
	}
	draw := rand.New(rand.NewPCG(uint64(r.N), uint64(r.Over)))
	sampled := make([]float64, resamples)
	for i := range sampled {
		var over, under float64
		for range r.pairs {
			p := r.pairs[draw.IntN(len(r.pairs))]
			over, under = over+p[0], under+p[1]
		}
		if under == 0 {
			return nil
		}
		sampled[i] = over / under
	}
	r.sampled = sampled
	return sampled
}

// PairedRatio returns the two-sided p-value that two ratios of totals are the same,
// from their parts on common topics: the upper and the lower total of one, and
// those of the other. It is a bootstrap of topics, so that what both owe to a topic
// cancels out. It is 1 below six topics, and if a resample has no lower total.
func PairedRatio(topics [][4]float64) float64 {
	if len(topics) < 6 {
		return 1
	}
	draw := rand.New(rand.NewPCG(uint64(len(topics)), 5))
	below, above := 1.0, 1.0
	for range resamples {
		var sum [4]float64
		for range topics {
			for i, v := range topics[draw.IntN(len(topics))] {
				sum[i] += v
			}
		}
		if sum[1] == 0 || sum[3] == 0 {
			return 1
		}
		switch d := sum[0]/sum[1] - sum[2]/sum[3]; {
		case d < 0:
			below++
		case d > 0:
			above++
		default:
			below, above = below+0.5, above+0.5
		}
	}
	return min(1, 2*min(below, above)/(resamples+2))
}
