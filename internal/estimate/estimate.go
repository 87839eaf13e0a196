package estimate

import (
	"context"
	"sync"
	"time"

	"github.com/nightpress/nightpress/internal/record"
)

// Source is a ledger. Its durations are those of the newest jobs of a label, oldest
// first: before a run, and in it. For run 0, all are earlier.
type Source interface {
	Durations(ctx context.Context, label string, run int64) (earlier, now []time.Duration, err error)
}

// Estimate estimates how long the jobs that are left take. It may be used from
// many goroutines.
type Estimate struct {
	Workers int

	mu    sync.Mutex
	Parts map[string]*Part
}

// Part is the part of one label. Left jobs are left. A job of earlier runs took
// Earlier seconds on average (0 if unknown), and Jobs of this run took Seconds in
// all.
type Part struct {
	Left    int
	Earlier float64
	Jobs    int
	Seconds float64
}

// New makes an estimate. left holds the number of jobs that are left by label. run
// is the run in progress, whose own jobs count more; 0 means none.
func New(ctx context.Context, s Source, run int64, workers int, left map[string]int) (*Estimate, error) {
	r := &Estimate{Workers: max(1, workers), Parts: map[string]*Part{}}
	for label, n := range left {
		earlier, now, err := s.Durations(ctx, label, run)
		if err != nil {
			return nil, err
		}
		r.Parts[label] = &Part{Left: n, Earlier: average(earlier).Seconds(), Jobs: len(now), Seconds: average(now).Seconds() * float64(len(now))}
	}
	return r, nil
}

// weight is the number of jobs for which the pace of earlier runs counts. This
// run's own jobs soon outweigh it.
const weight = 3

// perJob returns the seconds for one job, 0 if unknown.
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

// Ended counts a job that has ended. Jobs without a request say nothing about the
// model's pace.
func (r *Estimate) Ended(res *record.Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.Parts[res.Label]
	p.Left--
	if res.Status == record.Done || res.Status == record.Rejected {
		p.Jobs++
		p.Seconds += requests(res).Seconds()
	}
}

// Of returns how long the rest of a label takes. Its requests share the workers. It
// returns false while the label's speed is unknown.
func (r *Estimate) Of(label string) (time.Duration, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.Parts[label]
	if p == nil || p.perJob() == 0 {
		return 0, false
	}
	return r.shared(p.perJob(), p.Left), true
}

// shared returns how long the workers take for jobs of that many seconds each.
func (r *Estimate) shared(each float64, jobs int) time.Duration {
	if jobs <= 0 {
		return 0
	}
	return time.Duration(each * float64(jobs) / float64(max(1, min(r.Workers, jobs))) * float64(time.Second))
}

// Duration returns how long all jobs that are left take, one label after the other:
// the sum of Of. A label of unknown speed counts as the average of the others. It
// returns false while no speed is known, and if nothing is left.
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
