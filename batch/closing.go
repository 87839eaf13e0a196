package batch

import (
	"context"
	"errors"
	"time"
)

// closed tells why no more work is begun, nil while it is.
func (r *run) closed() error {
	switch {
	case r.stopped():
		return ErrStopped
	case r.late():
		return ErrUntil
	}
	return nil
}

// late tells whether a job that is begun now is expected to end too late.
func (r *run) late() bool {
	if r.Until.IsZero() {
		return false
	}
	now := r.Clock.wall()
	return !now.Before(r.Until) || now.Add(r.pace.expected()).After(r.Until)
}

// stopped tells whether Stop was closed.
func (r *run) stopped() bool {
	select {
	case <-r.Stop:
		return true
	default:
		return false
	}
}

// leavesRest tells of an error that ends the handing out and lets the jobs
// under way go on.
func leavesRest(err error) bool {
	return errors.Is(err, ErrStopped) || errors.Is(err, ErrUntil) || errors.Is(err, ErrLimit)
}

// stoppable returns a context that Stop ends too, and Until, for work that is
// worth nothing once no job is begun. Call release when the work is over.
func (r *run) stoppable(ctx context.Context) (_ context.Context, release func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		for {
			var late <-chan time.Time
			if !r.Until.IsZero() {
				// Looked at again and again: a machine may sleep meanwhile, or
				// somebody set its clock.
				late = time.After(min(r.Until.Sub(r.Clock.wall()), time.Minute))
			}
			select {
			case <-r.Stop:
				cancel(ErrStopped)
				return
			case <-late:
				if !r.Clock.wall().Before(r.Until) {
					cancel(ErrUntil)
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	return ctx, func() { cancel(nil) }
}

// announce emits Stopping once Stop is closed. Call release when the run is
// over.
func (r *run) announce() (release func()) {
	over, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-r.Stop:
			r.stopping(ErrStopped)
		case <-over:
		}
	}()
	return func() {
		close(over)
		<-ended
	}
}

func (r *run) stopping(why error) {
	jobs, longest := r.pace.underWay(r.Clock.now())
	r.emit(Stopping{why, jobs, longest})
}
