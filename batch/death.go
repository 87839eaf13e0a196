package batch

import (
	"errors"
	"fmt"
	"slices"

	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/llm"
)

// Suspicion records the crashes of models and servers during a job's requests. The
// zero value records none.
type Suspicion struct {
	// Crashed is set if a model crashed. The job's requests are then made alone,
	// and another crash rejects the job.
	Crashed bool `json:"crashed,omitempty"`
	// Deaths are the servers that ended, oldest first. The job's requests are then
	// made alone. See guilty for when the job is rejected.
	Deaths []Death `json:"deaths,omitempty"`
}

// Death is the end of a server in the middle of a job's request.
type Death struct {
	Server string `json:"server"`
	// Alone is set if the server had no other request.
	Alone bool `json:"alone,omitempty"`
	// n counts the deaths in this run; 0 of one in another run.
	n int
}

// suspected reports whether the job's requests are to be made alone.
func (s *Suspicion) suspected() bool { return s.Crashed || len(s.Deaths) > 0 }

// surelyDeadly is how many servers end in a request that is made alone before its
// job is rejected, whatever else happened.
const surelyDeadly = 3

// guilty reports whether the job is the reason why servers end. Its request was
// made alone at the last death. The death before was its own too, and happened on
// another server or with its request alone as well.
//
// A server that is stopped and started again and again ends under many jobs, and
// those that are requested again have the best chance to meet its next end too. So
// the deaths must follow each other, with none of another job between.
func (s *Suspicion) guilty() bool {
	end := len(s.Deaths) - 1
	if end < 1 || !s.Deaths[end].Alone {
		return false
	}
	alone := 0
	for _, d := range s.Deaths {
		if d.Alone {
			alone++
		}
	}
	last, before := s.Deaths[end], s.Deaths[end-1]
	follows := before.n == 0 || before.n == last.n-1
	return follows && (before.Alone || before.Server != last.Server) || alone >= surelyDeadly
}

// Add adds what happened later.
func (s *Suspicion) Add(later Suspicion) {
	s.Crashed = s.Crashed || later.Crashed
	s.Deaths = append(slices.Clone(s.Deaths), later.Deaths...)
	s.Bound()
}

// Bound cuts a suspicion from an untrusted source to its limits.
func (s *Suspicion) Bound() {
	s.Deaths = s.Deaths[:min(len(s.Deaths), mostDeaths)]
	for i := range s.Deaths {
		s.Deaths[i].Server = s.Deaths[i].Server[:min(len(s.Deaths[i].Server), maxName)]
	}
}

// clone returns a copy for another run, which shares nothing.
func (s *Suspicion) clone() Suspicion {
	c := Suspicion{Crashed: s.Crashed}
	for _, d := range s.Deaths {
		c.Deaths = append(c.Deaths, Death{Server: d.Server, Alone: d.Alone})
	}
	return c
}

// mostDeaths bounds the deaths that are kept of a job.
const mostDeaths = 8

// deaths counts the ends of a run's servers.
type deaths struct {
	n     int
	lane  *lane
	round int
}

// count returns the number of a death. All requests of one round of a lane see the
// same death.
func (d *deaths) count(l *lane, round int) int {
	if d.n == 0 || d.lane != l || d.round != round {
		d.n, d.lane, d.round = d.n+1, l, round
	}
	return d.n
}

// suspect notes what a request's fault says about its job. It returns the error
// of the attempt: a fault of the job where the job is the cause.
func (l *lane) suspect(t *task, round int, alone bool, fault *llm.Fault, err error) error {
	switch {
	case fault.Trouble == llm.Crash && !errors.Is(err, errHandBack):
		err = crashed(t.suspicion.Crashed, err)
		t.suspicion.Crashed = true
	case fault.Died && len(t.suspicion.Deaths) < mostDeaths:
		l.run.mu.Lock()
		n := l.run.deaths.count(l, round)
		l.run.mu.Unlock()
		t.suspicion.Deaths = append(t.suspicion.Deaths, Death{l.Name, alone, n})
		if t.suspicion.guilty() {
			err = killed(t.job, len(t.suspicion.Deaths))
		}
	}
	t.alone.Store(t.suspicion.suspected())
	return err
}

// killed is the fault of a job under which servers end again and again.
func killed(j *Job, times int) error {
	err := fmt.Errorf("the server ended %d times in the middle of this post, the last time without any other request", times)
	err = hint.Wrapf(err, "read the server's log for the cause; to try the post again: nightpress redo %s", j.Slug)
	return &llm.Fault{Kind: llm.FaultJob, Trouble: llm.Crash, Err: err}
}

// crashed makes a model's second crash over a job, with no other in progress, the
// end for that job: the model goes on with the others.
func crashed(alone bool, err error) error {
	if !alone {
		return err
	}
	return &llm.Fault{Kind: llm.FaultJob, Err: fmt.Errorf("the model crashed on it twice: %w", err)}
}
