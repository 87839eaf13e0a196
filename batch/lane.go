package batch

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/nightpress/nightpress/internal/estimate"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
	"golang.org/x/sync/semaphore"
)

// Lane is one server of a run.
type Lane struct {
	// Name distinguishes the servers of a run in events, attempts, and results.
	// It may be empty if there is only one lane.
	Name string
	// Generator is the server; it is required.
	Generator llm.Generator
	// Workers is how many requests are under way at once; 0 finds it from what
	// the server does (see tuner).
	Workers int
	// Serves, when set, reports whether the server is used for a model, and
	// InMemory whether it has it in memory at the beginning.
	Serves, InMemory func(llm.Model) bool
	// Before, when set, returns how many were best for a model in earlier runs;
	// 0 where that is not known.
	Before func(llm.Model) int
}

// everybody is more than all requests that a lane may have under way.
const everybody = 1 << 40

// lane is a Lane in a run. It works on one model at a time. Its workers request
// replies while it is open. One goroutine (tend) sends all other requests.
type lane struct {
	Lane
	run *run
	// underWay counts the requests under way. An exclusive request takes its
	// whole weight.
	underWay *semaphore.Weighted
	// resident is the model that was loaded and not unloaded yet. fresh is the
	// model that was unloaded before its first load (Engine.Afresh). Only tend
	// uses them, and Run between two phases.
	resident *llm.Model
	fresh    string
	// pace is that of the present model's jobs here.
	pace estimate.Pace
	// gone, when set, is why the lane takes no more jobs of any model.
	gone error
	// able: the lane does jobs, or is about to.
	able atomic.Bool
	// tuner finds the number of workers; spawn begins one more.
	tuner tuner
	spawn func()
	// openTurns is what was learned of the models' templates.
	openTurns openTurns

	mu sync.Mutex
	// seated counts the workers that were begun for this model.
	seated int
	state  laneState
	// changed is closed, and replaced, when the state changes.
	changed chan struct{}
	model   llm.Model
	// round counts how often the lane left the open state. Faults of earlier
	// rounds are already handled.
	round int
	// reason says why the lane waits, recovers, or is out.
	reason  error
	trouble llm.Trouble
	// requests is the context of the requests of this round, and recall cancels
	// it.
	requests context.Context
	recall   context.CancelCauseFunc
	health   health
	// outage is the present outage of the server, if any.
	outage outage
	// reloads are of this phase's model.
	reloads reloads
}

func newLane(r *run, l Lane) *lane {
	return &lane{Lane: l, run: r, underWay: semaphore.NewWeighted(everybody), changed: make(chan struct{})}
}

// tuned acts on what the tuner has found.
func (l *lane) tuned() {
	l.mu.Lock()
	workers, slots := l.tuner.result()
	for ; l.seated < workers && l.state == laneOpen; l.seated++ {
		l.spawn()
	}
	close(l.changed)
	l.changed = make(chan struct{})
	model := l.model
	l.mu.Unlock()
	l.run.emit(Seated{l.Name, model, workers})
	l.run.emit(Tuned{l.Name, model, workers, slots})
}

// staff begins workers through start, until as many are there as the tuner
// wants, and goes on to do so whenever it wants more. The lane's model was begun.
func (l *lane) staff(start func(seat int)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seated = 0
	l.spawn = func() { start(l.seated) }
	for workers := l.tuner.seats(); l.seated < workers; l.seated++ {
		l.spawn()
	}
}

// work is one worker: it takes jobs while the lane is open and has a seat for
// it.
func (l *lane) work(ctx context.Context, seat int, s *source, records chan<- ending) error {
	for l.pass(ctx, seat) {
		t := s.take(ctx, l)
		if t == nil {
			return nil
		}
		res, err := l.attend(ctx, t, records)
		switch {
		case err == nil && !s.wins(t, res):
			// The other one was first, or may still be.
		case err == nil:
			s.note(res)
			records <- ending{result: res}
			s.finish(t)
		case errors.Is(err, errBeaten), errors.Is(err, errAllDone):
			// The job has its result from another lane.
			s.handBack(t)
		case errors.Is(err, errHandBack):
			if !t.hedge {
				l.run.emit(HandedBack{l.Name, t.job})
			}
			s.handBack(t)
		case isStop(err):
			// This job was between two attempts. The streams of other jobs
			// continue to their ends.
			s.giveUp(t, err)
		default:
			s.giveUp(t, err)
			return err
		}
	}
	return nil
}

// attend does a task, until it has its result or another lane has.
func (l *lane) attend(ctx context.Context, t *task, records chan<- ending) (*record.Result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	t.under(cancel)
	l.pace.Begin(t.job, l.run.Clock.now())
	res, err := l.job(ctx, t, func(a *record.Attempt) {
		if !t.hedge {
			records <- ending{job: t.job, attempt: a}
		}
	})
	l.pace.End(t.job, res)
	return res, err
}
