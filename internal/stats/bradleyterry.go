package stats

import (
	"math"
	"math/rand/v2"
	"slices"
)

const (
	// btResamples is how often BradleyTerry resamples the topics.
	btResamples = 10_000
	// btTopics is the least number of topics for intervals: fewer topics say too
	// little about others.
	btTopics = 6
	// btPenalty keeps strengths finite where a model won or lost every answer. It
	// changes no printed digit elsewhere.
	btPenalty = 1e-3
	// imagined is how many imagined topics take part in resampling. Four answers,
	// half of them won, are what Agresti and Coull (1998) add to a share.
	imagined = 4
)

// Comparison is one answer: a post of model A against a post of model B.
type Comparison struct {
	// A and B are models, counted from 0.
	A, B int
	// Topic is counted from 0. Answers on one topic may depend on each other, and
	// those on two topics do not.
	Topic int
	// Score is 1 if A's post is better, 0 if B's is, 0.5 for a tie. A judge that
	// gives probabilities may give any value between.
	Score float64
	// Covariates are those of A's post minus those of B's. All comparisons have
	// as many.
	Covariates []float64
}

// BradleyTerry is a model of Bradley and Terry (1952): each model has a strength,
// and the odds that A's post is preferred are exp(strength of A - strength of B),
// times exp(coefficient * covariate) for each covariate. A tie is half a win. The
// zero value is ready for use.
type BradleyTerry struct {
	// Resamples is how often topics are resampled, 0 for 10,000.
	Resamples int
}

// Strengths is a fitted model of Bradley and Terry.
type Strengths struct {
	// Share is, for each model, the expected share of answers for it if it met
	// every other model equally often: at equal covariates if there are any. It
	// is NaN for a model without a comparison.
	Share []float64
	// Interval holds the 95% intervals of the shares, from resampled topics.
	Interval []Interval
	// P holds for every two models the p-value that they are equally strong,
	// corrected for the number of pairs (Holm). It is 1 where no chain of
	// comparisons connects them, and where there are too few topics.
	P [][]float64
	// Coefficient and CoefficientInterval are those of the covariates: the change
	// of the log odds by one unit.
	Coefficient         []float64
	CoefficientInterval []Interval
	// Strength holds the log strengths. Their mean is 0 among connected models.
	Strength []float64
	// Connected reports whether a chain of comparisons connects all models. If it
	// is false, shares of models that are not connected cannot be compared.
	Connected bool
}

// Fit fits the comparisons of so many models by maximum likelihood. Intervals and
// p-values come from resampling whole topics (the percentile bootstrap), so that
// answers on one topic count as what they are: dependent. Four imagined topics on
// which the models tie take part, so that 20 wins of 20 leave some doubt. With
// covariates, each resample takes one step of Newton's method from the estimate;
// without, it is fitted anew.
func (bt BradleyTerry) Fit(models int, all []Comparison) *Strengths {
	f := newFit(models, all)
	f.solve(f.cells, f.theta, 100)
	s := &Strengths{Strength: f.theta[:models], Coefficient: f.theta[models:], Share: f.shares(f.theta)}
	group := f.groups()
	s.Connected = true
	for i, g := range group {
		s.Connected = s.Connected && f.met[i] && g == group[0]
	}
	s.resample(f, group, bt.Resamples)
	return s
}

// cell is what the likelihood knows of answers with one pair and one set of
// covariates: their number and the sum of their scores.
type cell struct {
	a, b      int
	n, score  float64
	covariate []float64
}

// share is what a topic adds to a cell.
type share struct {
	cell     int
	n, score float64
}

// fit holds the answers of a model.
type fit struct {
	models, size int // size counts the parameters
	cells        []cell
	topics       [][]share
	met          []bool
	theta        []float64
	// Scratch of solve.
	gradient, hessian []float64
}

func newFit(models int, all []Comparison) *fit {
	f := &fit{models: models, size: models, met: make([]bool, models)}
	if len(all) > 0 {
		f.size += len(all[0].Covariates)
	}
	plain := f.size == models
	byPair := map[[2]int]int{}
	for _, c := range all {
		if c.A > c.B {
			c.A, c.B, c.Score = c.B, c.A, 1-c.Score
			c.Covariates = negated(c.Covariates)
		}
		f.met[c.A], f.met[c.B] = true, true
		i, known := byPair[[2]int{c.A, c.B}]
		if !known || !plain {
			i = len(f.cells)
			byPair[[2]int{c.A, c.B}] = i
			f.cells = append(f.cells, cell{c.A, c.B, 0, 0, c.Covariates})
		}
		f.cells[i].n++
		f.cells[i].score += c.Score
		for c.Topic >= len(f.topics) {
			f.topics = append(f.topics, nil)
		}
		f.topics[c.Topic] = append(f.topics[c.Topic], share{i, 1, c.Score})
	}
	f.theta = make([]float64, f.size)
	f.gradient, f.hessian = make([]float64, f.size), make([]float64, f.size*f.size)
	return f
}

