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

// Phase holds the jobs of one model. Jobs is iterated over at most once. An error in
// it ends the run.
type Phase struct {
	Model llm.Model
	// Took holds the durations of the model's last jobs in earlier runs, oldest
	// first. Only Engine.Until needs it; it may be empty.
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

// drive runs the phase's jobs on the lanes. The order of ending is: the workers end,
// records is closed, the collector ends.
func (r *run) drive(ctx context.Context, m llm.Model, s *source) error {
	records := make(chan ending)
	// An error of the sink cancels the workers: a post that cannot be saved must
	// not be requested.
	laneCtx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// A lane that waits for its server must not delay a phase whose jobs the
	// other lanes have done.
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

// settle derives the phase's error from the lanes' reasons.
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
	// A lane's reason other than the model may no longer apply tomorrow.
	for _, l := range r.lanes {
		if state, _ := l.look(); state == laneOut && !isSetAside(l.why()) {
			return l.why()
		}
	}
	return errors.New("no lane is left, and none has a reason") // unreachable
}

// whyUnusable returns why no lane can run a model: each lane's reason, with the
// lane's name if there are several.
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
