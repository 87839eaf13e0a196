package stats_test

import (
	"fmt"
	"testing"

	"github.com/nightpress/nightpress/internal/stats"
)

// citations holds how often four journals of statistics cited each other in 1987
// to 1989 (Stigler 1994): Biometrika, Communications in Statistics, JASA, JRSS-B.
// It is the example of Agresti, Categorical Data Analysis (2002), p. 448.
var citations = [4][4]int{{714, 730, 498, 221}, {33, 425, 68, 17}, {320, 813, 1072, 142}, {284, 276, 325, 188}}

// The strengths that Agresti gives, and BradleyTerry2 and glm of R: -2.949, -0.480,
// and 0.269 against Biometrika.
func TestBradleyAndTerrysStrengthsAreThoseOfTheJournals(t *testing.T) {
	var all []stats.Comparison
	for a := range 4 {
		for b := range 4 {
			for range citations[a][b] {
				if a != b {
					all = append(all, stats.Comparison{A: a, B: b, Topic: len(all), Score: 1})
				}
			}
		}
	}
	s := stats.BradleyTerry{Resamples: 1000}.Fit(4, all)
	for i, want := range []float64{0, -2.9490725, -0.4795698, 0.2689541} {
		near(t, fmt.Sprint("strength ", i), s.Strength[i]-s.Strength[0], want, 0.00005)
	}
	if !s.Connected || s.P[0][3] > 0.02 || s.P[1][2] > 0.04 {
		t.Errorf("%+v", s)
	}
	// The standard error of JRSS-B against Biometrika is 0.0708: 1.96 of them, at
	// the slope of a share near one half, are 0.035 at most.
	if i := s.Interval[3]; !(i.Low < s.Share[3] && s.Share[3] < i.High && i.High-i.Low < 0.07) {
		t.Errorf("the share of JRSS-B is %v, %+v", s.Share[3], i)
	}
}

// R 4.2.2: glm(y ~ Z[,-1] + x - 1, binomial) with the 60 games below.
func TestACovariateIsFittedAsRDoes(t *testing.T) {
	a, b := [3]int{0, 0, 1}, [3]int{1, 2, 2}
	// round(sin(1:60)*2, 3)
	x := []float64{1.683, 1.819, 0.282, -1.514, -1.918, -0.559, 1.314, 1.979, 0.824, -1.088, -2.000, -1.073, 0.840, 1.981, 1.301, -0.576, -1.923, -1.502, 0.300, 1.826,
		1.673, -0.018, -1.692, -1.811, -0.265, 1.525, 1.913, 0.542, -1.327, -1.976, -0.808, 1.103, 2.000, 1.058, -0.856, -1.984, -1.287, 0.593, 1.928, 1.490,
		-0.317, -1.833, -1.664, 0.035, 1.702, 1.804, 0.247, -1.537, -1.908, -0.525, 1.340, 1.973, 0.792, -1.118, -2.000, -1.043, 0.872, 1.986, 1.273, -0.610}
	var all []stats.Comparison
	for i := range 60 {
		score := 0.0
		if (i+1)*7%5 > 1 {
			score = 1
		}
		all = append(all, stats.Comparison{A: a[i%3], B: b[i%3], Topic: i, Score: score, Covariates: []float64{x[i]}})
	}
	s := stats.BradleyTerry{Resamples: 500}.Fit(3, all)
	near(t, "second", s.Strength[1]-s.Strength[0], -0.26681578, 0.0005)
	near(t, "third", s.Strength[2]-s.Strength[0], -0.53938792, 0.0005)
	near(t, "covariate", s.Coefficient[0], 0.05587405, 0.0005)
	if i := s.CoefficientInterval[0]; i.Low > 0 || i.High < 0 {
		t.Errorf("a covariate without an effect has %+v", i)
	}
}

// 20 wins of 20 leave doubt: Wilson's interval begins at 84%.
func TestAModelThatAlwaysWinsMightNotAlways(t *testing.T) {
	var all []stats.Comparison
	for i := range 20 {
		all = append(all, stats.Comparison{A: 0, B: 1, Topic: i, Score: 1})
	}
	s := stats.BradleyTerry{}.Fit(2, all)
	if i := s.Interval[0]; i.Low < 0.75 || i.Low > 0.9 || i.High < 0.99 || s.Share[0] < 0.95 || s.P[0][1] > 0.001 {
		t.Errorf("%v, %+v, p = %v", s.Share[0], i, s.P[0][1])
	}
}

