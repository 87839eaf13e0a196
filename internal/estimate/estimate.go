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

// Duration is how long the rest takes. A model of which nothing is known is
// taken to be as fast as the others; false while nothing is known of any. All
// workers are busy to the end, so their requests share the time.
func (r *Estimate) Duration() (time.Duration, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var known, unknown, left int
	var seconds, paces float64
	for _, p := range r.Parts {
		each, n := p.perJob(), max(p.Left, 0)
		left += n
		if each == 0 {
			unknown += n
			continue
		}
		known++
		paces += each
		seconds += each * float64(n)
	}
	if known == 0 || left == 0 {
		return 0, false
	}
	seconds += paces / float64(known) * float64(unknown)
	return time.Duration(seconds / float64(min(r.Workers, left)) * float64(time.Second)), true
}
