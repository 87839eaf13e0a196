package batch

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/llm"
	"golang.org/x/sync/errgroup"
)

// Phase is the jobs of one model. Jobs is ranged over at most once; an error
// in it ends the run.
type Phase struct {
	Model llm.Model
	// Took has the durations of the model's last jobs in earlier runs, oldest
	// first; it may be empty. Only Engine.Until needs it.
	Took []time.Duration
	Jobs iter.Seq2[*Job, error]
}

// phase runs the jobs of one model.
func (r *run) phase(ctx context.Context, p *Phase) error {
	next, done := iter.Pull2(p.Jobs)
	defer done()
	first, err, ok := next()
	if !ok || err != nil {
		return err
	}
	r.pace.reset(p.Took)
	if err := r.mayBegin(first); err != nil {
		return err
	}
	s := &source{run: r, next: next, first: first, changed: make(chan struct{})}
	err = r.drive(ctx, p.Model, s)
	for _, l := range r.lanes {
		defer l.close()
	}
	if err != nil {
		return err
	}
	return r.settle(ctx, p.Model, s)
}

// drive runs the phase's jobs over the lanes. The order in which things end:
// the workers end, records is closed, the collector ends.
func (r *run) drive(ctx context.Context, m llm.Model, s *source) error {
	records := make(chan ending)
	// The sink cancels the workers with its error: a post that cannot be
	// saved must not be asked for.
	laneCtx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// A lane that waits for its server does not hold up a phase whose jobs the
	// others have done.
	s.allDone = func() { cancel(errAllDone) }
	group, laneCtx := errgroup.WithContext(laneCtx)
	for _, l := range r.lanes {
		l.begin(laneCtx, m)
		group.Go(crash.Guarded(func() error { return l.tend(laneCtx) }))
		for range l.workers() {
			group.Go(crash.Guarded(func() error { return l.work(laneCtx, s, records) }))
		}
	}
	sunk := make(chan error, 1)
	go func() { sunk <- r.collect(ctx, cancel, records) }()
	err := group.Wait()
	close(records)
	if sinkErr := <-sunk; sinkErr != nil {
		return sinkErr
	}
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// settle turns what ended the lanes into what ends the phase.
func (r *run) settle(ctx context.Context, m llm.Model, s *source) error {
	if s.over() && len(s.left) == 0 {
		return s.endedWhy
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	unusable := true
	for _, l := range r.lanes {
		unusable = unusable && isSetAside(l.why())
	}
	switch {
	case unusable:
		reason := r.whyUnusable()
		r.emit(Unusable{m, reason})
		return s.setAside(ctx, r.sink, reason)
	case s.leftWhy != nil:
		return s.leftWhy
	case s.ended && len(s.back) == 0:
		return s.endedWhy
	}
	// What ended a lane and was not the model's fault may be over tomorrow.
	for _, l := range r.lanes {
		if state, _ := l.look(); state == laneOut && !isSetAside(l.why()) {
			return l.why()
		}
	}
	return errors.New("no lane is left, and none has a reason") // unreachable
}

// whyUnusable returns why no lane can run a model: each lane's reason, with its
// name where there are several.
func (r *run) whyUnusable() error {
	if len(r.lanes) == 1 {
		return r.lanes[0].why()
	}
	var all error
	for _, l := range r.lanes {
		one := fmt.Errorf("%s: %w", l.Name, l.why())
		if all == nil {
			all = one
		} else {
			all = fmt.Errorf("%w; %w", all, one)
		}
	}
	return all
}
