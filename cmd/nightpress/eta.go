package main

import (
	"context"
	"sync"
	"time"

	"github.com/nightpress/nightpress/internal/record"
)

// rest estimates how long what is left of a run takes. It may be used from
// many goroutines.
type rest struct {
	workers int

	mu    sync.Mutex
	parts map[string]*restPart
}

// restPart is one label's: how many jobs are left, and what a job's requests
// take, in seconds, in earlier runs (0 where that is not known) and in this one.
type restPart struct {
	left    int
	earlier float64
	jobs    int
	seconds float64
}

// rest is what is left before the run begins.
func (p *prepared) rest(ctx context.Context) (*rest, error) {
	r := &rest{workers: p.settings.Defaults.Workers, parts: map[string]*restPart{}}
	for i, e := range p.work.entries {
		speed, err := p.work.ledger.Speed(ctx, e.Label)
		if err != nil {
			return nil, err
		}
		r.parts[e.Label] = &restPart{left: p.tallies[i].asks(), earlier: speed.SecondsPerJob}
	}
	return r, nil
}

// weight is how many jobs the pace of earlier runs counts for: it is soon
// outweighed by what is measured tonight.
const weight = 3

// perJob returns the part's seconds for a job, 0 when they are not known.
func (p *restPart) perJob() float64 {
	n, sum := float64(p.jobs), p.seconds
	if p.earlier > 0 {
		n, sum = n+weight, sum+weight*p.earlier
	}
	if n == 0 {
		return 0
	}
	return sum / n
}

// ended counts a job that came to its end. Only one that was asked for tells
// something of the model's pace.
func (r *rest) ended(res *record.Result) {
	seconds := 0.0
	for _, a := range res.Attempts[res.Earlier:] {
		seconds += a.Seconds
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.parts[res.Label]
	p.left--
	if res.Status == record.Done || res.Status == record.Rejected {
		p.jobs++
		p.seconds += seconds
	}
}

// duration is how long the rest takes. A model of which nothing is known is
// taken to be as fast as the others; false while nothing is known of any. All
// workers are busy to the end, so their requests share the time.
func (r *rest) duration() (time.Duration, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var known, unknown, left int
	var seconds, paces float64
	for _, p := range r.parts {
		each, n := p.perJob(), max(p.left, 0)
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
	return time.Duration(seconds / float64(min(r.workers, left)) * float64(time.Second)), true
}
