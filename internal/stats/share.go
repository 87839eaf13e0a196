package stats

import "math"

// z95 is the 0.975 quantile of the standard normal distribution.
const z95 = 1.959963984540054

// Interval is a 95% confidence interval. Known is false where there is too
// little to tell.
type Interval struct {
	Low, High float64
	Known     bool
}

// Wilson returns the 95% score interval, without continuity correction, of a
// share of k in n (Wilson 1927; method 3 of Newcombe 1998). It stays inside
// 0 to 1 and says something sensible for 0 of 20, too. It is unknown for n = 0.
func Wilson(k, n int) Interval {
	if n <= 0 {
		return Interval{}
	}
	return wilson(float64(k), float64(n))
}

func wilson(k, n float64) Interval {
	p, z2 := k/n, z95*z95
	middle := p + z2/(2*n)
	half := z95 * math.Sqrt(p*(1-p)/n+z2/(4*n*n))
	low, high := (middle-half)/(1+z2/n), (middle+half)/(1+z2/n)
	// Without this, rounding would leave values just above 0 and just below 1.
	if k == 0 {
		low = 0
	}
	if k == n {
		high = 1
	}
	return Interval{max(low, 0), min(high, 1), true}
}

// Fisher returns the two-sided p-value of Fisher's exact test that k1 of n1
// and k2 of n2 come from one share: the probability, given the margins, of
// every table that is no likelier than this one. It is 1 when a group is
// empty.
func Fisher(k1, n1, k2, n2 int) float64 {
	if n1 <= 0 || n2 <= 0 {
		return 1
	}
	k := k1 + k2
	all := logChoose(n1+n2, k)
	at := func(i int) float64 { return logChoose(n1, i) + logChoose(n2, k-i) - all }
	// Like R's fisher.test, this treats nearly equal probabilities as ties.
	limit := at(k1) + 1e-7
	p := 0.0
	for i := max(0, k-n2); i <= min(k, n1); i++ {
		if l := at(i); l <= limit {
			p += math.Exp(l)
		}
	}
	return min(p, 1)
}

// Sign returns the two-sided p-value of the sign test that wins and losses are
// equally likely: exact, by the binomial distribution. It is 1 without either.
func Sign(wins, losses int) float64 {
	n := wins + losses
	p := 0.0
	for i := range min(wins, losses) + 1 {
		p += math.Exp(logChoose(n, i) - float64(n)*math.Ln2)
	}
	return min(1, 2*p)
}

func logChoose(n, k int) float64 { return logFactorial(n) - logFactorial(k) - logFactorial(n-k) }

func logFactorial(n int) float64 {
	l, _ := math.Lgamma(float64(n) + 1)
	return l
}
