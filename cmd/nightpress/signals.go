package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
)

// errInterrupted is the cause of a context that a second signal cancelled.
var errInterrupted = errors.Join(context.Canceled)

// interrupts turns signals into a run's end. The first interrupt or
// termination closes stop (no new jobs; those under way finish) and calls
// first; the second cancels the context. A hang-up (a closed terminal) is
// ignored: the run can go on without one. Call release when the run is over.
func interrupts(ctx context.Context, first func()) (_ context.Context, stop <-chan struct{}, release func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	drain := make(chan struct{})
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	signal.Ignore(syscall.SIGHUP)
	over := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-signals:
			close(drain)
			first()
		case <-over:
			return
		}
		select {
		case <-signals:
			cancel(errInterrupted)
		case <-over:
		}
	}()
	return ctx, drain, func() {
		signal.Stop(signals)
		signal.Reset(syscall.SIGHUP)
		close(over)
		<-ended
		cancel(nil)
	}
}
