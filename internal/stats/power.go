package stats

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

const (
	// level and power are the usual ones: a difference that is not there is seen
	// in 5% of the cases at most, and one that is there in at least 80%.
	level = 0.05
	power = 0.8
	// mostNeeded bounds what Needed counts out.
	mostNeeded = 100_000
)

// Detectable returns the smallest true share above one half, in whole percent,
// that n decided answers show in at least 80% of the cases: the exact sign test
// then has p < 0.05. It returns false if no share below 100% does.
func Detectable(n int) (share float64, ok bool) {
	for percent := 51; percent < 100; percent++ {
		if signPower(n, float64(percent)/100) >= power {
			return float64(percent) / 100, true
		}
	}
	return 0, false
}

// Needed returns how many decided answers show a true share in at least 80% of the
// cases by the exact sign test. It returns false if 100,000 are not enough.
func Needed(share float64) (n int, ok bool) {
	share = max(share, 1-share)
	d := share - 0.5
	if d <= 0 {
		return 0, false
	}
	// The normal approximation (Noether 1987) is never far off. The exact power
	// goes up and down a little with n, so the count begins below it.
	about := math.Pow((z95/2+z80*math.Sqrt(share*(1-share)))/d, 2)
	for n := max(1, int(about*0.9)-20); n <= mostNeeded; n++ {
		if signPower(n, share) >= power {
			return n, true
		}
	}
	return 0, false
}

// z80 is the 0.8 quantile of the standard normal distribution.
const z80 = 0.8416212335729143

// signPower returns how likely the exact sign test has p < 0.05 for n decided
// answers of which this share is expected to be for one side.
func signPower(n int, share float64) float64 {
	// The most answers for the other side with which the test shows a difference.
	low, high := -1, n/2
	for low < high {
		k := (low + high + 1) / 2
		if 2*atMost(k, n, 0.5) < level {
			low = k
		} else {
			high = k - 1
		}
	}
	if low < 0 {
		return 0
	}
	return atMost(low, n, share) + atMost(low, n, 1-share)
}

// atMost returns how likely at most k of n succeed with probability p.
func atMost(k, n int, p float64) float64 {
	if k >= n {
		return 1
	}
	return mathext.RegIncBeta(float64(n-k), float64(k+1), 1-p)
}

// student returns the 0.975 quantile of Student's t distribution.
func student(degrees int) float64 {
	if degrees < 1 {
		return math.Inf(1)
	}
	n := float64(degrees)
	x := mathext.InvRegIncBeta(n/2, 0.5, 0.05)
	return math.Sqrt(n * (1 - x) / x)
}
