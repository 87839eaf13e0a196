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
	// Attempts is the most requests that one job may cost; 0 means 4.
	Attempts int
	// MaxTokens is the most tokens that a model may generate for one job, over
	// all its attempts; 0 means no bound.
	MaxTokens int
	// Patience is how long a lane waits for a server that is away, each time;
	// 0 means two hours. A time in which the machine slept does not count.
	Patience time.Duration
	// Stop, when closed, hands out no more jobs: those under way finish and
	// Run returns ErrStopped. A nil channel never stops.
	Stop <-chan struct{}
	// Limit is the most jobs that are handed out; 0 means no limit. Run
	// returns ErrLimit when it was reached and a job was left.
	Limit int
	// Until, when set, is a time of day at which the run is to be over: no
	// job is begun that is not expected to end before it. Run returns
	// ErrUntil when a job was left. As long as nothing is known of a model's
	// pace, its jobs are begun until then.
	Until time.Time
	// Afresh takes a model that is in memory out of it before it is loaded.
	// It is for a run after one that was killed: a client that goes away at
	// the wrong moment costs some servers a slot, and with its last slot the
	// model answers nobody any more until it is loaded anew.
	Afresh bool
	// Events, when set, is told what happens.
	Events func(Event)
	// Clock is the engine's time; the zero value is the machine's.
	Clock Clock
}

// Sink keeps attempts and results. Its methods are called from one goroutine
// at a time, and an error of any ends the run: no request is made whose post
// could not be saved. They may be called after the run was cancelled, for what
// was had before.
type Sink interface {
	// Keep is given each attempt that leaves its job unfinished, as it ends,
	// so that a later run goes on after it. One that was cancelled, or lost
	// to a server that went away, is none.
	Keep(ctx context.Context, j *Job, a *record.Attempt) error
	// Put is given each result, with all its attempts.
	Put(ctx context.Context, r *record.Result) error
	// Commit makes durable what was given since the last Commit. It is called
	// as soon as nothing more is waiting: what ended together is committed
	// together, and nothing waits for more to end.
	Commit(ctx context.Context) error
}

var (
	// ErrStopped: Stop was closed before all jobs had been handed out.
	ErrStopped = errors.New("stopped before all jobs were done")
	// ErrLimit: Limit was reached before all jobs had been handed out.
	ErrLimit = errors.New("job limit reached")
	// ErrUntil: the next job was not expected to end before Until.
	ErrUntil = errors.New("no time left for another job")
	// ErrPatience: the server stayed away for longer than Patience.
	ErrPatience = errors.New("the server did not answer")
)

// Run asks for every job of every phase, one phase after the other, and
// returns nil when each has a result in the sink. A rejected job or a model
// set aside is a Result and no error. Any error but the four above and the
// context's means that the run could not go on. Run may be called once.
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
	// begun counts the jobs that were begun; the present phase's source guards
	// it.
	begun   int
	lengths lengths
}

// unload takes the models that are left out of the servers' memory.
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
