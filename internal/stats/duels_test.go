package stats

import (
	"math"
	"testing"
)

func duels(counts map[[2]string][3]int) *Duels {
	d := &Duels{}
	for pair, n := range counts {
		for range n[0] {
			d.Add(pair[0], pair[1], false)
		}
		for range n[1] {
			d.Add(pair[1], pair[0], false)
		}
		for range n[2] {
			d.Add(pair[0], pair[1], true)
		}
	}
	return d
}

// With two contenders the model's answer is known: won/lost with half a win
// and half a loss against a strength of 1 added.
func TestTwoContendersStandAsTheirWinsDo(t *testing.T) {
	d := duels(map[[2]string][3]int{{"a", "b"}: {30, 10, 4}})
	p := d.Pairs()
	if len(p) != 1 || p[0].Wins != 30 || p[0].Losses != 10 || p[0].Ties != 4 || p[0].N() != 44 || p[0].Share != 0.75 {
		t.Fatalf("%+v", p)
	}
	// Wilson's interval of 30 in 40, by R: prop.test(30, 40, correct=FALSE).
	if math.Abs(p[0].Interval.Low-0.5981) > 1e-4 || math.Abs(p[0].Interval.High-0.8581) > 1e-4 || p[0].Noise() {
		t.Errorf("%+v", p[0].Interval)
	}
	r := d.Ranking()
	if r[0].Name != "a" || r[0].Strength <= 0.7 || r[0].Strength >= 0.75 {
		t.Errorf("%+v", r)
	}
	if math.Abs(r[0].Strength+r[1].Strength-1) > 1e-6 {
		t.Errorf("two strengths do not make a whole: %+v", r)
	}
}

// a beat the strong one as often as b beat the weak one: the share of wins
// cannot tell them apart, the model can.
func TestAWinAgainstTheStrongCountsForMore(t *testing.T) {
	d := duels(map[[2]string][3]int{
		{"strong", "weak"}: {40, 5, 0}, {"a", "strong"}: {10, 10, 0}, {"b", "weak"}: {10, 10, 0},
	})
	var order string
	for _, p := range d.Ranking() {
		order += p.Name + " "
	}
	if order != "a strong b weak " && order != "strong a b weak " {
		t.Errorf("the order is %s", order)
	}
}

func TestOneWhoNeverLostHasAStrengthAndFewDuelsAreNoise(t *testing.T) {
	d := duels(map[[2]string][3]int{{"a", "b"}: {3, 0, 0}})
	r := d.Ranking()
	if r[0].Name != "a" || r[0].Strength >= 1 || math.IsNaN(r[0].Strength) {
		t.Errorf("%+v", r)
	}
	if p := d.Pairs()[0]; !p.Noise() {
		t.Errorf("3 duels settle it: %+v", p)
	}
	if p := duels(map[[2]string][3]int{{"a", "b"}: {0, 0, 9}}).Pairs()[0]; !p.Noise() || p.Ties != 9 {
		t.Errorf("%+v", p)
	}
	if got := (&Duels{}).Ranking(); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}
