package batch

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"github.com/nightpress/nightpress/internal/record"
)

// Engine runs jobs. Set its fields before Run and do not change them after.
type Engine struct {
	// Lanes are the servers; at least one is required.
	Lanes []Lane
	// Attempts is the maximum number of requests for a job; 0 means 4.
	Attempts int
	// MaxTokens is the maximum number of tokens for a job, over all its
	// attempts; 0 means no limit.
	MaxTokens int
	// Patience is how long a lane waits for a server during one outage; 0 means
	// two hours. Time during which the machine sleeps does not count.
	Patience time.Duration
	// Stop ends the run early: once it is closed, no more jobs are begun, the
	// jobs under way finish, and Run returns ErrStopped. A nil channel never
	// stops a run.
	Stop <-chan struct{}
	// Limit is the maximum number of jobs to begin; 0 means no limit. Run
	// returns ErrLimit if it was reached and a job was left.
	Limit int
	// Until, if set, is the time of day at which the run should be over. A job
	// is begun only if it is expected to end before that time, or if the
	// model's pace is not known yet. Run returns ErrUntil if a job was left.
	Until time.Time
	// Afresh unloads a model that is in memory before it is loaded. It is for a
	// run after a killed one: some servers lose a slot when a client disappears
	// at the wrong moment. A model without slots does not answer until it is
	// loaded again.
	Afresh bool
	// Events, if set, is called for each event.
	Events func(Event)
	// Clock is the engine's time; the zero value is the machine's.
	Clock Clock
}

// Sink stores attempts and results. Its methods are called from one goroutine at a
// time. An error ends the run: the engine requests no post that could not be saved.
// After a cancellation, the methods may still be called for earlier results.
type Sink interface {
	// Keep stores an attempt that leaves its job unfinished, so that a later run
	// continues after it. It is not called for attempts that were canceled or
	// lost to an outage.
	Keep(ctx context.Context, j *Job, a *record.Attempt) error
	// Put stores a result with all its attempts.
	Put(ctx context.Context, r *record.Result) error
	// Commit makes everything since the last Commit durable. It is called as
	// soon as no further record is waiting, so that records that end together
	// are committed together.
	Commit(ctx context.Context) error
}

var (
	// ErrStopped: Stop was closed before all jobs had been handed out.
	ErrStopped = errors.New("stopped before all jobs were done")
	// ErrLimit: Limit was reached before all jobs had been handed out.
	ErrLimit = errors.New("job limit reached")
	// ErrUntil: the next job was not expected to end before Until.
	ErrUntil = errors.New("no time left for another job")
	// ErrPatience: an outage lasted longer than Patience.
	ErrPatience = errors.New("the server did not answer")
)

// Run processes the phases one after the other. It returns nil if every job has a
// result in the sink. A rejected job or a set-aside model is a result, not an
// error. An error other than the four above and the context's means that the run
// could not continue. Run may be called once.
func (e *Engine) Run(ctx context.Context, phases iter.Seq2[*Phase, error], sink Sink) error {
	r := &run{Engine: e, sink: sink}
	names := map[string]bool{}
	for _, l := range e.Lanes {
		if l.Generator == nil || names[l.Name] {
			return fmt.Errorf("lane %q has no generator, or a name that is used twice", l.Name)
		}
		names[l.Name] = true
		r.lanes = append(r.lanes, newLane(r, l))
	}
	if len(r.lanes) == 0 {
		return errors.New("the engine has no lane")
	}
	defer r.unload(ctx)
	r.pace.reset(nil)
	defer r.announce()()
	for p, err := range phases {
		if err != nil {
			return err
		}
		if err := r.phase(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// run is the state of one Run.
type run struct {
	*Engine
	sink  Sink
	lanes []*lane
	pace  pace
	// begun counts the jobs that were begun. The current phase's source guards
	// it.
	begun   int
	lengths lengths
}

// unload unloads the models that are still in the servers' memory.
func (r *run) unload(ctx context.Context) {
	var all sync.WaitGroup
	for _, l := range r.lanes {
		all.Go(func() { l.unload(ctx, nil) })
	}
	all.Wait()
}

func (r *run) emit(ev Event) {
	if r.Events != nil {
		r.Events(ev)
	}
}

func (r *run) attempts() int {
	if r.Attempts > 0 {
		return r.Attempts
	}
	return 4
}

func (r *run) patience() time.Duration {
	if r.Patience > 0 {
		return r.Patience
	}
	return 2 * time.Hour
}
