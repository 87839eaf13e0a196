package batch

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

const (
	firstWait = time.Second
	longWait  = time.Minute
)

// outwait waits for a server that is away or busy, for err, until it answers
// and has the model loaded, or has stayed away for longer than Patience. The
// waits grow from a second to a minute, each with up to half of it as jitter,
// and begin anew once the server has answered a request.
func (g *gate) outwait(ctx context.Context, err error) error {
	for isPause(err) {
		since, wait := g.nextWait()
		if away := g.Clock.now().Sub(since); away >= g.patience() {
			return fmt.Errorf("%w for %s: %w", ErrPatience, away.Round(time.Second), err)
		}
		var fault *Fault
		errors.As(err, &fault)
		pause := max(fault.RetryAfter, g.jittered(wait))
		g.emit(Waiting{Reason: err, Since: since, Next: pause})
		began := g.Clock.now()
		if err := g.sleep(ctx, pause); err != nil {
			return err
		}
		g.forgive(g.Clock.now().Sub(began) - pause)
		if err = g.Generator.Probe(ctx); err == nil {
			err = g.load(ctx)
		}
	}
	return err
}

func isPause(err error) bool {
	var fault *Fault
	return errors.As(err, &fault) && fault.Kind == FaultPause
}

// nextWait returns since when the server is away and how long to wait now.
func (g *gate) nextWait() (since time.Time, wait time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.away.IsZero() {
		g.away, g.wait = g.Clock.now(), firstWait
	}
	wait = g.wait
	g.wait = min(2*g.wait, longWait)
	return g.away, wait
}

// forgive leaves out of the server's absence that a pause took so much longer
// than it should: the process was stopped or the machine asleep, and the
// server may have been back for hours.
func (g *gate) forgive(late time.Duration) {
	if late < longWait {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.away = g.away.Add(late)
}

// sleep waits, unless no more work is to be begun meanwhile.
func (r *run) sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-r.Clock.after(d):
	case <-r.Stop:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return r.closed()
}

func (r *run) jittered(d time.Duration) time.Duration {
	jitter := rand.Float64
	if r.Clock.Jitter != nil {
		jitter = r.Clock.Jitter
	}
	return d + time.Duration(jitter()*float64(d)/2)
}
