package batch

import (
	"slices"
	"sync"
	"time"

	"github.com/nightpress/nightpress/internal/record"
)

// pace records how long the jobs of the current model take and which are under way.
// It is safe for concurrent use.
type pace struct {
	mu   sync.Mutex
	took []time.Duration // the last ones, oldest first
	// streamed adds up the times of replies between the first token and the last,
	// of so many jobs.
	streamed time.Duration
	jobs     int
	begun    map[*Job]time.Time
}

// remembered is the number of jobs behind a pace: enough to include slow ones, few
// enough to follow a machine that became slower.
const remembered = 32

// reset begins a model. took has the durations of its jobs in earlier runs.
func (p *pace) reset(took []time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.took = slices.Clone(took[max(0, len(took)-remembered):])
	p.begun = map[*Job]time.Time{}
	p.streamed, p.jobs = 0, 0
}

func (p *pace) begin(j *Job, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.begun == nil {
		p.begun = map[*Job]time.Time{}
	}
	p.begun[j] = now
}

// end removes the job. If it has a result, the time of its requests counts: outages
// say nothing about the model's pace.
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
		p.streamed += time.Duration((a.Seconds - a.FirstToken) * float64(time.Second))
	}
	p.jobs++
	p.took = append(p.took[max(0, len(p.took)-remembered+1):], time.Duration(seconds*float64(time.Second)))
}

// expected is the time within which four of five jobs of the model ended, 0 if
// unknown.
func (p *pace) expected() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.typical()
}

// generating is how long a job's replies take on average once they have begun, as
// they do at once on a server that is idle; 0 while that is not known.
func (p *pace) generating() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.jobs == 0 {
		return 0
	}
	return p.streamed / time.Duration(p.jobs)
}

// mean is how long a job of the model takes on average; 0 while that is not known.
func (p *pace) mean() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.took) == 0 {
		return 0
	}
	var all time.Duration
	for _, took := range p.took {
		all += took
	}
	return all / time.Duration(len(p.took))
}

func (p *pace) typical() time.Duration {
	if len(p.took) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(p.took))
	return sorted[(len(sorted)*4-1)/5]
}

// underWay returns the number of jobs under way, and when the last of them is
// expected to end (0 if unknown).
func (p *pace) underWay(now time.Time) (jobs int, longest time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	typical := p.typical()
	for _, begun := range p.begun {
		longest = max(longest, typical-now.Sub(begun))
	}
	return len(p.begun), longest
}
