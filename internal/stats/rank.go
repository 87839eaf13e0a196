package stats

import (
	"math"
	"slices"
)

// exactLimit is the size of the larger sample up to which MannWhitney counts
// every arrangement, where no value occurs twice.
const exactLimit = 20

// MannWhitney returns Mann and Whitney's U of a against b (how often a value
// of a exceeds one of b, ties counting half) and the two-sided p-value that
// both come from one distribution. Small samples without ties are counted
// out; otherwise the normal approximation is used, corrected for ties and for
// continuity. p is 1 when a sample is empty.
func MannWhitney(a, b *Sample) (u, p float64) {
	x, y := a.Values(), b.Values()
	if len(x) == 0 || len(y) == 0 {
		return 0, 1
	}
	u, ties := rankSum(x, y)
	if ties == 0 && max(len(x), len(y)) <= exactLimit {
		return u, exactU(len(x), len(y), int(u))
	}
	return u, normalU(len(x), len(y), u, ties)
}

// rankSum merges two sorted samples. ties is the sum of t*t*t - t over the
// groups of t equal values.
func rankSum(x, y []float64) (u, ties float64) {
	i, j, ranks := 0, 0, 0.0
	for i < len(x) || j < len(y) {
		v := math.Inf(1)
		if i < len(x) {
			v = x[i]
		}
		if j < len(y) {
			v = min(v, y[j])
		}
		before, fromX := i+j, 0
		for ; i < len(x) && x[i] == v; i++ {
			fromX++
		}
		for j < len(y) && y[j] == v {
			j++
		}
		t := float64(i + j - before)
		ranks += float64(fromX) * (float64(before) + (t+1)/2)
		ties += t*t*t - t
	}
	n := float64(len(x))
	return ranks - n*(n+1)/2, ties
}

// exactU counts, among all arrangements of n and m values, those at least as
// far from the middle as u.
func exactU(n, m, u int) float64 {
	ways := arrangements(n, m)
	u = min(u, n*m-u)
	var all, tail float64
	for i, w := range ways {
		all += w
		if i <= u {
			tail += w
		}
	}
	return min(1, 2*tail/all)
}

// arrangements returns, for each U, how many arrangements of n values among m
// others have it: the coefficients of the Gaussian binomial.
func arrangements(n, m int) []float64 {
	ways := make([]float64, n*m+1)
	ways[0] = 1
	for i := 1; i <= n; i++ {
		for k := n * m; k >= m+i; k-- {
			ways[k] -= ways[k-m-i]
		}
		for k := i; k <= n*m; k++ {
			ways[k] += ways[k-i]
		}
	}
	return ways
}

func normalU(n, m int, u, ties float64) float64 {
	a, b := float64(n), float64(m)
	all := a + b
	variance := a * b / 12 * (all + 1 - ties/(all*(all-1)))
	if variance <= 0 {
		return 1 // every value is the same
	}
	z := max(0, math.Abs(u-a*b/2)-0.5) / math.Sqrt(variance)
	return math.Erfc(z / math.Sqrt2)
}

// Holm corrects the p-values of several comparisons (Holm 1979), in place: one
// below 0.05 then stands with at most 5% chance that any of those below it is
// noise.
func Holm(p []float64) {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case p[i] < p[j]:
			return -1
		case p[i] > p[j]:
			return 1
		}
		return 0
	})
	most := 0.0
	for rank, i := range order {
		most = max(most, min(1, p[i]*float64(len(p)-rank)))
		p[i] = most
	}
}