func TestModelsThatNothingConnectsAreNotCompared(t *testing.T) {
	var all []stats.Comparison
	for i := range 40 {
		all = append(all, stats.Comparison{A: 0, B: 1, Topic: i, Score: 1}, stats.Comparison{A: 2, B: 3, Topic: i, Score: 0})
	}
	s := stats.BradleyTerry{Resamples: 200}.Fit(5, all)
	if s.Connected || s.P[0][1] == 1 || s.P[0][2] != 1 || s.P[1][3] != 1 || s.P[0][4] != 1 {
		t.Errorf("%v %v", s.Connected, s.P)
	}
	if s.Share[4] == s.Share[4] || s.Interval[4].Known {
		t.Errorf("a model without a comparison has the share %v, %+v", s.Share[4], s.Interval[4])
	}
}

func TestTooFewTopicsGiveNoInterval(t *testing.T) {
	var all []stats.Comparison
	for i := range 100 {
		all = append(all, stats.Comparison{A: 0, B: 1, Topic: i % 5, Score: 1})
	}
	if s := (stats.BradleyTerry{}).Fit(2, all); s.Interval[0].Known || s.P[0][1] != 1 {
		t.Errorf("five topics say enough: %+v", s)
	}
}

// Agresti 2002, p. 409: 86 of 236 changed from approval. R's binom.test(86, 236).
func TestMcNemarsTestIsExactForOneJobPerTopic(t *testing.T) {
	var d []float64
	for i := range 236 {
		d = append(d, 1)
		if i < 86 {
			d[i] = -1
		}
	}
	near(t, "p", stats.McNemar(append(d, make([]float64, 1364)...)), 3.71593614e-05, 1e-12)
	near(t, "nothing differs", stats.McNemar(make([]float64, 10)), 1, 0)
	// With half differences, each counts a quarter of the variance: 150 - 86 is
	// 64 / sqrt(236) standard errors, as McNemar's chi-squared of 17.356 without a
	// correction (R: 3.099e-05), whatever the unit.
	for i := range d {
		d[i] /= 2
	}
	near(t, "clustered", stats.McNemar(d), 3.099293e-05, 1e-10)
}

// Hollander and Wolfe (1973), p. 29f, depression: the example of R's wilcox.test.
func TestWilcoxonsSignedRanksAreRs(t *testing.T) {
	v, p := stats.Wilcoxon([]float64{1.83 - 0.878, 0.50 - 0.647, 1.62 - 0.598, 2.48 - 2.05, 1.68 - 1.06, 1.88 - 1.29, 1.55 - 1.06, 3.06 - 3.14, 1.30 - 1.29})
	near(t, "V", v, 40, 0)
	near(t, "p", p, 0.0390625, 1e-12)
	v, p = stats.Wilcoxon([]float64{1.5, 2.5, 3.5, -4.5, 5.5, 6.5, -7.5, 8.5, 9.5, 10.5, 11.5, -12.5})
	near(t, "V", v, 55, 0)
	near(t, "p", p, 0.2333984, 5e-8)
	// With ties and a zero: wilcox.test(d, exact = FALSE).
	v, p = stats.Wilcoxon([]float64{1, 1, 2, -2, 3, 0, 4, 5, -1, 6, 2, 2, 7, -3, 8})
	near(t, "V", v, 89, 0)
	near(t, "p", p, 0.02330791347, 1e-9)
	_, p = stats.Wilcoxon([]float64{0, 0})
	near(t, "nothing differs", p, 1, 0)
}

// Two readers of 50 proposals: the example of Wikipedia's article on Cohen's kappa.
func TestKappaIsThatOfTheTwoReaders(t *testing.T) {
	var all []stats.Rated
	for _, c := range []struct{ first, second, n int }{{1, 1, 20}, {1, 0, 5}, {0, 1, 10}, {0, 0, 15}} {
		for range c.n {
			all = append(all, stats.Rated{Topic: len(all), Categories: []int{c.first, c.second}})
		}
	}
	k := stats.Kappa(append(all, stats.Rated{Categories: []int{1}}))
	near(t, "kappa", k.Value, 0.4, 1e-12)
	// Its standard error is 0.127 (Fleiss, Cohen, and Everitt 1969).
	near(t, "low", k.Interval.Low, 0.4-1.96*0.127, 0.03)
	near(t, "high", k.Interval.High, 0.4+1.96*0.127, 0.03)
	if !k.Known || k.N != 50 {
		t.Errorf("%+v", k)
	}
}

// The data "C" of Krippendorff (1980), also the example of kripp.alpha in R's
// package irr: 0.743 for nominal data. 0 is a missing rating.
func TestAlphaIsKrippendorffs(t *testing.T) {
	c := [4][12]int{
		{1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0}, {1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3},
		{0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0}, {1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0}}
	var all []stats.Rated
	for u := range 12 {
		one := stats.Rated{Topic: u}
		for r := range 4 {
			if c[r][u] > 0 {
				one.Categories = append(one.Categories, c[r][u]-1)
			}
		}
		all = append(all, one)
	}
	a := stats.Alpha(all)
	near(t, "alpha", a.Value, 0.743, 0.0005)
	if !a.Known || a.N != 11 || !a.Interval.Known || a.Interval.Low > 0.65 || a.Interval.High < 0.85 {
		t.Errorf("%+v", a)
	}
}

