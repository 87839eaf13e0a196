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
	longWait  = time.Minute
)

// outwait waits for a server that is away or busy, for err, until it answers
// and has the model loaded, or has stayed away for longer than Patience. The
// waits grow from a second to a minute, each with up to half of it as jitter,
// and begin anew once the server has answered a request.
func (g *gate) outwait(ctx context.Context, err error) error {
	ctx, release := g.stoppable(ctx)
	defer release()
	for isPause(err) {
		away, wait := g.nextWait()
		if away.lasted >= g.patience() {
			return fmt.Errorf("%w for %s: %w", ErrPatience, away.lasted.Round(time.Second), err)
		}
		var fault *llm.Fault
		errors.As(err, &fault)
		pause := max(fault.RetryAfter, g.jittered(wait))
		g.emit(Waiting{Reason: err, Since: away.since, Next: pause})
		if err := g.sleep(ctx, pause); err != nil {
			return err
		}
		// A pause is over some time after it is due, but not a minute.
		g.countAbsence(pause + time.Minute)
		err = g.patiently(ctx, func(ctx context.Context) error {
			if err := g.Generator.Probe(ctx); err != nil {
				return err
			}
			return g.load(ctx)
		})
	}
	return err
}

// patiently bounds what is asked of a server that was away by what is left of
// Patience.
func (g *gate) patiently(ctx context.Context, ask func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		for {
			g.countAbsence(mostSpan)
			g.mu.Lock()
			away := g.away
			g.mu.Unlock()
			left := g.patience() - away.lasted
			if left <= 0 {
				cancel(fmt.Errorf("%w for %s", ErrPatience, away.lasted.Round(time.Second)))
				return
			}
			select {
			case <-time.After(left):
			case <-ctx.Done():
				return
			}
		}
	}()
	return ask(ctx)
}

func isPause(err error) bool {
	var fault *llm.Fault
	return errors.As(err, &fault) && fault.Kind == llm.FaultPause
}

// nextWait returns the server's absence up to now and how long to wait.
func (g *gate) nextWait() (away absence, wait time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.Clock.now()
	g.away.begin(now)
	g.away.count(now, mostSpan)
	wait = g.away.pause()
	return g.away, wait
}

func (g *gate) countAbsence(most time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.away.count(g.Clock.now(), most)
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
