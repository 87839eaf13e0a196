package stats_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/nightpress/nightpress/internal/stats"
)

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s: %.7g, want %.7g", what, got, want)
	}
}

func sample(values ...float64) *stats.Sample {
	var s stats.Sample
	for _, v := range values {
		s.Add(v)
	}
	return &s
}

// Newcombe, Two-sided confidence intervals for the single proportion,
// Statistics in Medicine 17 (1998), table I, method 3.
func TestWilsonsIntervalIsTheOneThatNewcombePublished(t *testing.T) {
	for _, c := range []struct {
		k, n      int
		low, high float64
	}{{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}} {
		i := stats.Wilson(c.k, c.n)
		near(t, "low", i.Low, c.low, 0.00005)
		near(t, "high", i.High, c.high, 0.00005)
	}
	if i := stats.Wilson(0, 0); i.Known {
		t.Errorf("of nothing: %+v", i)
	}
	if i := stats.Wilson(20, 20); i.High != 1 || i.Low < 0.83 || i.Low > 0.84 {
		t.Errorf("20 of 20: %+v", i)
	}
}

// Fisher's tea (The Design of Experiments, 1935) and his criminal twins, with
// the p-values that R's fisher.test gives in its manual's examples.
func TestFishersTestKnowsHisTeaAndHisTwins(t *testing.T) {
	near(t, "tea", stats.Fisher(3, 4, 1, 4), 0.4857, 0.00005)
	near(t, "twins", stats.Fisher(2, 17, 10, 13), 0.0005367, 0.00000005)
	near(t, "the other way round", stats.Fisher(10, 13, 2, 17), 0.0005367, 0.00000005)
	near(t, "the same", stats.Fisher(5, 10, 5, 10), 1, 1e-9)
	near(t, "an empty group", stats.Fisher(0, 0, 5, 10), 1, 0)
	near(t, "large groups", stats.Fisher(400_000, 500_000, 401_000, 500_000), 0.0123, 0.0003)
}

// R: binom.test(9, 10)$p.value is 0.02148, binom.test(17, 25) 0.1078.
func TestTheSignTestIsExact(t *testing.T) {
	near(t, "9 of 10", stats.Sign(9, 1), 0.02148, 0.000005)
	near(t, "17 of 25", stats.Sign(8, 17), 0.1078, 0.00005)
	near(t, "even", stats.Sign(5, 5), 1, 0)
	near(t, "nothing", stats.Sign(0, 0), 1, 0)
}

func TestMannWhitneyCountsSmallSamplesOut(t *testing.T) {
	// Hollander and Wolfe (1973), 69f, permeability constants; R's wilcox.test
	// manual gives W = 35 and the one-sided p-value 0.1272.
	u, p := stats.MannWhitney(
		sample(0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46),
		sample(1.15, 0.88, 0.90, 0.74, 1.21))
	near(t, "U", u, 35, 0)
	near(t, "p", p/2, 0.1272, 0.00005)
	// The example of scipy.stats.mannwhitneyu: U = 17, p = 0.1111.
	u, p = stats.MannWhitney(sample(19, 22, 16, 29, 24), sample(20, 11, 17, 12))
	near(t, "U", u, 17, 0)
	near(t, "p", p, 1.0/9, 1e-9)
}

// The ozone of May and of August in R's airquality: W = 127.5, p = 0.0001208
// in wilcox.test's manual, with ties.
func TestMannWhitneyCorrectsForTies(t *testing.T) {
	may := sample(41, 36, 12, 18, 28, 23, 19, 8, 7, 16, 11, 14, 18, 14, 34, 6, 30, 11, 1, 11, 4, 32, 23, 45, 115, 37)
	august := sample(39, 9, 16, 78, 35, 66, 122, 89, 110, 44, 28, 65, 22, 59, 23, 31, 44, 21, 9, 45, 168, 73, 76, 118, 84, 85)
	u, p := stats.MannWhitney(may, august)
	near(t, "U", u, 127.5, 0)
	near(t, "p", p, 0.0001208, 0.00000005)
	_, p = stats.MannWhitney(august, may)
	near(t, "the other way round", p, 0.0001208, 0.00000005)
}

