package stats

import (
	"cmp"
	"math"
	"slices"
)

// McNemar returns the two-sided p-value that two models have the same share, from
// their differences on common topics (the share of one model's jobs on the topic
// that succeeded, minus the other's). It is McNemar's test: exact if every model
// has one job for each topic, so that each difference is -1, 0, or 1. Otherwise it
// is Obuchowski's form for clustered data (1998), a normal approximation. It is 1
// without a difference.
func McNemar(differences []float64) float64 {
	var sum, squares float64
	wins, losses, whole := 0, 0, true
	for _, d := range differences {
		sum += d
		squares += d * d
		switch {
		case d == 1:
			wins++
		case d == -1:
			losses++
		case d != 0:
			whole = false
		}
	}
	switch {
	case squares == 0:
		return 1
	case whole:
		return Sign(wins, losses)
	}
	return math.Erfc(math.Abs(sum) / math.Sqrt(squares) / math.Sqrt2)
}

// wilcoxonExact is the number of differences up to which Wilcoxon counts every
// assignment of signs, where no two have the same size.
const wilcoxonExact = 50

// Wilcoxon returns Wilcoxon's signed-rank statistic (the sum of the ranks of the
// positive differences) and the two-sided p-value that differences are as likely
// positive as negative. Differences of 0 are left out. Up to 50 differences of
// distinct sizes are counted out; otherwise the normal approximation is used,
// corrected for ties and for continuity, as in R's wilcox.test. p is 1 without a
// difference.
func Wilcoxon(differences []float64) (v, p float64) {
	d := slices.DeleteFunc(slices.Clone(differences), func(x float64) bool { return x == 0 })
	if len(d) == 0 {
		return 0, 1
	}
	slices.SortFunc(d, func(a, b float64) int { return cmp.Compare(math.Abs(a), math.Abs(b)) })
	ties := 0.0
	for i := 0; i < len(d); {
		j := i
		for j < len(d) && math.Abs(d[j]) == math.Abs(d[i]) {
			j++
		}
		rank, t := float64(i+j+1)/2, float64(j-i)
		ties += t*t*t - t
		for ; i < j; i++ {
			if d[i] > 0 {
				v += rank
			}
		}
	}
	if ties == 0 && len(d) <= wilcoxonExact && len(d) == len(differences) {
		return v, exactV(len(d), int(v))
	}
	n := float64(len(d))
	variance := n*(n+1)*(2*n+1)/24 - ties/48
	z := max(0, math.Abs(v-n*(n+1)/4)-0.5) / math.Sqrt(variance)
	return v, math.Erfc(z / math.Sqrt2)
}

// exactV counts, among all assignments of signs to n ranks, those at least as far
// from the middle as v.
func exactV(n, v int) float64 {
	all := n * (n + 1) / 2
	ways := make([]float64, all+1)
	ways[0] = 1
	for rank := 1; rank <= n; rank++ {
		for s := all; s >= rank; s-- {
			ways[s] += ways[s-rank]
		}
	}
	tail := 0.0
	for s := range min(v, all-v) + 1 {
		tail += ways[s]
	}
	return min(1, 2*math.Exp(math.Log(tail)-float64(n)*math.Ln2))
}

// Clustered counts successes in jobs, several of which may be on one topic. The
// zero value is ready for use.
type Clustered struct {
	// K of N jobs succeeded.
	K, N int
	// Topics counts the topics. kk, nn, and kn are the sums of squares and
	// products over topics.
	Topics     int
	kk, nn, kn float64
}

// Add adds a topic of which k of n jobs succeeded.
func (c *Clustered) Add(k, n int) {
	if n <= 0 {
		return
	}
	c.K, c.N, c.Topics = c.K+k, c.N+n, c.Topics+1
	c.kk += float64(k * k)
	c.nn += float64(n * n)
	c.kn += float64(k * n)
}

// Interval returns Wilson's 95% interval of the share. If topics have several
// jobs, n is divided by the design effect: how many times as large the variance
// between topics makes that of the share (Rao and Scott 1992). Jobs on one topic
// that agree more than chance then count less than as many topics.
func (c *Clustered) Interval() Interval {
	effect := c.effect()
	if effect == 1 {
		return Wilson(c.K, c.N)
	}
	return wilson(float64(c.K)/effect, float64(c.N)/effect)
}

// effect is the design effect, at least 1, and at most what it is if all jobs of a
// topic agree.
func (c *Clustered) effect() float64 {
	if c.N == c.Topics || c.Topics < 2 {
		return 1
	}
	n, t := float64(c.N), float64(c.Topics)
	p, most := float64(c.K)/n, c.nn/n
	if c.K == 0 || c.K == c.N {
		return most // nothing shows how much they agree
	}
	residuals := c.kk - 2*p*c.kn + p*p*c.nn
	return max(1, min(most, t/(t-1)*residuals/n/(p*(1-p))))
}
