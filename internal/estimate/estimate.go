package estimate

import (
	"sync"
	"time"

	"github.com/nightpress/nightpress/internal/record"
)

// Estimate estimates how long what is left of a run takes. It may be used from
// many goroutines.
type Estimate struct {
	Workers int

	mu    sync.Mutex
	Parts map[string]*Part
}

// Part is one label's: how many jobs are left, and what a job's requests
// take, in seconds, in earlier runs (0 where that is not known) and in this one.
type Part struct {
	Left    int
	Earlier float64
	Jobs    int
	Seconds float64
}

// weight is how many jobs the pace of earlier runs counts for: it is soon
// outweighed by what is measured tonight.
const weight = 3

// perJob returns the part's seconds for a job, 0 when they are not known.
func (p *Part) perJob() float64 {
	n, sum := float64(p.Jobs), p.Seconds
	if p.Earlier > 0 {
		n, sum = n+weight, sum+weight*p.Earlier
	}
	if n == 0 {
		return 0
	}
	return sum / n
}

// Ended counts a job that came to its end. Only one that was asked for tells
// something of the model's pace.
func (r *Estimate) Ended(res *record.Result) {
	seconds := 0.0
	for _, a := range res.Attempts[res.Earlier:] {
		seconds += a.Seconds
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.Parts[res.Label]
	p.Left--
	if res.Status == record.Done || res.Status == record.Rejected {
		p.Jobs++
		p.Seconds += seconds
	}
}

// Of is how long the jobs that are left of a label take: its requests share the
// workers. It is false while the label's speed is not known.
func (r *Estimate) Of(label string) (time.Duration, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.Parts[label]
	if p == nil || p.perJob() == 0 {
		return 0, false
	}
	return r.shared(p.perJob(), p.Left), true
}

// shared is how long the workers take for jobs of so many seconds each.
func (r *Estimate) shared(each float64, jobs int) time.Duration {
	if jobs <= 0 {
		return 0
	}
	return time.Duration(each * float64(jobs) / float64(max(1, min(r.Workers, jobs))) * float64(time.Second))
}

// Duration is how long all jobs that are left take, one label after the other, as
// they run: the sum of what Of says of each. A label whose speed is not known
// counts as fast as the others; false while none is known or nothing is left.
func (r *Estimate) Duration() (time.Duration, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var known, left int
	var speeds float64
	for _, p := range r.Parts {
		left += max(p.Left, 0)
		if each := p.perJob(); each > 0 {
			known++
			speeds += each
		}
	}
	if known == 0 || left == 0 {
		return 0, false
	}
	var sum time.Duration
	for _, p := range r.Parts {
		each := p.perJob()
		if each == 0 {
			each = speeds / float64(known)
		}
		sum += r.shared(each, p.Left)
	}
	return sum, true
}
