package stats

import "math"

// Group has the values of one group, such as the posts on one topic. The zero value has
// none.
type Group struct {
	n          int
	mean, from float64 // from is the sum of squared distances from the mean
}

// Add adds a value.
func (g *Group) Add(v float64) {
	g.n++
	d := v - g.mean
	g.mean += d / float64(g.n)
	g.from += d * (v - g.mean)
}

// Components says how much of the variance of values is between groups, and how much
// is within them: that of a one-way model with random effects (Searle, Casella, and
// McCulloch 1992, section 3.6). The zero value has no group.
type Components struct {
	// Groups and N count the groups and the values.
	Groups, N int
	// mean is that of all values. in is the sum of squared distances of values from
	// the means of their groups, and around that of these means from mean, once for
	// each value. squares is the sum of the squared sizes of the groups.
	mean, in, around, squares float64
}

// Add adds a group. One without values says nothing.
func (c *Components) Add(g *Group) {
	if g.n == 0 {
		return
	}
	before, n := float64(c.N), float64(g.n)
	d := g.mean - c.mean
	c.Groups++
	c.N += g.n
	c.mean += d * n / float64(c.N)
	c.around += d * d * before * n / float64(c.N)
	c.in += g.from
	c.squares += n * n
}

// Variance returns the variance between groups, at least 0, and that within them. It
// returns false if there are fewer than two groups, or no group has two values.
func (c *Components) Variance() (between, within float64, ok bool) {
	if c.Groups < 2 || c.N == c.Groups {
		return 0, 0, false
	}
	n, k := float64(c.N), float64(c.Groups)
	within = c.in / (n - k)
	each := (n - c.squares/n) / (k - 1)
	return math.Max(0, (c.around/(k-1)-within)/each), within, true
}