func TestWithoutASecondRatingThereIsNoAgreement(t *testing.T) {
	same := []stats.Rated{{Categories: []int{1, 1}}, {Topic: 1, Categories: []int{1, 1}}}
	for name, all := range map[string][]stats.Rated{"nothing": nil, "one rater": {{Categories: []int{2}}}, "one answer": same} {
		if k, a := stats.Kappa(all), stats.Alpha(all); k.Known || a.Known {
			t.Errorf("%s: %+v %+v", name, k, a)
		}
	}
}

// R 4.2.2, by the formulas of the paper: lam <- cov(Y, f) / ((1 + n/N) * var(c(f, u))).
// R does not bound the weight, so the judge here is a weak one.
func TestTheCorrectedShareIsThatOfThePaper(t *testing.T) {
	y := []float64{1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 0, 1, 1, 1, 0, 1, 0, 1, 1}
	f := []float64{.9, .8, .7, .2, .4, .6, .3, .3, .5, .9, .1, .6, .2, .8, .9, .7, .7, .3, .8, .1}
	var all []stats.Judged
	for i := range y {
		all = append(all, stats.Judged{Topic: len(all), Judge: f[i], Person: y[i], Answered: true})
	}
	for i := range 50 {
		all = append(all, stats.Judged{Topic: len(all), Judge: 0.05 + 0.9*float64(i)/49})
	}
	c := stats.Correct(all)
	near(t, "weight", c.Weight, 0.299487939127, 1e-8)
	near(t, "share", c.Share, 0.638020482435, 1e-8)
	near(t, "half", (c.Interval.High-c.Interval.Low)/2/2.0930241, 0.107421025532, 0.002)
	if c.Answers != 20 || c.Judged != 70 || c.Worth < 1 || c.Worth > 1.5 {
		t.Errorf("%+v", c)
	}
}

func TestAJudgeThatSaysNothingAddsNothing(t *testing.T) {
	var all []stats.Judged
	for i := range 40 {
		all = append(all, stats.Judged{Topic: i, Judge: 1, Person: float64(i % 2), Answered: i < 20})
	}
	c := stats.Correct(all)
	if c.Weight != 0 || c.Worth != 1 || c.Share != 0.5 || !c.Interval.Known {
		t.Errorf("%+v", c)
	}
	if c := stats.Correct(all[20:]); c.Interval.Known || c.Answers != 0 {
		t.Errorf("without a person: %+v", c)
	}
}

// R: the smallest n for which the exact test has 80% power, with pbinom and qbinom.
func TestPowerIsThatOfTheExactSignTest(t *testing.T) {
	for share, want := range map[float64]int{0.55: 786, 0.60: 199, 0.65: 90, 0.70: 49, 0.75: 30, 0.80: 20, 0.2: 20} {
		if n, ok := stats.Needed(share); n != want || !ok {
			t.Errorf("a share of %v needs %d answers, want %d", share, n, want)
		}
	}
	for n, want := range map[int]float64{40: 0.73, 100: 0.65, 20: 0.8} {
		if share, ok := stats.Detectable(n); share != want || !ok {
			t.Errorf("%d answers show a share from %v, want %v", n, share, want)
		}
	}
	if share, ok := stats.Detectable(5); ok {
		t.Errorf("five answers show a share of %v", share)
	}
	for _, share := range []float64{0.5, 0.501} {
		if n, ok := stats.Needed(share); ok {
			t.Errorf("a share of %v needs %d", share, n)
		}
	}
}

func TestJobsOfOneTopicThatAgreeCountAsOne(t *testing.T) {
	var same, chance, single stats.Clustered
	for i := range 50 {
		same.Add(i%2*4, 4)
		chance.Add([]int{1, 2, 2, 3, 2}[i%5], 4)
		single.Add(i%2, 1)
	}
	one, four := stats.Wilson(25, 50), stats.Wilson(100, 200)
	near(t, "all agree", same.Interval().Low, one.Low, 0.005)
	near(t, "independent", chance.Interval().Low, four.Low, 1e-9)
	near(t, "one each", single.Interval().Low, one.Low, 0)
	var none stats.Clustered
	for range 10 {
		none.Add(0, 3)
	}
	near(t, "none of them", none.Interval().High, stats.Wilson(0, 10).High, 1e-9)
}
