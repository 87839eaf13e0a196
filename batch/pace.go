package batch

import (
	"slices"
	"sync"
	"time"

	"github.com/nightpress/nightpress/internal/record"
)

// pace knows how long the jobs of the present model take and which of them are
// under way. It may be used from many goroutines.
type pace struct {
	mu    sync.Mutex
	took  []time.Duration // the last ones, oldest first
	begun map[*Job]time.Time
}

// remembered is how many jobs a pace is taken from: enough to know the slow
// ones, few enough to follow a machine that has become slower.
const remembered = 32

// reset begins a model whose jobs took so long in earlier runs.
func (p *pace) reset(took []time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.took = slices.Clone(took[max(0, len(took)-remembered):])
	p.begun = map[*Job]time.Time{}
}

func (p *pace) begin(j *Job, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.begun[j] = now
}

// end forgets the job; when it has a result, its time counts. That is the time
// of its requests: a server that was away says nothing of the model's pace.
func (p *pace) end(j *Job, res *record.Result) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.begun, j)
	if res == nil {
		return
	}
	seconds := 0.0
	for _, a := range res.Attempts[res.Earlier:] {
		seconds += a.Seconds
	}
	p.took = append(p.took[max(0, len(p.took)-remembered+1):], time.Duration(seconds*float64(time.Second)))
}

// expected is the time within which four of five jobs of the model were done;
// 0 while none is known.
func (p *pace) expected() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.typical()
}

func (p *pace) typical() time.Duration {
	if len(p.took) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(p.took))
	return sorted[(len(sorted)*4-1)/5]
}

// underWay returns how many jobs are and how long the last of them is expected
// to take; 0 when that is not known.
func (p *pace) underWay(now time.Time) (jobs int, longest time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	typical := p.typical()
	for _, begun := range p.begun {
		longest = max(longest, typical-now.Sub(begun))
	}
	return len(p.begun), longest
}
