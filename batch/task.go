package batch

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"

	"github.com/nightpress/nightpress/internal/record"
)

// task is a job that was handed out, with its result so far. It moves from lane to
// lane with its job.
type task struct {
	job    *Job
	result *record.Result
	// suspicion is that of the job. Whoever has the task uses it. alone is set if
	// the task's requests are made alone: lanes that look for a hedge read it while
	// another lane does the job.
	suspicion Suspicion
	alone     atomic.Bool

	// lane is where it is done, and before has the attempts that it had when it
	// began there.
	lane   *lane
	before []record.Attempt
	// progress is how far it is on its lane.
	progress progress
	// hedge: the job is another task's, which is slow. race has all tasks of the
	// job; nil where there is one.
	hedge bool
	race  *race
	// cancel ends the task's request; won: it gave the job its result; beaten:
	// another task of the job did.
	cancel      context.CancelCauseFunc
	won, beaten bool
}

// race is the tasks of one job that are in progress on several lanes.
type race struct{ tasks []*task }

// rivals are the other tasks of the task's job.
func (t *task) rivals() (all []*task) {
	if t.race == nil {
		return nil
	}
	for _, one := range t.race.tasks {
		if one != t {
			all = append(all, one)
		}
	}
	return all
}

// errBeaten is the cause of a request whose job has its result from elsewhere.
var errBeaten = errors.New("another server was first")

// under notes how the task's request is ended.
func (t *task) under(cancel context.CancelCauseFunc) {
	r := t.lane.run
	r.mu.Lock()
	defer r.mu.Unlock()
	if t.cancel = cancel; t.beaten {
		cancel(errBeaten)
	}
}

// wins reports whether a task's result is its job's. Of a task and its hedges the
// first whose reply is accepted wins, and the others are canceled; a hedge that
// was rejected says nothing.
func (s *source) wins(t *task, res *record.Result) bool {
	r := s.run
	r.mu.Lock()
	defer r.mu.Unlock()
	if t.beaten || t.hedge && res.Status != record.Done && len(t.rivals()) > 0 {
		s.drop(t)
		return false
	}
	t.won = true
	for _, other := range t.rivals() {
		other.beaten = true
		if other.cancel != nil {
			other.cancel(errBeaten)
		}
	}
	return true
}

// kept notes that an attempt of the task was saved: another lane that takes up a post
// in sections begins after it.
func (t *task) kept() {
	if t.job.Prompt.Contract.Sections == nil {
		return
	}
	r := t.lane.run
	r.mu.Lock()
	defer r.mu.Unlock()
	t.before = slices.Clone(t.result.Attempts)
}

// finish ends a task that has its result.
func (s *source) finish(t *task) {
	s.end(t, func() {})
}

// handBack takes a task back that a lane cannot do now.
func (s *source) handBack(t *task) {
	s.end(t, func() {
		if s.back = append(s.back, t); s.feed != nil && !s.work.wanting() {
			s.sendBack()
		}
	})
}

// giveUp ends a task that is left without a result in this run.
func (s *source) giveUp(t *task, why error) {
	s.end(t, func() { s.abandon([]*task{t}, why) })
}

// end ends a task's time in progress. Where another one of its job goes on, the job
// stays in progress with that.
func (s *source) end(t *task, how func()) {
	s.run.mu.Lock()
	defer s.run.mu.Unlock()
	alone := t.won || len(t.rivals()) == 0
	s.drop(t)
	if alone && !t.beaten {
		// A hedge whose slow server went away meanwhile is the job's only task.
		t.hedge, t.race = false, nil
		s.underWay--
		how()
	}
	s.run.woken()
}

// drop takes a task from those that lanes have. The caller holds the run's
// mutex.
func (s *source) drop(t *task) {
	isIt := func(one *task) bool { return one == t }
	s.tasks = slices.DeleteFunc(s.tasks, isIt)
	if t.race != nil {
		t.race.tasks = slices.DeleteFunc(t.race.tasks, isIt)
	}
}
