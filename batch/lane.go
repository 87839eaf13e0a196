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
	// Workers is how many requests are in progress at once; 0 finds it from what
	// the server does (see tuner).
	Workers int
	// Serves, when set, reports whether the server is used for a model, and
	// InMemory whether it has it in memory at the beginning.
	Serves, InMemory func(llm.Model) bool
	// Before, when set, returns how many were best for a model in earlier runs;
	// 0 where that is not known.
	Before func(llm.Model) int
}

// everybody exceeds the number of requests that a lane may have in progress.
const everybody = 1 << 40

// lane is a Lane in a run. It works on one model at a time. Its workers request
// replies while it is open. One goroutine (tend) sends all other requests.
type lane struct {
	Lane
	run *run
	// underWay counts the requests in progress. An exclusive request takes its
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
	// silence notices that the server hangs.
	silence silence
	// tuner finds the number of workers; spawn begins one more.
	tuner tuner
	spawn func()
	// openTurns is what was learned of the models' templates.
	openTurns openTurns

	mu sync.Mutex
	// seated counts the workers that were begun for this model, and alive those
	// that have not ended. given is how many were wanted; see wantedWorkers.
	seated, alive, given int
	// jobs counts the lane's jobs in progress.
	jobs  int
	state laneState
	// silent: the server was given up because it hung, and has not answered since.
	// stale: it answers again, and may still be busy with what it was asked.
	silent, stale bool
	// cold: the model of a parked lane may not be in memory.
	cold bool
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
	l.fillSeats()
	l.wake()
	model := l.model
	l.mu.Unlock()
	l.run.wake()
	l.run.emit(Seated{l.Name, model, workers})
	l.run.emit(Tuned{l.Name, model, workers, slots})
}

// staff starts workers through start until the wanted number runs. Later it starts more
// whenever more are wanted, as long as one worker runs. The lane's model was begun.
func (l *lane) staff(start func(seat int)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seated, l.alive = 0, 1 // so that the first ones are begun
	l.spawn = func() { start(l.seated) }
	l.fillSeats()
	l.alive--
}

// fillSeats begins workers for the empty seats. Once every worker has ended, none
// is begun any more. The caller holds l.mu.
func (l *lane) fillSeats() {
	if l.alive == 0 || l.state == laneClosed || l.state == laneOut {
		return
	}
	for workers := l.tuner.seats(); l.seated < workers; l.seated++ {
		l.alive++
		l.spawn()
	}
}

// workerEnded records that a worker has ended.
func (l *lane) workerEnded() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.alive--
}

// wake wakes everything that waits for the lane. The caller holds l.mu.
func (l *lane) wake() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// hasJobs counts jobs that were begun or are over on the lane.
func (l *lane) hasJobs(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.jobs += n; l.jobs == 0 {
		l.wake()
	}
}

// work is one worker: it takes jobs while the lane is open.
func (l *lane) work(ctx context.Context, seat int, s *source, records chan<- ending) error {
	for l.pass(ctx) {
		t := s.take(ctx, l, seat)
		if t == nil {
			return nil
		}
		if err := l.workAt(ctx, t, s, records); err != nil {
			return err
		}
	}
	return nil
}

// workAt does a task and passes its result on. An error ends the run.
func (l *lane) workAt(ctx context.Context, t *task, s *source, records chan<- ending) error {
	defer l.hasJobs(-1)
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
	return nil
}

// attend does a task until this lane or another one has its result.
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