func negated(all []float64) []float64 {
	list := make([]float64, len(all))
	for i, v := range all {
		list[i] = -v
	}
	return list
}

// solve improves theta by Newton's method, with at most so many steps.
func (f *fit) solve(cells []cell, theta []float64, steps int) {
	for range steps {
		for i := range f.size {
			f.gradient[i] = -btPenalty * theta[i]
			for j := range f.size {
				f.hessian[i*f.size+j] = 0
			}
			f.hessian[i*f.size+i] = btPenalty
		}
		for i := range cells {
			f.add(&cells[i], theta, f.gradient, f.hessian)
		}
		if !cholesky(f.hessian, f.gradient, f.size) {
			return
		}
		most := 0.0
		for i, step := range f.gradient {
			step = max(-2, min(2, step))
			theta[i] += step
			most = max(most, math.Abs(step))
		}
		if most < 1e-7 {
			return
		}
	}
}

// add adds a cell's part of the gradient and of the negative Hessian (its lower
// triangle).
func (f *fit) add(c *cell, theta, gradient, hessian []float64) {
	if c.n == 0 {
		return
	}
	x := theta[c.a] - theta[c.b]
	for k, v := range c.covariate {
		x += theta[f.models+k] * v
	}
	p := logistic(x)
	g, w := c.score-c.n*p, c.n*p*(1-p)
	gradient[c.a] += g
	gradient[c.b] -= g
	hessian[c.a*f.size+c.a] += w
	hessian[c.b*f.size+c.b] += w
	hessian[max(c.a, c.b)*f.size+min(c.a, c.b)] -= w
	for k, v := range c.covariate {
		row := (f.models + k) * f.size
		gradient[f.models+k] += g * v
		hessian[row+c.a] += w * v
		hessian[row+c.b] -= w * v
		for l := range k + 1 {
			hessian[row+f.models+l] += w * v * c.covariate[l]
		}
	}
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// shares returns the expected share of answers for each model against all others.
func (f *fit) shares(theta []float64) []float64 {
	all := make([]float64, f.models)
	for i := range all {
		sum, n := 0.0, 0
		for j := range f.models {
			if j != i && f.met[j] {
				sum += logistic(theta[i] - theta[j])
				n++
			}
		}
		if all[i] = sum / float64(n); !f.met[i] || n == 0 {
			all[i] = math.NaN()
		}
	}
	return all
}

// groups gives the same number to models that a chain of comparisons connects.
func (f *fit) groups() []int {
	group := make([]int, f.models)
	for i := range group {
		group[i] = i
	}
	for range f.models {
		for _, c := range f.cells {
			low := min(group[c.a], group[c.b])
			group[c.a], group[c.b] = low, low
		}
	}
	return group
}

// imagine adds topics on which every two models that were compared tie: each wins
// half of them. A model meets all others once on a topic.
func (f *fit) imagine() {
	weight, first := 1/float64(max(1, f.models-1)), len(f.topics)
	f.topics = append(f.topics, make([][]share, imagined)...)
	// Half of the topics, in all ways, so that no model wins everything on one.
	won := [][imagined]float64{{1, 1, 0, 0}, {0, 0, 1, 1}, {1, 0, 1, 0}, {0, 1, 0, 1}, {1, 0, 0, 1}, {0, 1, 1, 0}}
	pairs := map[[2]int]bool{}
	for _, c := range f.cells {
		pair := [2]int{c.a, c.b}
		if pairs[pair] {
			continue
		}
		for t, score := range won[len(pairs)%len(won)] {
			f.topics[first+t] = append(f.topics[first+t], share{len(f.cells), weight, weight * score})
		}
		// It has a cell of its own, which counts only in resamples.
		f.cells = append(f.cells, cell{a: c.a, b: c.b, covariate: make([]float64, f.size-f.models)})
		pairs[pair] = true
	}
}

// resample computes intervals and p-values.
func (s *Strengths) resample(f *fit, group []int, times int) {
	m := f.models
	s.Interval, s.CoefficientInterval = make([]Interval, m), make([]Interval, f.size-m)
	s.P = make([][]float64, m)
	for i := range s.P {
		s.P[i] = slices.Repeat([]float64{1}, m)
	}
	real := 0
	for _, t := range f.topics {
		if len(t) > 0 {
			real++
		}
	}
	if real < btTopics {
		return
	}
	if times == 0 {
		times = btResamples
	}
	f.topics = slices.DeleteFunc(f.topics, func(t []share) bool { return len(t) == 0 })
	f.imagine()
	draws := f.draws(times)
	shares := make([][]float64, m)
	for _, theta := range draws {
		for i, v := range f.shares(theta) {
			shares[i] = append(shares[i], v)
		}
	}
	for i := range m {
		if f.met[i] {
			s.Interval[i] = middle(shares[i])
		}
	}
	for k := range s.CoefficientInterval {
		values := make([]float64, 0, times)
		for _, theta := range draws {
			values = append(values, theta[m+k])
		}
		s.CoefficientInterval[k] = middle(values)
	}
	s.test(draws, f.met, group)
}

// test fills in the p-values of all pairs.
func (s *Strengths) test(draws [][]float64, met []bool, group []int) {
	var at [][2]int
	var p []float64
	for i := range s.P {
		for j := range i {
			if !met[i] || !met[j] || group[i] != group[j] {
				continue
			}
			below, above := 1.0, 1.0
			for _, theta := range draws {
				switch d := theta[i] - theta[j]; {
				case d < 0:
					below++
				case d > 0:
					above++
				default:
					below, above = below+0.5, above+0.5
				}
			}
			at, p = append(at, [2]int{i, j}), append(p, min(1, 2*min(below, above)/float64(len(draws)+1)))
		}
	}
	Holm(p)
	for k, pair := range at {
		s.P[pair[0]][pair[1]], s.P[pair[1]][pair[0]] = p[k], p[k]
	}
}

// draws fits resamples of the topics.
func (f *fit) draws(times int) [][]float64 {
	draw := rand.New(rand.NewPCG(uint64(len(f.topics)), uint64(len(f.cells))))
	draws, memory := make([][]float64, times), make([]float64, times*f.size)
	drawn, refit := make([]float64, len(f.topics)), f.refit
	if f.size > f.models {
		refit = f.stepper()
	}
	for r := range draws {
		theta := memory[r*f.size : (r+1)*f.size]
		draws[r] = theta
		copy(theta, f.theta)
		clear(drawn)
		for range drawn {
			drawn[draw.IntN(len(drawn))]++
		}
		refit(drawn, theta)
	}
	return draws
}

// refit fits theta to topics, each of which was drawn so many times.
func (f *fit) refit(drawn, theta []float64) {
	for i := range f.cells {
		f.cells[i].n, f.cells[i].score = 0, 0
	}
	for t, times := range drawn {
		if times == 0 {
			continue
		}
		for _, part := range f.topics[t] {
			to := &f.cells[part.cell]
			to.n += times * part.n
			to.score += times * part.score
		}
	}
	f.solve(f.cells, theta, 30)
}

// stepper returns a function like refit that takes one step of Newton's method.
func (f *fit) stepper() func(drawn, theta []float64) {
	// Each topic's part of the gradient, and then of the negative Hessian, at the
	// estimate. They are added up in one loop.
	width := f.size + f.size*f.size
	parts := make([]float64, len(f.topics)*width)
	for t, topic := range f.topics {
		part := parts[t*width : (t+1)*width]
		for _, s := range topic {
			c := f.cells[s.cell]
			c.n, c.score = s.n, s.score
			f.add(&c, f.theta, part[:f.size], part[f.size:])
		}
	}
	sum := make([]float64, width)
	return func(drawn, theta []float64) {
		clear(sum)
		for t, times := range drawn {
			if times == 0 {
				continue
			}
			part := parts[t*width : (t+1)*width]
			for i, v := range part {
				sum[i] += times * v
			}
		}
		gradient, hessian := sum[:f.size], sum[f.size:]
		for i := range f.size {
			gradient[i] -= btPenalty * theta[i]
			hessian[i*f.size+i] += btPenalty
		}
		if cholesky(hessian, gradient, f.size) {
			for i, step := range gradient {
				theta[i] += step
			}
		}
	}
}

// middle returns the interval of the middle 95% of the values, which it sorts.
func middle(values []float64) Interval {
	slices.Sort(values)
	n := len(values)
	low := int(0.025 * float64(n))
	return Interval{values[low], values[n-1-low], true}
}

// cholesky solves a*x = b for a positive definite matrix of which the lower
// triangle is given, in place. It returns false if the matrix is not one.
func cholesky(a, b []float64, n int) bool {
	for j := range n {
		row := a[j*n : j*n+n]
		d := row[j]
		for k := range j {
			d -= row[k] * row[k]
		}
		if !(d > 0) {
			return false
		}
		d = math.Sqrt(d)
		row[j] = d
		for i := j + 1; i < n; i++ {
			below := a[i*n : i*n+n]
			v := below[j]
			for k := range j {
				v -= below[k] * row[k]
			}
			below[j] = v / d
		}
	}
	for i := range n {
		for k := range i {
			b[i] -= a[i*n+k] * b[k]
		}
		b[i] /= a[i*n+i]
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			b[i] -= a[k*n+i] * b[k]
		}
		b[i] /= a[i*n+i]
	}
	return true
}
