package stats

import (
	"fmt"
	"math"
)

// PercentOf formats k of n in whole percent, rounded: "70%". Only all of n is "100%",
// and only none is "0%"; other values that round to them are ">99%" or "<1%". If n
// is 0, it is "–".
func PercentOf(k, n int) string {
	if n <= 0 {
		return "–"
	}
	return Percent(float64(k) / float64(n))
}

// Percent formats a share from 0 to 1 as PercentOf does.
func Percent(share float64) string {
	// The small addend corrects shares that no float can hold, such as 0.285.
	whole := math.Floor(share*100 + 0.5 + 1e-9)
	switch {
	case whole <= 0 && share > 0:
		return "<1%"
	case whole >= 100 && share < 1:
		return ">99%"
	}
	return fmt.Sprintf("%.0f%%", whole)
}
