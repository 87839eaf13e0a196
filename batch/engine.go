package batch

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/record"
	"golang.org/x/sync/errgroup"
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
	// jobs in progress finish, and Run returns ErrStopped. A nil channel never
	// stops a run.
	Stop <-chan struct{}
	// Limit is the maximum number of jobs to begin; 0 means no limit. Run
	// returns ErrLimit if it was reached and a job was left.
	Limit int
	// MaxRejected sets a model aside if its first MaxRejected jobs are all
	// rejected for one cause, unless it has a post (Phase.Accepted). Jobs under
	// way finish, and a post among them keeps the model in the run. 0 is never.
	MaxRejected int
	// Until, if set, is the time of day at which the run should be over. A job
	// is begun only if it is expected to end before that time, or if the
	// model's pace is not known yet. Run returns ErrUntil if a job was left.
	Until time.Time
	// NoHedge keeps idle lanes from also requesting the job of a slow lane.
	NoHedge bool
	// Afresh takes a model that is in memory out of it before it is loaded.
	// It is for a run after one that was killed: a client that goes away at
	// the wrong moment costs some servers a slot, and with its last slot the
	// model answers nobody any more until it is loaded anew.
	Afresh bool
	// Claim, if set, is asked for each post that meets its contract whether other
	// posts have already what it has. Problems make the reply malformed. Of two posts
	// that are alike, the first one is accepted. It is called from many goroutines.
	Claim func(context.Context, *Job, *contract.Post) ([]contract.Problem, error)
	// Growth, if set, gives the run further phases while it goes on. A lane that has
	// nothing to do then waits as long as others have.
	Growth *Growth
	// Control, if set, pauses the run, drains servers, and sets their workers.
	Control *Control
	// Events, if set, is called for each event.
	Events func(Event)
	// Clock is the engine's time; the zero value is the machine's.
	Clock Clock
}

// Sink stores attempts and results. Its methods are called from many goroutines at
// once. They return when the record is durable, so a sink can sync records that arrive
// together at once. The engine passes a job's next record only when the one before it
// is durable. An error ends the run: the engine requests no post that could not be
// saved. After a cancellation, the methods may still be called for earlier results.
type Sink interface {
	// SaveAttempt stores an attempt that leaves its job unfinished, so that a later run
	// continues after it. It is not called for attempts that were canceled or
	// lost to an outage.
	SaveAttempt(ctx context.Context, j *Job, a *record.Attempt) error
	// Put stores a result with all its attempts.
	Put(ctx context.Context, r *record.Result) error
}

var (
	// ErrStopped: Stop was closed before all jobs had been handed out.
	ErrStopped = errors.New("stopped before all jobs were done")
	// ErrLimit: Limit was reached before all jobs had been handed out.
	ErrLimit = errors.New("job limit reached")
	// ErrUntil: the next job was not expected to end before Until.
	ErrUntil = errors.New("no time left for another job")
	// ErrPatience: an outage lasted longer than Patience.
	ErrPatience = errors.New("gave up waiting for the server")
)

// Run requests every job of every phase and returns nil when each has a result in the
// sink. A rejected job or a model
// set aside is a Result and no error. Any error but the four above and the
// context's means that the run could not go on. Run may be called once.
func (e *Engine) Run(ctx context.Context, phases iter.Seq2[*Phase, error], sink Sink) (err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r := &run{Engine: e, sink: sink, changed: make(chan struct{})}
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
	defer r.closeJobs()
	for p, err := range phases {
		if err != nil {
			return err
		}
		r.open(p)
	}
	if e.Growth != nil {
		e.Growth.running.Store(r)
	}
	defer r.sendAllBack()
	defer func() {
		if failed := r.unload(ctx); failed != nil {
			err = errors.Join(err, failed)
		}
	}()
	defer r.announce(cancel)()
	if r.Control != nil {
		over := make(chan struct{})
		defer close(over)
		crash.Go(func() { r.heed(over) }, cancel)
	}
	return r.drive(ctx)
}

// open begins a phase's jobs. The caller holds r.mu once the lanes work.
func (r *run) open(p *Phase) {
	var next func() (*Job, error, bool)
	if p.Feed == nil {
		var done func()
		next, done = iter.Pull2(p.Jobs)
		r.opened = append(r.opened, done)
	}
	r.works = append(r.works, r.newWork(p, next))
}

// closeJobs ends the iteration over the jobs of all phases.
func (r *run) closeJobs() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, done := range r.opened {
		done()
	}
	r.opened = nil
}

// drive has the lanes work. The order in which things end: the lanes, then
// records is closed, then the collector.
func (r *run) drive(ctx context.Context) error {
	records := make(chan ending)
	// The sink cancels the lanes with its error: a post that cannot be saved must
	// not be asked for.
	laneCtx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	group, laneCtx := errgroup.WithContext(laneCtx)
	for _, l := range r.lanes {
		group.Go(crash.Guarded(func() error { return l.serve(laneCtx, records) }))
	}
	if r.MaxRejected > 0 {
		group.Go(crash.Guarded(func() error { return r.setAsideBefore(records) }))
	}
	sunk := make(chan error, 1)
	crash.Go(func() { sunk <- r.collect(ctx, cancel, records) }, func(err error) {
		cancel(err)
		sunk <- err
	})
	err := group.Wait()
	close(records)
	if sinkErr := <-sunk; sinkErr != nil {
		return sinkErr
	}
	switch {
	case r.isDone():
		return r.settle()
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		return err
	}
	return r.settle()
}

// setAsideBefore gives up the models of which earlier runs say enough.
func (r *run) setAsideBefore(records chan<- ending) error {
	r.mu.Lock()
	works := slices.Clone(r.works)
	r.mu.Unlock()
	for _, w := range works {
		if w.phase.AllRejected(r.MaxRejected) == nil {
			continue
		}
		if err := r.setAsideRejected(w, records); err != nil {
			return err
		}
	}
	return nil
}

// isDone reports whether every job has a result.
func (r *run) isDone() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !slices.ContainsFunc(r.works, func(w *work) bool { return !w.aside && (!w.empty() || len(w.left) > 0) })
}

// run is the state of one Run.
type run struct {
	*Engine
	sink  Sink
	lanes []*lane

	mu sync.Mutex // guards what follows
	// works are the phases; opened end the iteration over their jobs.
	works  []*work
	opened []func()
	// changed is closed, and replaced, when waiting goroutines must look again.
	changed chan struct{}
	// begun counts the jobs that were begun.
	begun int
	// endedWhy is why no more jobs are begun at all, nil while they are.
	endedWhy error
	deaths   deaths

	lengths lengths
}

// unload unloads the models that are still in the servers' memory. An error is a
// panic.
func (r *run) unload(ctx context.Context) error {
	var all errgroup.Group
	for _, l := range r.lanes {
		all.Go(crash.Guarded(func() error { l.unload(ctx, nil); return nil }))
	}
	return all.Wait()
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
