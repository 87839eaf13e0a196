package main

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/exit"
)

// interrupts turns the signals of a command into its end. An interrupt or a
// termination cancels the context; a run that is in progress asks with finish for
// one that lets it finish first. Once the context is canceled, a signal has
// the effect that the system gives it.
type interrupts struct {
	mu    sync.Mutex
	drain chan struct{} // nil: nothing is in progress that could finish
	begun bool          // drain is closed
	over  chan struct{}
	ended chan struct{}
}

// listen begins to listen. Call release when the command is over.
func listen(ctx context.Context) (context.Context, *interrupts) {
	ctx, cancel := context.WithCancelCause(ctx)
	i := &interrupts{over: make(chan struct{}), ended: make(chan struct{})}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	crash.Go(func() {
		defer close(i.ended)
		defer signal.Stop(signals)
		for {
			select {
			case <-signals:
				if !i.drained() {
					cancel(exit.ErrInterrupted)
					return
				}
			case <-i.over:
				return
			}
		}
	}, cancel)
	return ctx, i
}

// finish returns a channel that the next signal closes, instead of cancelling
// the context; the one after it cancels.
func (i *interrupts) finish() <-chan struct{} {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.drain = make(chan struct{})
	return i.drain
}

// drained closes drain if there is one to close.
func (i *interrupts) drained() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.drain == nil || i.begun {
		return false
	}
	i.begun = true
	close(i.drain)
	return true
}

func (i *interrupts) release() {
	close(i.over)
	<-i.ended
}

// outliveTerminal lets the program go on when its terminal is closed: a hang-up
// is ignored, and what is written to a terminal or a pipe that is gone is lost
// without ending the program.
func outliveTerminal() { signal.Ignore(syscall.SIGHUP, syscall.SIGPIPE) }
