package batch

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/nightpress/nightpress/internal/llm"
)

const (
	firstWait = time.Second
	maxWait   = time.Minute
)

// wait waits once for a server that is away or busy, and probes it. Then the lane
// loads the model or waits again. The error is ErrPatience if the outage is too
// long. The waits grow from a second to a minute, plus up to half as jitter. They
// start over once the server has answered a request.
func (l *lane) wait(ctx context.Context) error {
	why := l.why()
	now, wait := l.nextWait()
	left := l.run.patience() - now.impatient
	if left <= 0 {
		return l.impatient(now.impatient)
	}
	pause := l.run.jittered(wait)
	if fault, ok := errors.AsType[*llm.Fault](why); ok {
		pause = max(fault.RetryAfter, pause)
	}
	l.run.sendBack()
	l.run.emit(Waiting{Server: l.Name, Reason: why, Since: now.since, Away: now.lasted, Until: now.seen.Add(left), Next: pause})
	if err := l.sleep(ctx, pause); err != nil {
		return err
	}
	// A wait may end late, but not by a minute.
	l.countOutage(pause + time.Minute)
	switch err := l.call(ctx, l.Generator.Probe); {
	case err == nil:
		_, silence := errors.AsType[*silentError](why)
		l.spoke(silence)
		l.reload()
	case isPause(err):
		l.away(err)
	default:
		return err
	}
	return nil
}

// impatient is ErrPatience after an outage of this length, with what the server did
// last. A server can answer each time and be busy each time.
func (l *lane) impatient(lasted time.Duration) error {
	err := fmt.Errorf("%w after %s", ErrPatience, lasted.Round(time.Second))
	if why := l.why(); why != nil {
		err = fmt.Errorf("%w: %w", err, why)
	}
	return err
}

func isPause(err error) bool {
	fault, ok := errors.AsType[*llm.Fault](err)
	return ok && fault.Kind == llm.FaultPause
}

// nextWait returns the outage so far and the next wait.
func (l *lane) nextWait() (now outage, wait time.Duration) {
	alone := l.alone()
	l.mu.Lock()
	defer l.mu.Unlock()
	at := l.run.Clock.now()
	l.outage.begin(at)
	l.outage.count(at, maxSpan, alone)
	wait = l.outage.pause()
	return l.outage, wait
}

// countOutage adds the span that ends now to the outage, at most bound. It returns
// how much of the outage counts against the patience, or 0 if there is none.
func (l *lane) countOutage(bound time.Duration) time.Duration {
	alone := l.alone()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.outage.count(l.run.Clock.now(), bound, alone)
	return l.outage.impatient
}

// alone reports whether time counts against the lane's patience: no other server
// does jobs, and the lane is not held.
func (l *lane) alone() bool {
	if held, _ := l.run.Control.holds(l.Name); held {
		return false
	}
	for _, other := range l.run.lanes {
		if other != l && other.able.Load() {
			return false
		}
	}
	return true
}

func (r *run) jittered(d time.Duration) time.Duration {
	jitter := rand.Float64
	if r.Clock.Jitter != nil {
		jitter = r.Clock.Jitter
	}
	return d + time.Duration(jitter()*float64(d)/2)
}
