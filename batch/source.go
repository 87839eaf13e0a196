package batch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nightpress/nightpress/internal/estimate"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/record"
)

// errAllDone is the cause of a context that ended because every job is done.
var errAllDone = errors.New("all jobs are done")

// source hands out the jobs of one phase to the workers of all lanes. It is safe for
// concurrent use.
type source struct {
	run  *run
	work *work
	// handedOut counts the jobs that were, tasks are those that lanes have.
	handedOut int
	tasks     []*task

	next func() (*Job, error, bool)
	// feed is where the jobs come from instead of next; nil for most. later is
	// closed when it may have one again.
	feed  Feed
	later <-chan struct{}
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
	// rejections follows the model's first jobs.
	rejections *Rejections
	// sizes are those of the jobs that ended.
	sizes estimate.Sizes
	idle  map[*lane]idle
}

// allDone ends the work of the lanes that wait. The caller holds the run's
// mutex.
func (s *source) allDone() {
	for _, cancel := range s.work.on {
		cancel(errAllDone)
	}
}

// take returns the next task, or nil when there is no more to do for the
// worker. A worker whose seat the lane has no more waits. While other tasks are
// in progress it waits: one of them may be handed back.
func (s *source) take(ctx context.Context, l *lane, seat int) *task {
	for {
		t, over, changed, later := s.look(l, seat)
		if t != nil || over {
			return t
		}
		select {
		case <-changed:
		case <-later:
		case <-time.After(relook):
			// A stream may have stalled.
		case <-ctx.Done():
			return nil
		}
	}
}

// relook is how often an idle worker looks whether another lane is slow.
const relook = time.Second

// idle is when a lane found nothing to hedge. Its other workers need not look.
type idle struct {
	at      time.Time
	changed <-chan struct{}
}

// look returns a task, or whether nothing is left to do for the lane, or two
// channels: it is time to look again when one of them is closed.
func (s *source) look(l *lane, seat int) (t *task, over bool, changed, later <-chan struct{}) {
	r := s.run
	r.mu.Lock()
	defer r.mu.Unlock()
	if state, _ := l.look(); state == laneOut {
		// That holds for a worker without a seat as well: the run waits for all.
		return nil, true, nil, nil
	}
	if l.held() {
		over, later := s.restsOver()
		return nil, over, r.changed, later
	}
	seated := seat < l.tuner.seats() || l.stopReason() != nil
	if seated {
		t = s.taken(l)
	}
	if t == nil && (s.ended || s.rejects()) && len(s.back) == 0 && !s.over() {
		if r.isElsewhere(l, s.work) {
			return nil, true, nil, nil
		}
		if seated {
			t = s.hedgedOnce(l)
		}
	}
	if t != nil {
		t.lane, t.before = l, slices.Clone(t.result.Attempts)
		t.progress.begin(r.Clock.now())
		s.tasks = append(s.tasks, t)
		l.hasJobs(1)
		return t, false, nil, nil
	}
	if over = s.over(); over {
		s.allDone()
	}
	return nil, over, r.changed, s.later
}

// overAtRest is restsOver for a caller that does not hold the run's mutex. It ends
// the lanes' context if nothing is left.
func (s *source) overAtRest() (later <-chan struct{}) {
	s.run.mu.Lock()
	defer s.run.mu.Unlock()
	_, later = s.restsOver()
	return later
}

// restsOver reports whether nothing is left to do, for a lane that takes no job:
// a run whose jobs are done ends, paused or not. With a feed, it is time to look
// again when later is closed. The caller holds the run's mutex.
func (s *source) restsOver() (over bool, later <-chan struct{}) {
	switch {
	case s.underWay > 0 || s.ended:
	case s.feed == nil:
		s.hasJobs()
	case s.first == nil && len(s.back) == 0:
		s.ended, later = s.feed.Rest()
	}
	if over = s.over(); over {
		s.allDone()
	}
	return over, later
}

// hedgedOnce is hedged, unless the lane has just found nothing.
func (s *source) hedgedOnce(l *lane) *task {
	now, last := time.Now(), s.idle[l]
	if last.changed == s.run.changed && now.Sub(last.at) < relook/2 {
		return nil
	}
	t := s.hedged(l)
	if t == nil {
		s.idle[l] = idle{now, s.run.changed}
	}
	return t
}

// taken returns a task that was handed back, else one of a new job, else nil.
// What is decided about a job is decided here, when it begins.
func (s *source) taken(l *lane) *task {
	if s.rejects() {
		return nil
	}
	if why := l.stopReason(); why != nil && len(s.back) > 0 {
		s.abandon(s.back, why)
		s.back = nil
	}
	var t *task
	if s.tooLate(l) {
		return nil
	}
	if len(s.back) > 0 {
		t = s.leastSuspected()
	} else if j := s.read(l); j != nil {
		t = &task{job: j, result: NewResult(j), suspicion: j.Suspicion.clone()}
		t.alone.Store(j.suspected())
	}
	if t != nil {
		s.underWay++
	}
	return t
}

// leastSuspected takes the first of the tasks under which the fewest servers ended.
// The caller has checked that there is one.
func (s *source) leastSuspected() *task {
	least := 0
	for i, t := range s.back {
		if len(t.suspicion.Deaths) < len(s.back[least].suspicion.Deaths) {
			least = i
		}
	}
	t := s.back[least]
	s.back = slices.Delete(s.back, least, least+1)
	return t
}

