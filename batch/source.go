package batch

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/record"
)

// task is a job that was handed out, with its result so far. It moves from lane to
// lane with its job.
type task struct {
	job    *Job
	result *record.Result
	// crashed is set if a model crashed while the job's request was under way.
	// From then on, its requests are made alone.
	crashed bool
}

// errAllDone is the cause of a context that ended because every job is done.
var errAllDone = errors.New("all jobs are done")

// source hands out the jobs of one phase to the workers of all lanes. It is safe for
// concurrent use.
type source struct {
	run *run
	// allDone is called once no job is left and none is under way.
	allDone func()

	mu   sync.Mutex
	next func() (*Job, error, bool)
	// first is a job that was read but not handed out.
	first *Job
	// back holds the tasks that were handed back. They are handed out first.
	back []*task
	// underWay counts the tasks that workers have.
	underWay int
	// ended is set if no more jobs are read. endedWhy is the reason; it is nil
	// at the end of the jobs.
	ended    bool
	endedWhy error
	// left holds the abandoned tasks. leftWhy is the reason of the first.
	left    []*task
	leftWhy error
	// changed is closed, and replaced, when waiting workers should look again.
	changed chan struct{}
}

// take returns the next task, or nil if no work is left. While other tasks are under
// way, it waits, because one of them may be handed back.
func (s *source) take(ctx context.Context) *task {
	for {
		t, over, changed := s.look()
		switch {
		case t != nil:
			return t
		case over:
			s.allDone()
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil
		}
	}
}

// look returns a task, or whether no work is left, or a channel that is closed when
// the caller should look again.
func (s *source) look() (t *task, over bool, changed <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t = s.taken()
	return t, s.over(), s.changed
}

// taken returns a task that was handed back, or else one of a new job, or else nil.
// It decides whether a job begins.
func (s *source) taken() *task {
	if why := s.run.stopReason(); why != nil && len(s.back) > 0 {
		s.abandon(s.back, why)
		s.back = nil
	}
	var t *task
	if len(s.back) > 0 {
		t, s.back = s.back[0], s.back[1:]
	} else if j := s.read(); j != nil {
		t = &task{job: j, result: newResult(j)}
	}
	if t != nil {
		s.underWay++
	}
	return t
}

// read returns the next job to begin, or nil.
func (s *source) read() *Job {
	if s.ended {
		return nil
	}
	j, err := s.pull()
	if err == nil && j != nil {
		err = s.run.mayBegin(j)
	}
	if err != nil || j == nil {
		// Store the job that is not begun: if its model is set aside, it needs a
		// result.
		s.first, s.ended, s.endedWhy = j, true, err
		if isStop(err) && !s.run.stopped() {
			s.run.stopping(err)
		}
		return nil
	}
	s.run.begun++
	return j
}

// mayBegin returns why a job is not begun, or nil.
func (r *run) mayBegin(j *Job) error {
	switch {
	case r.Limit > 0 && r.begun == r.Limit:
		return ErrLimit
	case j.Prompt == nil:
		return fmt.Errorf("topic %q: job %s has no prompt", j.Topic, j.ID)
	}
	return r.stopReason()
}

// pull returns the next job, or nil.
func (s *source) pull() (*Job, error) {
	if j := s.first; j != nil {
		s.first = nil
		return j, nil
	}
	j, err, ok := s.next()
	if !ok || err != nil {
		return nil, err
	}
	return j, nil
}

// over reports whether no work is left for any worker.
func (s *source) over() bool { return s.ended && s.underWay == 0 && len(s.back) == 0 }

// finish ends a task with a result.
func (s *source) finish() { s.end(func() {}) }

// handBack takes back a task that a lane cannot do now.
func (s *source) handBack(t *task) { s.end(func() { s.back = append(s.back, t) }) }

// giveUp ends a task that is left without a result in this run.
func (s *source) giveUp(t *task, why error) { s.end(func() { s.abandon([]*task{t}, why) }) }

// end ends a task's time under way.
func (s *source) end(how func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.underWay--
	how()
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *source) abandon(tasks []*task, why error) {
	if s.leftWhy == nil {
		s.leftWhy = why
	}
	s.left = append(s.left, tasks...)
}

// setAside gives every job without a result the status set-aside. No worker uses the
// source any more.
func (s *source) setAside(ctx context.Context, sink Sink, reason error) error {
	put := func(res *record.Result) error {
		res.Status, res.Reason = record.SetAside, hint.Text(reason)
		return sink.Put(ctx, res)
	}
	for _, t := range append(s.left, s.back...) {
		if err := put(t.result); err != nil {
			return errors.Join(err, sink.Commit(ctx))
		}
	}
	for n := 1; ; n++ {
		j, err := s.pull()
		if err == nil && j != nil {
			err = put(newResult(j))
		}
		if err != nil || j == nil {
			return errors.Join(err, sink.Commit(ctx))
		}
		if n%maxTogether == 0 {
			if err := sink.Commit(ctx); err != nil {
				return err
			}
		}
	}
}
