package batch

import (
	"context"
	"errors"
	"time"

	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/record"
)

// stopReason returns why the lane begins no more work, or nil while it does.
func (l *lane) stopReason() error {
	switch {
	case l.run.stopped():
		return ErrStopped
	case l.late():
		return ErrUntil
	}
	return nil
}

// late reports whether a job that the lane begins now is expected to end too
// late.
func (l *lane) late() bool {
	r := l.run
	if r.Until.IsZero() {
		return false
	}
	now := r.Clock.wall()
	return !now.Before(r.Until) || now.Add(l.pace.Expected()).After(r.Until)
}

// lateFor reports whether the next attempt of a job is expected to end too late. A post
// in sections loses nothing between two of them, so that only its next one counts.
func (l *lane) lateFor(res *record.Result) bool {
	last := res.Attempts[len(res.Attempts)-1]
	if last.Step == nil || l.run.Until.IsZero() {
		return l.late()
	}
	sum := 0.0
	for _, a := range res.Attempts {
		sum += a.Seconds
	}
	mean := seconds(sum / float64(len(res.Attempts)))
	now := l.run.Clock.wall()
	return !now.Before(l.run.Until) || now.Add(mean).After(l.run.Until)
}

// stopped reports whether Stop was closed.
func (r *run) stopped() bool {
	select {
	case <-r.Stop:
		return true
	default:
		return false
	}
}

// isStop reports whether an error ends the handing out of jobs and lets the
// jobs in progress finish.
func isStop(err error) bool {
	return errors.Is(err, ErrStopped) || errors.Is(err, ErrUntil) || errors.Is(err, ErrLimit)
}

// call makes a request that is useless once no more jobs are begun: a load, an
// unload, a probe. It ends at Stop, at Until, and when the lane's patience ends.
// Then the error is ErrStopped, ErrUntil, or ErrPatience.
func (l *lane) call(ctx context.Context, ask func(context.Context) error) error {
	callCtx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	over := make(chan struct{})
	crash.Go(func() {
		defer close(over)
		for {
			again, why := l.callEnds()
			if why != nil {
				cancel(why)
				return
			}
			select {
			case <-l.run.Stop:
				cancel(ErrStopped)
				return
			case <-time.After(again):
			case <-callCtx.Done():
				return
			}
		}
	}, cancel)
	err := ask(callCtx)
	ended := callCtx.Err() != nil
	// What is counted of an outage during the call is counted before it returns: later,
	// the span could be that of a pause in which the machine slept.
	cancel(nil)
	<-over
	if err != nil && ended {
		return context.Cause(callCtx)
	}
	return err
}

// callEnds returns when to check again, and why a call in progress ends now, if it
// does.
// Repeated checks are needed because the machine may sleep, or someone may set its
// clock.
func (l *lane) callEnds() (again time.Duration, why error) {
	again = time.Minute
	if until := l.run.Until; !until.IsZero() {
		now := l.run.Clock.wall()
		if !now.Before(until) {
			return 0, ErrUntil
		}
		again = min(again, until.Sub(now))
	}
	lasted := l.countOutage(maxSpan)
	left := l.run.patience() - lasted
	if left <= 0 {
		return 0, l.impatient(lasted)
	}
	return min(again, left), nil
}

// sleep waits, unless no more work is to be begun meanwhile.
func (l *lane) sleep(ctx context.Context, d time.Duration) error {
	r := l.run
	select {
	case <-r.Clock.after(d):
	case <-r.Stop:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return l.stopReason()
}

// announce emits Stopping when Stop is closed. The caller calls release when the run
// is over. A panic of the listener goes to failed.
func (r *run) announce(failed func(error)) (release func()) {
	over, ended := make(chan struct{}), make(chan struct{})
	crash.Go(func() {
		defer close(ended)
		select {
		case <-r.Stop:
			r.stopping(ErrStopped)
		case <-over:
		}
	}, failed)
	return func() {
		close(over)
		<-ended
	}
}

func (r *run) stopping(why error) {
	jobs, longest := 0, time.Duration(0)
	for _, l := range r.lanes {
		n, more := l.pace.UnderWay(r.Clock.now())
		jobs, longest = jobs+n, max(longest, more)
	}
	r.emit(Stopping{why, jobs, longest})
}
