package stats_test

import (
	"math"
	"testing"

	"github.com/nightpress/nightpress/internal/stats"
)

// The values are computed by hand, from the mean squares of the analysis of variance.
func TestTheVarianceBetweenGroupsIsApartFromThatWithin(t *testing.T) {
	for name, c := range map[string]struct {
		groups          [][]float64
		between, within float64
		ok              bool
	}{
		// Mean squares 64/2 = 32 and 6/3 = 2, and (32 - 2) / 2 = 15.
		"equal groups": {[][]float64{{1, 3}, {5, 7}, {9, 11}}, 15, 2, true},
		// Mean squares 18.75/1 and 2/2 = 1, and (18.75 - 1) / ((4 - 10/4) / 1).
		"unequal groups": {[][]float64{{1, 2, 3}, {7}}, 17.75 / 1.5, 1, true},
		// Mean squares 0 and 4/2 = 2: less than chance is no variance.
		"equal means":      {[][]float64{{1, 3}, {3, 1}, nil}, 0, 2, true},
		"one group":        {[][]float64{{1, 3}}, 0, 0, false},
		"one value each":   {[][]float64{{1}, {3}, {8}}, 0, 0, false},
		"no group":         {nil, 0, 0, false},
		"far from zero":    {[][]float64{{1e9 + 1, 1e9 + 3}, {1e9 + 5, 1e9 + 7}, {1e9 + 9, 1e9 + 11}}, 15, 2, true},
		"no value differs": {[][]float64{{4, 4}, {4, 4}}, 0, 0, true},
	} {
		var all stats.Components
		for _, values := range c.groups {
			var g stats.Group
			for _, v := range values {
				g.Add(v)
			}
			all.Add(&g)
		}
		between, within, ok := all.Variance()
		if math.Abs(between-c.between) > 1e-6 || math.Abs(within-c.within) > 1e-6 || ok != c.ok {
			t.Errorf("%s: %v, %v, %v, want %v, %v, %v", name, between, within, ok, c.between, c.within, c.ok)
		}
	}
}
