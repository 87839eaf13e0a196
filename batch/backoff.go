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

// patiently calls ask until it does not pause any more: until it succeeds,
// fails otherwise, or the server has stayed away for longer than Patience. The
// waits grow from a second to a minute, each with up to half of it as jitter.
func (r *run) patiently(ctx context.Context, ask func() error) error {
	var since time.Time
	for wait := firstWait; ; wait = min(2*wait, longWait) {
		err := ask()
		var fault *Fault
		if !errors.As(err, &fault) || fault.Kind != FaultPause {
			if !since.IsZero() && err == nil {
				r.emit(Resumed{r.Clock.now().Sub(since)})
			}
			return err
		}
		if since.IsZero() {
			since = r.Clock.now()
		}
		if away := r.Clock.now().Sub(since); away >= r.patience() {
			return fmt.Errorf("%w for %s: %w", ErrPatience, away.Round(time.Second), err)
		}
		pause := max(fault.RetryAfter, r.jittered(wait))
		r.emit(Waiting{Reason: err, Since: since, Next: pause})
		select {
		case <-r.Clock.after(pause):
		case <-r.Stop:
			return ErrStopped
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (r *run) jittered(d time.Duration) time.Duration {
	jitter := rand.Float64
	if r.Clock.Jitter != nil {
		jitter = r.Clock.Jitter
	}
	return d + time.Duration(jitter()*float64(d)/2)
}
