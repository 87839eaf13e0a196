package estimate

import (
	"slices"
	"sync"
	"time"

	"github.com/nightpress/nightpress/internal/record"
)

// Pace records how long the jobs of one model take on one server, and which are in
// progress. The zero value knows nothing. It may be used from many goroutines.
type Pace struct {
	mu    sync.Mutex
	took  []time.Duration // the last ones, oldest first
	begun map[any]time.Time
}

// remembered is the number of jobs behind a pace: enough to include slow ones, few
// enough to follow a machine that became slower.
const remembered = 32

// Reset begins a model. took has the durations of its jobs in earlier runs.
func (p *Pace) Reset(took []time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.took = slices.Clone(took[max(0, len(took)-remembered):])
	p.begun = map[any]time.Time{}
}

// Begin records that a job starts. job is any value that identifies it.
func (p *Pace) Begin(job any, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.begun == nil {
		p.begun = map[any]time.Time{}
	}
	p.begun[job] = now
}

// End removes the job. If it has a result, the time of its requests counts: outages
// say nothing about the model's pace.
func (p *Pace) End(job any, res *record.Result) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.begun, job)
	if res == nil {
		return
	}
	p.took = append(p.took[max(0, len(p.took)-remembered+1):], requests(res))
}

// Expected is the time within which four of five jobs of the model ended, 0 if
// unknown.
func (p *Pace) Expected() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.typical()
}

// requests returns the time of a result's requests in this run, without outages.
func requests(res *record.Result) (sum time.Duration) {
	for _, a := range res.Attempts[res.Earlier:] {
		sum += time.Duration(a.Seconds * float64(time.Second))
	}
	return sum
}

// average is 0 if there are no durations.
func average(all []time.Duration) (sum time.Duration) {
	if len(all) == 0 {
		return 0
	}
	for _, d := range all {
		sum += d
	}
	return sum / time.Duration(len(all))
}

func (p *Pace) typical() time.Duration {
	if len(p.took) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(p.took))
	return sorted[(len(sorted)*4-1)/5]
}

// UnderWay returns the number of jobs in progress, and when the last of them is
// expected to end (0 if unknown).
func (p *Pace) UnderWay(now time.Time) (jobs int, longest time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	typical := p.typical()
	for _, begun := range p.begun {
		longest = max(longest, typical-now.Sub(begun))
	}
	return len(p.begun), longest
}