// read returns the next job that is to be begun, or nil when there is none.
func (s *source) read(l *lane) *Job {
	if s.ended {
		return nil
	}
	j, err := s.pull()
	if s.later != nil {
		return nil
	}
	if err == nil && j != nil {
		err = s.run.mayBegin(j)
		if err == nil && l.late() {
			if s.inTime(l) {
				s.first = j
				return nil
			}
			err = ErrUntil
		}
	}
	if err != nil || j == nil {
		// Store the job that is not begun: if its model is set aside, it needs a
		// result.
		s.first, s.ended, s.endedWhy = j, true, err
		if err != nil {
			s.run.endedWhy = err
		}
		s.run.woken()
		if isStop(err) && !s.run.stopped() {
			s.run.stopping(err)
		}
		return nil
	}
	s.run.begun++
	s.handedOut++
	return j
}

// lateByThen reports whether a job is expected to end too late on every server: its
// model is not even loaded then.
func (s *source) lateByThen() bool {
	for _, other := range s.run.lanes {
		if s.work.out[other] == nil && !s.lateOn(other) {
			return false
		}
	}
	return true
}

// lateOn reports whether a job is expected to end too late on a server that has not
// loaded the model, by what earlier runs took.
func (s *source) lateOn(other *lane) bool {
	l := lane{run: s.run}
	l.pace.Reset(s.work.phase.took(other.Name))
	return l.late()
}

// inTime reports whether another lane may still begin jobs of this work. One whose
// server loads the model may, as may one that is about to choose its work.
func (s *source) inTime(l *lane) bool {
	for _, other := range s.run.lanes {
		if other == l || other.held() || other.gone != nil || s.work.out[other] != nil {
			continue
		}
		_, on := s.work.on[other]
		state, _ := other.look()
		switch {
		case on && state == laneOpen && !other.late():
			return true
		case (on && state == laneLoading || state == laneClosed && s.run.endedWhy == nil) && !s.lateOn(other):
			return true
		}
	}
	return false
}

// hasJobs reports whether there is a job to begin. Where the next one is not to
// be begun, it ends the source.
func (s *source) hasJobs() bool {
	if s.rejects() {
		return false
	}
	if len(s.back) > 0 {
		return true
	}
	if s.ended || s.run.endedWhy != nil {
		return false
	}
	j, err := s.pull()
	if s.later != nil {
		return true
	}
	if err == nil && j != nil {
		err = s.run.mayBegin(j)
	}
	if err == nil && j != nil && s.handedOut == 0 && s.lateByThen() {
		err = ErrUntil
	}
	s.first = j
	if err == nil && j != nil {
		return true
	}
	s.ended, s.endedWhy = true, err
	if err != nil {
		s.run.endedWhy = err
	}
	return false
}

// mayBegin returns why a job is not begun, or nil.
func (r *run) mayBegin(j *Job) error {
	switch {
	case r.Limit > 0 && r.begun == r.Limit:
		return ErrLimit
	case j.Prompt == nil:
		return fmt.Errorf("topic %q: job %s has no prompt", j.Topic, j.ID)
	}
	if r.stopped() {
		return ErrStopped
	}
	if !r.Until.IsZero() && !r.Clock.wall().Before(r.Until) {
		return ErrUntil
	}
	return nil
}

// pull returns the next job, or nil. Then later is set where one may come.
func (s *source) pull() (*Job, error) {
	if j := s.first; j != nil {
		s.first = nil
		return j, nil
	}
	if s.feed != nil {
		var j *Job
		j, s.later = s.feed.Next()
		return j, nil
	}
	j, err, ok := s.next()
	if !ok || err != nil {
		return nil, err
	}
	return j, nil
}

// more reports whether a job is left that has no result. The caller holds the
// run's mutex, and no job is in progress.
func (s *source) more() (bool, error) {
	if len(s.back) > 0 {
		return true, nil
	}
	j, err := s.pull()
	s.first = j
	if j == nil && err == nil {
		s.ended = true
	}
	return j != nil, err
}

// over reports whether no work is left for any worker.
func (s *source) over() bool { return s.empty() || s.rejects() && s.underWay == 0 }

// empty reports whether every job was handed out and none is in progress.
func (s *source) empty() bool { return s.ended && s.underWay == 0 && len(s.back) == 0 }

// rejects reports whether the model's first jobs were all rejected for one cause:
// none is begun any more, unless one in progress is accepted. The caller holds the
// run's mutex.
func (s *source) rejects() bool { return s.rejections.Why() != nil }

// note looks at a result before the sink has it.
func (s *source) note(res *record.Result) {
	s.run.mu.Lock()
	defer s.run.mu.Unlock()
	s.rejections.Result(res)
	tokens := 0
	for _, a := range res.Attempts[res.Earlier:] {
		tokens += a.EvalCount
	}
	s.sizes.Add(tokens)
}

func (s *source) abandon(tasks []*task, why error) {
	if s.leftWhy == nil {
		s.leftWhy = why
	}
	if s.feed != nil {
		for _, t := range tasks {
			s.feed.Return(t.job, t.suspicion.clone())
		}
		return
	}
	s.left = append(s.left, tasks...)
}

// setAside gives every job that has no result yet the same one: its model is
// out. No worker uses the source any more. The jobs of a feed go back to it: they
// may have their results elsewhere.
func (s *source) setAside(reason error, records chan<- ending) error {
	if s.feed != nil {
		return nil
	}
	put := func(res *record.Result) {
		res.Status, res.Reason = record.SetAside, hint.Text(reason)
		records <- ending{result: res}
	}
	for _, t := range append(s.left, s.back...) {
		put(t.result)
	}
	for {
		s.run.mu.Lock()
		j, err := s.pull()
		s.run.mu.Unlock()
		if err != nil || j == nil {
			return err
		}
		put(NewResult(j))
	}
}
