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
	// Name tells the servers of a run apart: in events, attempts, and results.
	// It may be empty where there is one lane.
	Name string
	// Generator is the server; it is required.
	Generator llm.Generator
	// Workers is how many requests are under way at once; 0 means 2.
	Workers int
}

func (l *Lane) workers() int64 {
	if l.Workers > 0 {
		return int64(l.Workers)
	}
	return 2
}

// lane is a Lane in a run. It works on one model at a time. Its workers ask for
// replies while it is open; one goroutine (tend) does everything else that is
// asked of its server.
type lane struct {
	Lane
	run *run
	// underWay are the requests under way; one that is made alone takes all.
	underWay *semaphore.Weighted
	// resident is the model that was loaded and not unloaded yet. fresh names
	// the model that was taken out before its first load (Engine.Afresh). Both
	// are tend's, and Run's between two phases.
	resident *llm.Model
	fresh    string
	// openTurns is what was learned of the models' templates.
	openTurns openTurns

	mu    sync.Mutex
	state laneState
	// changed is closed, and replaced, when the state changes.
	changed chan struct{}
	model   llm.Model
	// round counts the times that the lane was left open; a fault of an
	// earlier round is handled already.
	round int
	// reason is what the lane waits or recovers for, or why it is out.
	reason  error
	trouble llm.Trouble
	// recall calls back the requests of this round, whose context requests is.
	requests context.Context
	recall   context.CancelCauseFunc
	health   health
	// outage lasts for as long as nothing is had from the server.
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
			// This one stood between two attempts; the others' streams go on
			// to their ends.
			s.giveUp(t, err)
		default:
			s.giveUp(t, err)
			return err
		}
	}
	return nil
}
