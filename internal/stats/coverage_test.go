package stats_test

import (
	"flag"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/nightpress/nightpress/internal/stats"
)

// long simulates every situation 10,000 times instead of 25 times.
var long = flag.Bool("long", false, "simulate 10,000 times")

// few is the number of runs in the short form.
const few = 25

// covers simulates a situation many times. In 93% to 97% of the runs the interval
// must cover the truth. The short form allows for four standard errors more.
func covers(t *testing.T, what string, once func(draw *rand.Rand) (i stats.Interval, truth float64)) {
	t.Helper()
	runs, slack := few, 4*math.Sqrt(0.05*0.95/few)
	if *long {
		runs, slack = 10_000, 0
	}
	draw := rand.New(rand.NewPCG(11, uint64(len(what))))
	covered, width := 0, 0.0
	for range runs {
		i, truth := once(draw)
		if !i.Known {
			t.Fatalf("%s: no interval", what)
		}
		if i.Low <= truth && truth <= i.High {
			covered++
		}
		width += i.High - i.Low
	}
	share := float64(covered) / float64(runs)
	t.Logf("%-60s %.2f%% of %d, mean width %.3f", what, 100*share, runs, width/float64(runs))
	if share < 0.93-slack || share > 0.97+slack {
		t.Errorf("%s: the interval covers the truth in %.2f%% of %d runs", what, 100*share, runs)
	}
}

