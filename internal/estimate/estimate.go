package estimate

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/nightpress/nightpress/internal/record"
)

// Source is a ledger. Its durations are those of the newest jobs of a label, oldest
// first: before a run, and in it. For run 0, all are earlier.
type Source interface {
	Durations(ctx context.Context, label string, run int64) (earlier, now []record.Took, err error)
}

// Server is a server of a run. Workers is how many requests it has at once, by
// label; 0 means that it makes no posts of that label.
type Server struct {
	Name    string
	Workers map[string]int
}

// Estimate estimates how long the jobs that are left take. It may be used from
// many goroutines.
type Estimate struct {
	Servers []Server

	mu    sync.Mutex
	Parts map[string]*Part
}

// Part is the part of one label: its jobs, and the paces of servers, those of other
// runs included.
type Part struct {
	Jobs
	Paces map[string]*Measured
}

// Measured is how long the jobs of one label take on one server. A job of earlier
// runs took Earlier seconds on average (0 if unknown), and Jobs of this run took
// Seconds in all.
type Measured struct {
	Earlier float64
	Jobs    int
	Seconds float64
}

// New makes an estimate. left holds the jobs that are left by label. run is the run in
// progress, whose own jobs count more; 0 means none.
func New(ctx context.Context, s Source, run int64, servers []Server, left map[string]Jobs) (*Estimate, error) {
	r := &Estimate{Parts: map[string]*Part{}}
	return r, r.Add(ctx, s, run, servers, left)
}

// Add adds jobs of other labels, as New takes them. servers replace those that the
// estimate had.
func (r *Estimate) Add(ctx context.Context, s Source, run int64, servers []Server, left map[string]Jobs) error {
	parts := map[string]*Part{}
	for label, jobs := range left {
		earlier, now, err := s.Durations(ctx, label, run)
		if err != nil {
			return err
		}
		p := &Part{Jobs: jobs, Paces: map[string]*Measured{}}
		parts[label] = p
		for server, all := range byServer(jobs.Like(earlier)) {
			p.on(server).Earlier = average(all).Seconds()
		}
		for server, all := range byServer(now) {
			p.on(server).Jobs, p.on(server).Seconds = len(all), average(all).Seconds()*float64(len(all))
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Servers = servers
	maps.Copy(r.Parts, parts)
	return nil
}

func byServer(all []record.Took) map[string][]time.Duration {
	by := map[string][]time.Duration{}
	for _, t := range all {
		by[t.Server] = append(by[t.Server], t.Duration)
	}
	return by
}

// on returns the pace on a server.
func (p *Part) on(server string) *Measured {
	if p.Paces == nil {
		p.Paces = map[string]*Measured{}
	}
	m := p.Paces[server]
	if m == nil {
		m = &Measured{}
		p.Paces[server] = m
	}
	return m
}

// weight is the number of jobs for which the pace of earlier runs counts. This
// run's own jobs soon outweigh it.
const weight = 3

// perJob returns the seconds for one job, 0 if unknown.
func (m *Measured) perJob() float64 {
	n, sum := float64(m.Jobs), m.Seconds
	if m.Earlier > 0 {
		n, sum = n+weight, sum+weight*m.Earlier
	}
	if n == 0 {
		return 0
	}
	return sum / n
}

// perJob returns the seconds for one job on average over the servers, 0 if unknown.
func (p *Part) perJob() float64 {
	n, sum := 0, 0.0
	for _, m := range p.Paces {
		if each := m.perJob(); each > 0 {
			n, sum = n+1, sum+each
		}
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

// Ended counts a job that has ended. Jobs without a request say nothing about the
// model's pace.
func (r *Estimate) Ended(res *record.Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.Parts[res.Label]
	p.Left--
	if res.Status == record.Done || res.Status == record.Rejected {
		m := p.on(res.Server)
		m.Jobs++
		m.Seconds += requests(res).Seconds()
	}
}

// Of returns how long the rest of a label takes. It returns false while the label's
// speed is unknown.
func (r *Estimate) Of(label string) (time.Duration, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.Parts[label]
	if p == nil || p.perJob() == 0 {
		return 0, false
	}
	return r.rest(label, p, 0), true
}

// rest returns how long the servers take for the jobs of a label that are left: each
// makes as many as its workers can, and the last one takes a job's time on the
// fastest. usual is the seconds for a job if nothing is known of the label.
func (r *Estimate) rest(label string, p *Part, usual float64) time.Duration {
	if p.Left <= 0 {
		return 0
	}
	if each := p.perJob(); each > 0 {
		usual = each
	}
	rate, fastest := 0.0, usual
	for i, s := range r.Servers {
		each := usual
		if m := p.Paces[s.Name]; m != nil && m.perJob() > 0 {
			each = m.perJob()
		}
		if s.Workers[label] > 0 {
			rate += float64(s.Workers[label]) / each
			if i == 0 || each < fastest {
				fastest = each
			}
		}
	}
	if rate == 0 {
		rate = 1 / usual // a server that is away now
	}
	return time.Duration(max(float64(p.Left)/rate, fastest) * float64(time.Second))
}

// Duration returns how long all jobs that are left take, one label after the other:
// the sum of Of. A label of unknown speed counts as the average of the others, in
// proportion to the words of its posts. It returns false while no speed is known, and
// if nothing is left.
func (r *Estimate) Duration() (time.Duration, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var u usual
	left := 0
	for _, p := range r.Parts {
		left += max(p.Left, 0)
		u.add(p)
	}
	if u.labels == 0 || left == 0 {
		return 0, false
	}
	var sum time.Duration
	for label, p := range r.Parts {
		sum += r.rest(label, p, u.perJob(p))
	}
	return sum, true
}

// usual adds up the labels whose speed is known. seconds are for a job of each, and
// perWord for a word of its posts, as far as its contract bounds them.
type usual struct {
	labels, bounded  int
	seconds, perWord float64
}

func (u *usual) add(p *Part) {
	each := p.perJob()
	if each == 0 {
		return
	}
	u.labels++
	u.seconds += each
	if p.Words > 0 {
		u.bounded++
		u.perWord += each / float64(p.Words)
	}
}

// perJob returns the seconds for a job of a label whose own speed is unknown.
func (u *usual) perJob(p *Part) float64 {
	if p.Words > 0 && u.bounded > 0 {
		return u.perWord / float64(u.bounded) * float64(p.Words)
	}
	return u.seconds / float64(u.labels)
}

// Tuned takes the number of workers that a server was found to need for a label.
func (r *Estimate) Tuned(server, label string, workers int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.Servers {
		if s.Name == server && s.Workers != nil {
			s.Workers[label] = workers
		}
	}
}
