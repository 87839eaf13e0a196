package batch

import (
	"context"
	"errors"
	"sync"

	"github.com/nightpress/nightpress/internal/llm"
	"golang.org/x/sync/semaphore"
)

// gate stands between the workers of a phase and the server. A fault that
// concerns more than its own request closes it: one worker then waits for the
// server or brings the model back, while the others wait at the gate, and all go
// on with what they were about to ask. So a server that comes back meets one
// client at its door and not one for each worker.
type gate struct {
	*run
	model llm.Model
	// under are the requests under way; one that is made alone takes all.
	under *semaphore.Weighted

	mu sync.Mutex
	// round counts the times that the gate closed. A fault of an earlier
	// round has been seen to.
	round int
	// opening is nil while the gate is open, else closed when it opens.
	opening chan struct{}
	// over is why nothing passes any more.
	over error
	// recall calls back the requests of this round.
	recall context.CancelCauseFunc
	calls  context.Context
	health health
	// away is for as long as nothing is had from the server.
	away absence
}

// errRecalled is the cause of requests that were cancelled to bring their
// model back; they are made again.
var errRecalled = errors.New("called back")

func newGate(ctx context.Context, r *run, m llm.Model) *gate {
	g := &gate{run: r, model: m, under: semaphore.NewWeighted(int64(r.workers()))}
	g.calls, g.recall = context.WithCancelCause(ctx)
	return g
}

// close releases the gate once no request is under way any more.
func (g *gate) close() { g.recall(nil) }

// ask makes a request, again where that costs its job nothing: while the server
// is away, and when it was called back. Made alone, it waits until no other is
// under way and lets none begin. An error that is a FaultRetry leaves a model
// that was brought back, where it was in trouble.
func (g *gate) ask(ctx context.Context, alone bool, request func(context.Context) error) error {
	for {
		round, err := g.request(ctx, alone, request)
		var fault *llm.Fault
		switch {
		case err == nil:
			g.well()
			return nil
		case ctx.Err() != nil:
			return err
		case errors.Is(err, errRecalled):
			continue
		case !errors.As(err, &fault):
			return err
		case fault.Kind == llm.FaultPause:
			if err := g.mend(ctx, round, func() error { return g.outwait(ctx, err) }); err != nil {
				return err
			}
		case fault.Trouble != llm.NoTrouble:
			if broken := g.mend(ctx, round, func() error { return g.recover(ctx, fault, err) }); broken != nil {
				return broken
			}
			return err
		default:
			g.answered()
			return err
		}
	}
}

// request lets one request through and returns the round in which it was made.
func (g *gate) request(ctx context.Context, alone bool, request func(context.Context) error) (round int, err error) {
	n := int64(1)
	if alone {
		n = int64(g.workers())
	}
	for {
		if err := g.pass(ctx); err != nil {
			return 0, err
		}
		if err := g.under.Acquire(ctx, n); err != nil {
			return 0, context.Cause(ctx)
		}
		g.mu.Lock()
		round, calls, open := g.round, g.calls, g.opening == nil
		g.mu.Unlock()
		if open {
			ctx, cancel := context.WithCancelCause(ctx)
			defer cancel(nil)
			defer context.AfterFunc(calls, func() { cancel(context.Cause(calls)) })()
			defer g.under.Release(n)
			err := request(ctx)
			if err != nil && calls.Err() != nil && !errors.As(err, new(*llm.Fault)) {
				err = errRecalled
			}
			return round, err
		}
		g.under.Release(n)
	}
}

// pass waits until the gate is open.
func (g *gate) pass(ctx context.Context) error {
	for {
		g.mu.Lock()
		opening, over := g.opening, g.over
		g.mu.Unlock()
		if over != nil || opening == nil {
			return over
		}
		select {
		case <-opening:
		case <-g.Stop:
			return ErrStopped
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// mend closes the gate for as long as restore takes, unless a fault of this
// round has closed it before. An error of restore is every worker's.
func (g *gate) mend(ctx context.Context, round int, restore func() error) error {
	g.mu.Lock()
	if g.round != round || g.over != nil {
		defer g.mu.Unlock()
		return g.over
	}
	g.round++
	opening := make(chan struct{})
	g.opening = opening
	g.mu.Unlock()
	err := restore()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.over = err
	if g.calls.Err() != nil {
		g.calls, g.recall = context.WithCancelCause(context.WithoutCancel(ctx))
	}
	g.opening = nil
	close(opening)
	return err
}

// answered ends a time in which the server was away.
func (g *gate) answered() {
	g.mu.Lock()
	g.away.count(g.Clock.now(), mostSpan)
	away := g.away
	g.away = absence{}
	g.mu.Unlock()
	if away.begun() {
		g.emit(Resumed{away.lasted})
	}
}

// well forgets the model's troubles: a whole reply came.
func (g *gate) well() {
	g.answered()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.health = health{}
}