// resamples is fewer than the report takes, which the quantiles hardly notice.
func resamples() int {
	if *long {
		return 1000
	}
	return 100
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func answer(draw *rand.Rand, share float64) float64 {
	if draw.Float64() < share {
		return 1
	}
	return 0
}

func TestCoverageOfBradleyAndTerrysShares(t *testing.T) {
	bt := stats.BradleyTerry{Resamples: resamples()}
	for _, c := range []struct {
		what  string
		share float64
		n     int
	}{{"two models, 40 answers, 50%", 0.5, 40}, {"two models, 40 answers, 70%", 0.7, 40}, {"two models, 100 answers, 90%", 0.9, 100}, {"two models, 30 answers, 80%", 0.8, 30}} {
		covers(t, c.what, func(draw *rand.Rand) (stats.Interval, float64) {
			var all []stats.Comparison
			for i := range c.n {
				all = append(all, stats.Comparison{A: i % 2, B: 1 - i%2, Topic: i, Score: math.Abs(float64(i%2) - answer(draw, c.share))})
			}
			return bt.Fit(2, all).Interval[0], c.share
		})
	}
	// Three raters for each topic, who agree more than chance.
	covers(t, "two models, 60 topics with three answers each", func(draw *rand.Rand) (stats.Interval, float64) {
		var all []stats.Comparison
		for topic := range 60 {
			p := []float64{0.3, 0.95}[draw.IntN(2)]
			for range 3 {
				all = append(all, stats.Comparison{A: 0, B: 1, Topic: topic, Score: answer(draw, p)})
			}
		}
		return bt.Fit(2, all).Interval[0], (0.3 + 0.95) / 2
	})
	strength := []float64{0.9, 0.4, 0, 0, -0.5, -0.8}
	truth := 0.0
	for _, s := range strength[1:] {
		truth += sigmoid(strength[0]-s) / 5
	}
	covers(t, "six models, 100 topics, 150 answers", func(draw *rand.Rand) (stats.Interval, float64) {
		var all []stats.Comparison
		for i := range 150 {
			a := draw.IntN(6)
			b := (a + 1 + draw.IntN(5)) % 6
			all = append(all, stats.Comparison{A: a, B: b, Topic: i % 100, Score: answer(draw, sigmoid(strength[a]-strength[b]))})
		}
		return bt.Fit(6, all).Interval[0], truth
	})
	covers(t, "six models, 100 topics, 300 answers, raters who like length", func(draw *rand.Rand) (stats.Interval, float64) {
		var all []stats.Comparison
		for i := range 300 {
			a := draw.IntN(6)
			b := (a + 1 + draw.IntN(5)) % 6
			// Stronger models write longer posts.
			longer, marks := strength[a]-strength[b]+draw.NormFloat64(), draw.NormFloat64()
			all = append(all, stats.Comparison{A: a, B: b, Topic: i % 100, Score: answer(draw, sigmoid(strength[a]-strength[b]+0.7*longer)), Covariates: []float64{longer, marks}})
		}
		return bt.Fit(6, all).Interval[0], truth
	})
}

// With a judge that is pulled to the first post by 0% to 30% of its verdicts, and
// 50 or 100 answers of a person among 1,000 pairs.
func TestCoverageOfACorrectedJudge(t *testing.T) {
	for _, c := range []struct {
		what               string
		truth, right, pull float64
		n                  int
	}{
		{"judge right in 66%, no pull, 50 answers", 0.5, 0.66, 0, 50}, {"judge right in 66%, pulled by 15%, 50 answers", 0.5, 0.66, 0.15, 50},
		{"judge right in 75%, pulled by 30%, 50 answers", 0.6, 0.75, 0.3, 50}, {"judge right in 85%, pulled by 10%, 100 answers", 0.7, 0.85, 0.1, 100},
		{"judge right in 95%, pulled by 30%, 100 answers", 0.6, 0.95, 0.3, 100},
	} {
		covers(t, c.what, func(draw *rand.Rand) (stats.Interval, float64) {
			all := make([]stats.Judged, 0, 1000)
			for i := range 1000 {
				person := answer(draw, c.truth)
				judge := person
				if draw.Float64() >= c.right {
					judge = 1 - judge
				}
				if draw.Float64() < c.pull {
					judge = 1
				}
				all = append(all, stats.Judged{Topic: i, Judge: judge, Person: person, Answered: i < c.n})
			}
			return stats.Correct(all).Interval, c.truth
		})
	}
}

// Two and three raters who know the answer in 60% of the cases and guess
// otherwise. Alpha and kappa are then 0.36.
func TestCoverageOfAgreement(t *testing.T) {
	rate := func(draw *rand.Rand, topics, raters int) (all []stats.Rated) {
		for topic := range topics {
			truth, one := draw.IntN(2), stats.Rated{Topic: topic}
			for range raters {
				if r := draw.Float64(); r < 0.6 {
					one.Categories = append(one.Categories, truth)
				} else {
					one.Categories = append(one.Categories, draw.IntN(2))
				}
			}
			all = append(all, one)
		}
		return all
	}
	covers(t, "kappa of two raters, 80 pairs", func(draw *rand.Rand) (stats.Interval, float64) {
		return stats.Kappa(rate(draw, 80, 2)).Interval, 0.36
	})
	covers(t, "alpha of three raters, 80 pairs", func(draw *rand.Rand) (stats.Interval, float64) {
		return stats.Alpha(rate(draw, 80, 3)).Interval, 0.36
	})
}

func TestCoverageOfAShareOfClusteredJobs(t *testing.T) {
	covers(t, "60 topics with four samples each", func(draw *rand.Rand) (stats.Interval, float64) {
		var c stats.Clustered
		for range 60 {
			p, k := []float64{0.5, 0.9}[draw.IntN(2)], 0
			for range 4 {
				k += int(answer(draw, p))
			}
			c.Add(k, 4)
		}
		return c.Interval(), 0.7
	})
}

// Six models, 1,000 topics, and every pair of each topic rated.
func BenchmarkBradleyTerry(b *testing.B) {
	for _, c := range []struct {
		name       string
		covariates int
	}{{"plain", 0}, {"length and Markdown", 2}} {
		b.Run(c.name, func(b *testing.B) {
			draw := rand.New(rand.NewPCG(1, 2))
			var all []stats.Comparison
			for topic := range 1000 {
				for i := range 6 {
					for j := range i {
						x := make([]float64, c.covariates)
						for k := range x {
							x[k] = draw.NormFloat64()
						}
						all = append(all, stats.Comparison{A: i, B: j, Topic: topic, Score: answer(draw, 0.5+0.05*float64(i-j)), Covariates: x})
					}
				}
			}
			for b.Loop() {
				stats.BradleyTerry{}.Fit(6, all)
			}
		})
	}
}