func TestMannWhitneySaysNothingOfNothingAndOfEqualValues(t *testing.T) {
	for name, s := range map[string][2]*stats.Sample{
		"empty":     {sample(), sample(1, 2, 3)},
		"one value": {sample(2, 2, 2, 2), sample(2, 2, 2)},
	} {
		if _, p := stats.MannWhitney(s[0], s[1]); p != 1 {
			t.Errorf("%s: p = %v", name, p)
		}
	}
}

// The ranks of Conover, Practical Nonparametric Statistics, table A3 (binomial
// with p = 0.5): 1 and 6 of 6, 2 and 9 of 10, 6 and 15 of 20.
func TestTheMediansIntervalIsAPairOfOrderStatistics(t *testing.T) {
	for n, want := range map[int][2]float64{6: {1, 6}, 10: {2, 9}, 20: {6, 15}} {
		var s stats.Sample
		for i := n; i >= 1; i-- {
			s.Add(float64(i))
		}
		m, i := s.Median()
		near(t, "median", m, float64(n+1)/2, 0)
		if i.Low != want[0] || i.High != want[1] || !i.Known {
			t.Errorf("of %d: %+v, want %v", n, i, want)
		}
	}
	if _, i := sample(1, 2, 3, 4, 5).Median(); i.Known {
		t.Errorf("five values cannot tell: %+v", i)
	}
}

// R: quantile(1:10, c(.1, .25, .75)) is 1.9, 3.25, 7.75.
func TestQuantilesAreRs(t *testing.T) {
	s := sample(10, 9, 8, 7, 6, 5, 4, 3, 2, 1)
	for q, want := range map[float64]float64{0: 1, 0.1: 1.9, 0.25: 3.25, 0.75: 7.75, 1: 10} {
		near(t, "quantile", s.Quantile(q), want, 1e-12)
	}
	near(t, "of nothing", sample().Quantile(0.5), 0, 0)
}

// R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm").
func TestHolmCorrectsSeveralComparisons(t *testing.T) {
	p := []float64{0.01, 0.04, 0.03, 0.005}
	stats.Holm(p)
	for i, want := range []float64{0.03, 0.06, 0.06, 0.02} {
		near(t, "p", p[i], want, 1e-12)
	}
}

func TestALargeSampleKeepsAFairPart(t *testing.T) {
	var s stats.Sample
	for i := range 100_000 {
		s.Add(float64(i))
	}
	if len(s.Values()) != stats.SampleSize || s.N != 100_000 {
		t.Fatalf("%d kept of %d", len(s.Values()), s.N)
	}
	near(t, "mean", s.Mean(), 49_999.5, 1e-9)
	// Four standard errors of a median of 10,000 uniform values.
	near(t, "median", s.Quantile(0.5), 50_000, 4*500)
}

// Of a ratio with normal parts the delta method knows the interval.
func TestTheBootstrapAgreesWithTheDeltaMethod(t *testing.T) {
	draw := rand.New(rand.NewPCG(7, 7))
	var r, same, other stats.Ratio
	for range 400 {
		r.Add(100+10*draw.NormFloat64(), 1)
		same.Add(100+10*draw.NormFloat64(), 1)
		other.Add(105+10*draw.NormFloat64(), 1)
	}
	v, ok := r.Value()
	i := r.Interval()
	half := 1.96 * 10 / math.Sqrt(400)
	near(t, "low", i.Low, v-half, 0.25)
	near(t, "high", i.High, v+half, 0.25)
	if !ok || !i.Known {
		t.Errorf("%v %+v", ok, i)
	}
	if p := r.Compare(&same); p < 0.05 {
		t.Errorf("two samples of one population: p = %v", p)
	}
	if p := r.Compare(&other); p > 0.01 {
		t.Errorf("five standard errors apart: p = %v", p)
	}
}

func TestARatioOverNothingHasNoValue(t *testing.T) {
	var r stats.Ratio
	for range 10 {
		r.Add(100, 0)
	}
	if _, ok := r.Value(); ok || r.Interval().Known || r.Compare(&r) != 1 {
		t.Error("it has one")
	}
}
