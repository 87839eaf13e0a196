package estimate

import "time"

// span is what a rate is taken over.
const span = 15

// Rate is a moving rate over the last seconds, in buckets of one second. The zero
// value has counted nothing. It is for one goroutine at a time.
type Rate struct {
	first   int64
	buckets [span]int
	at      [span]int64
}

// Add counts n now.
func (r *Rate) Add(now time.Time, n int) {
	s := now.Unix()
	if r.first == 0 {
		r.first = s
	}
	i := s % span
	if r.at[i] != s {
		r.at[i], r.buckets[i] = s, 0
	}
	r.buckets[i] += n
}

// PerSecond leaves out the second that is not over yet, unless it is the
// first.
func (r *Rate) PerSecond(now time.Time) float64 {
	s := now.Unix()
	if r.first == 0 {
		return 0
	}
	if s == r.first {
		return float64(r.buckets[s%span])
	}
	sum := 0
	for i, at := range r.at {
		if at < s && s-at < span {
			sum += r.buckets[i]
		}
	}
	return float64(sum) / float64(min(s-r.first, span-1))
}
