package batch

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
)

// Engine runs jobs. Set its fields before Run and do not change them after.
type Engine struct {
	// Generator is the server; it is required.
	Generator llm.Generator
	// Workers is how many requests are under way at once; 0 means 2.
	Workers int
	// Attempts is the most requests that one job may cost; 0 means 4.
	Attempts int
	// MaxTokens is the most tokens that a model may generate for one job, over
	// all its attempts; 0 means no bound.
	MaxTokens int
	// Patience is how long the run waits for a server that is away, each
	// time; 0 means two hours.
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

// Phase is the jobs of one model. Jobs is ranged over at most once; an error
// in it ends the run.
type Phase struct {
	Model llm.Model
	// Took has the durations of the model's last jobs in earlier runs, oldest
	// first; it may be empty. Only Engine.Until needs it.
	Took []time.Duration
	Jobs iter.Seq2[*Job, error]
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
	ErrStopped = errors.New("stopped before the end")
	// ErrLimit: Limit was reached before all jobs had been handed out.
	ErrLimit = errors.New("limit of jobs reached")
	// ErrUntil: the next job was not expected to end before Until.
	ErrUntil = errors.New("no time left for another job")
	// ErrPatience: the server stayed away for longer than Patience.
	ErrPatience = errors.New("server stayed away")
)

// Run asks for every job of every phase, one phase after the other, and
// returns nil when each has a result in the sink. A rejected job or a model
// set aside is a Result and no error. Any error but the four above and the
// context's means that the run could not go on. Run may be called once.
func (e *Engine) Run(ctx context.Context, phases iter.Seq2[*Phase, error], sink Sink) error {
	r := &run{Engine: e, sink: sink, left: e.Limit}
	defer r.clear(ctx, nil)
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
	sink Sink
	pace pace
	// left counts down to the limit; the feeding goroutine alone uses it.
	left int
	// gate is the present phase's.
	gate *gate
	// resident is the model that was loaded and not unloaded yet.
	resident *llm.Model
	// What was learned of the models.
	templates templates
	lengths   lengths
}

func (r *run) emit(ev Event) {
	if r.Events != nil {
		r.Events(ev)
	}
}

func (r *run) workers() int {
	if r.Workers > 0 {
		return r.Workers
	}
	return 2
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

// phase runs the jobs of one model.
func (r *run) phase(ctx context.Context, p *Phase) error {
	next, done := iter.Pull2(p.Jobs)
	defer done()
	first, err, ok := next()
	if !ok {
		return nil
	}
	if err != nil {
		return err
	}
	r.pace.reset(p.Took)
	if err := r.closed(); err != nil {
		return err
	}
	if r.Limit > 0 && r.left == 0 {
		return ErrLimit
	}
	f := &feed{run: r, next: next, first: first}
	r.clear(ctx, &p.Model)
	r.gate = newGate(ctx, r, p.Model)
	defer r.gate.close()
	if err := r.gate.open(ctx); err != nil {
		if fault := (*llm.Fault)(nil); errors.As(err, &fault) && fault.Kind == llm.FaultModel {
			r.emit(Unusable{p.Model, err})
			return f.setAside(ctx, err, nil)
		}
		return err
	}
	r.resident = &p.Model
	return r.pool(ctx, p.Model, f)
}

// leaveWithin bounds the unloading at the end of a phase. A server that answers
// does so at once, and one that does not must not hold up the end of a run.
const leaveWithin = 3 * time.Second

// clear takes the model of the phases before out of memory, unless the next
// one, when there is one, asks for the same.
func (r *run) clear(ctx context.Context, next *llm.Model) {
	old := r.resident
	if old == nil || next != nil && next.Name == old.Name {
		return
	}
	r.resident = nil
	// Also after an error, so that a run that ends does not leave the memory
	// full; a cancelled context must not prevent it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveWithin)
	defer cancel()
	if err := r.Generator.Unload(ctx, *old); err != nil && next != nil {
		// A model that stays in memory costs time, not posts; the next load
		// says so if it matters.
		r.emit(Waiting{Reason: fmt.Errorf("unload %s: %w", old.Name, err), Since: r.Clock.now()})
	}
}
