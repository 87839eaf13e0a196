package stats

import (
	"math"
	"slices"
	"strings"
)

// Duels are comparisons of two contenders each: A won, or it was a tie. The
// zero value has none.
type Duels struct {
	names []string
	// wins[i][j] counts how often i won against j; ties is symmetric.
	wins, ties [][]int
}

// Add counts one duel. winner and loser differ; of a tie the order says
// nothing.
func (d *Duels) Add(winner, loser string, tie bool) {
	i, j := d.index(winner), d.index(loser)
	if tie {
		d.ties[i][j]++
		d.ties[j][i]++
		return
	}
	d.wins[i][j]++
}

func (d *Duels) index(name string) int {
	if i := slices.Index(d.names, name); i >= 0 {
		return i
	}
	d.names = append(d.names, name)
	for i := range d.wins {
		d.wins[i], d.ties[i] = append(d.wins[i], 0), append(d.ties[i], 0)
	}
	d.wins, d.ties = append(d.wins, make([]int, len(d.names))), append(d.ties, make([]int, len(d.names)))
	return len(d.names) - 1
}

// Pair is how two contenders stand against each other, from the first one's
// side.
type Pair struct {
	A, B               string
	Wins, Losses, Ties int
	// Share is A's part of the wins and losses, ties left out, with its
	// interval (Wilson). An interval with 1/2 in it means that noise explains
	// the difference.
	Share    float64
	Interval Interval
}

// N is the number of duels, ties among them.
func (p Pair) N() int { return p.Wins + p.Losses + p.Ties }

// Noise tells whether the duels leave open which of the two is better.
func (p Pair) Noise() bool {
	return !p.Interval.Known || p.Interval.Low <= 0.5 && p.Interval.High >= 0.5
}

// Pairs returns every two contenders that met, each pair once, by name.
func (d *Duels) Pairs() []Pair {
	var all []Pair
	for i, a := range d.names {
		for j, b := range d.names {
			p := Pair{A: a, B: b, Wins: d.wins[i][j], Losses: d.wins[j][i], Ties: d.ties[i][j]}
			if a >= b || p.N() == 0 {
				continue
			}
			if decided := p.Wins + p.Losses; decided > 0 {
				p.Share, p.Interval = float64(p.Wins)/float64(decided), Wilson(p.Wins, decided)
			}
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(x, y Pair) int {
		return cmpOr(strings.Compare(x.A, y.A), strings.Compare(x.B, y.B))
	})
	return all
}

func cmpOr(a, b int) int {
	if a != 0 {
		return a
	}
	return b
}

// Place is a contender's place in the order of all.
type Place struct {
	Name               string
	Wins, Losses, Ties int
	// Strength is how likely the contender is to win against one of the
	// others, chosen at random: from 0 to 1, 1/2 is the average.
	Strength float64
}

// Ranking orders all contenders, the strongest first, by the model of Bradley
// and Terry (1952): i wins against j with probability s(i)/(s(i)+s(j)). The
// share of wins alone would praise whoever met the weak ones more often. A tie
// is half a win for both, and everybody has one more tie with a contender of
// average strength, so that one who never lost has a strength, too.
func (d *Duels) Ranking() []Place {
	n := len(d.names)
	strength := d.fit()
	places := make([]Place, n)
	for i, name := range d.names {
		p := Place{Name: name, Strength: 0.5}
		var sum float64
		for j := range n {
			p.Wins += d.wins[i][j]
			p.Losses += d.wins[j][i]
			p.Ties += d.ties[i][j]
			if j != i {
				sum += strength[i] / (strength[i] + strength[j])
			}
		}
		if n > 1 {
			p.Strength = sum / float64(n-1)
		}
		places[i] = p
	}
	slices.SortFunc(places, func(a, b Place) int {
		switch {
		case a.Strength > b.Strength+1e-9:
			return -1
		case b.Strength > a.Strength+1e-9:
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	return places
}

// fit finds the most likely strengths by minorisation and maximisation (Hunter
// 2004, equation 3), with the added tie against a strength of 1.
func (d *Duels) fit() []float64 {
	n := len(d.names)
	s := make([]float64, n)
	for i := range s {
		s[i] = 1
	}
	for range 10_000 {
		moved := 0.0
		for i := range n {
			won, met := 0.5, 1/(s[i]+1)
			for j := range n {
				if j == i {
					continue
				}
				won += float64(d.wins[i][j]) + float64(d.ties[i][j])/2
				met += float64(d.wins[i][j]+d.wins[j][i]+d.ties[i][j]) / (s[i] + s[j])
			}
			next := won / met
			moved = max(moved, math.Abs(math.Log(next/s[i])))
			s[i] = next
		}
		if moved < 1e-10 {
			break
		}
	}
	return s
}
