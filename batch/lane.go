package batch

import (
	"context"
	"errors"
	"sync"

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
	// Workers is the number of concurrent requests; 0 means 2.
	Workers int
}

func (l *Lane) workers() int64 {
	if l.Workers > 0 {
		return int64(l.Workers)
	}
	return 2
}

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
	// openTurns is what is known about the models' templates.
	openTurns openTurns

	mu    sync.Mutex
	state laneState
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
	return &lane{Lane: l, run: r, underWay: semaphore.NewWeighted(l.workers()), changed: make(chan struct{})}
}

// work is one worker: it takes jobs while the lane is open.
func (l *lane) work(ctx context.Context, s *source, records chan<- ending) error {
	for l.pass(ctx) {
		t := s.take(ctx)
		if t == nil {
			return nil
		}
		l.run.pace.begin(t.job, l.run.Clock.now())
		res, err := l.job(ctx, t, func(a *record.Attempt) { records <- ending{job: t.job, attempt: a} })
		l.run.pace.end(t.job, res)
		switch {
		case err == nil:
			records <- ending{result: res}
			s.finish()
		case errors.Is(err, errHandBack):
			l.run.emit(HandedBack{l.Name, t.job})
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
