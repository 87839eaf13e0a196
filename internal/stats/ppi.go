package stats

import "math"

// Judged is what a judge said about one pair of posts, and a person too if
// Answered is set.
type Judged struct {
	// Topic is counted from 0. Pairs on one topic may depend on each other.
	Topic int
	// Judge and Person are 1 if the first post is better, 0 if the second is, 0.5
	// for a tie. A judge that gives probabilities may give any value between.
	Judge, Person float64
	Answered      bool
}

// Corrected is a share that a judge gave, corrected by a person's answers.
type Corrected struct {
	// Share is the corrected share. It is known if a person answered on two topics
	// or more.
	Share    float64
	Interval Interval
	// Answers counts a person's answers, and Judged all pairs.
	Answers, Judged int
	// Worth is how many times as many answers of a person alone would be as
	// certain: 1 means that the judge added nothing.
	Worth float64
	// Weight is how far the judge is trusted, 0 to 1.
	Weight float64
}

// Correct corrects a judge by prediction-powered inference (PPI++, Angelopoulos,
// Duchi, and Zrnic 2023, arXiv 2311.01453): the judge's mean over the pairs without
// a person's answer, plus what the person says differently where both answered. It
// is right whatever the judge's bias, if the answered pairs were chosen without
// regard to it. The weight of the judge is the one with the least variance. The
// variance is that of topics, and the interval uses Student's t with as many
// degrees of freedom as there are answered topics less one.
func Correct(all []Judged) Corrected {
	var y, f, u, pooled moments
	answered := map[int]bool{}
	for _, j := range all {
		pooled.add(j.Judge, j.Judge)
		if !j.Answered {
			u.add(j.Judge, j.Judge)
			continue
		}
		y.add(j.Person, j.Person)
		f.add(j.Judge, j.Person)
		answered[j.Topic] = true
	}
	c := Corrected{Share: y.mean(), Answers: int(y.n), Judged: len(all), Worth: 1}
	if len(answered) < 2 {
		return c
	}
	if v := pooled.covariance(); v > 0 && u.n > 0 {
		c.Weight = max(0, min(1, f.covariance()/((1+y.n/u.n)*v)))
	}
	if c.Weight > 0 {
		c.Share += c.Weight * (u.mean() - f.mean())
	}
	alone, both := topicVariance(all, y, f, u, 0), topicVariance(all, y, f, u, c.Weight)
	if both > 0 && alone > both {
		c.Worth = alone / both
	}
	half := student(len(answered)-1) * math.Sqrt(both)
	c.Interval = Interval{max(0, c.Share-half), min(1, c.Share+half), both > 0}
	c.Share = max(0, min(1, c.Share))
	return c
}

// topicVariance is the variance of the corrected share for a weight of the judge.
func topicVariance(all []Judged, y, f, u moments, weight float64) float64 {
	sums := map[int]float64{}
	var order []int // a sum of floats depends on its order
	for _, j := range all {
		e := 0.0
		switch {
		case j.Answered:
			e = (j.Person - y.mean() - weight*(j.Judge-f.mean())) / y.n
		case weight > 0:
			e = weight * (j.Judge - u.mean()) / u.n
		default:
			continue
		}
		if _, known := sums[j.Topic]; !known {
			order = append(order, j.Topic)
		}
		sums[j.Topic] += e
	}
	total := 0.0
	for _, t := range order {
		total += sums[t] * sums[t]
	}
	n := float64(len(order))
	return total * n / (n - 1)
}

// moments are sums over pairs of values.
type moments struct{ n, x, y, xy float64 }

func (m *moments) add(x, y float64) {
	m.n++
	m.x += x
	m.y += y
	m.xy += x * y
}

// mean is the mean of x, 0 of nothing.
func (m *moments) mean() float64 {
	if m.n == 0 {
		return 0
	}
	return m.x / m.n
}

// covariance is that of x and y, unbiased.
func (m *moments) covariance() float64 {
	if m.n < 2 {
		return 0
	}
	return (m.xy - m.x*m.y/m.n) / (m.n - 1)
}
