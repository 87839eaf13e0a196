package batch_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
)

// queue is a feed in memory.
type queue struct {
	mu       sync.Mutex
	jobs     []*batch.Job
	over     bool
	changed  chan struct{}
	returned []*batch.Job
	crashed  map[string]bool
}

func newQueue(jobs ...*batch.Job) *queue {
	return &queue{jobs: jobs, changed: make(chan struct{}), crashed: map[string]bool{}}
}

func (q *queue) Next() (*batch.Job, <-chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case len(q.jobs) > 0:
		j := q.jobs[0]
		q.jobs = q.jobs[1:]
		return j, nil
	case q.over:
		return nil, nil
	}
	return nil, q.changed
}

func (q *queue) Rest() (bool, <-chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.over && len(q.jobs) == 0, q.changed
}

func (q *queue) Return(j *batch.Job, s batch.Suspicion) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.returned = append(q.returned, j)
	q.returned[len(q.returned)-1].Suspicion, q.crashed[j.ID] = s, s.Crashed
}

// add adds jobs, and end says that no more come.
func (q *queue) add(jobs ...*batch.Job) { q.change(func() { q.jobs = append(q.jobs, jobs...) }) }
func (q *queue) end()                   { q.change(func() { q.over = true }) }

func (q *queue) change(how func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	how()
	close(q.changed)
	q.changed = make(chan struct{})
}

// fed are jobs, and a phase that has them from a queue.
func fed(t *testing.T, q *queue, n int) (jobs []*batch.Job, all func(func(*batch.Phase, error) bool)) {
	t.Helper()
	for p, err := range phases(t, n, "a") {
		if err != nil {
			t.Fatal(err)
		}
		for j := range p.Jobs {
			jobs = append(jobs, j)
		}
		p.Jobs, p.Feed = nil, q
		return jobs, func(yield func(*batch.Phase, error) bool) { yield(p, nil) }
	}
	return nil, nil
}

func TestJobsOfAFeedAreDoneAsTheyCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		jobs, all := fed(t, q, 20)
		server, sink := &scripted{answer: always(wellFormed)}, &kept{}
		e := &batch.Engine{Lanes: lane(server, 3), NoHedge: true}
		ended := make(chan error)
		go func() { ended <- e.Run(t.Context(), all, sink) }()
		for i := range jobs {
			time.Sleep(time.Minute)
			q.add(jobs[i])
		}
		time.Sleep(time.Minute)
		q.end()
		if err := <-ended; err != nil || sink.count(record.Done) != 20 || len(q.returned) > 0 {
			t.Errorf("%v, %d posts, %d returned", err, sink.count(record.Done), len(q.returned))
		}
		if len(server.loads) != 1 {
			t.Errorf("the model was loaded %d times", len(server.loads))
		}
	})
}

// Another machine may be able to do what a server that is away cannot.
func TestJobsOfAFeedGoBackWhileNoServerWantsThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		jobs, all := fed(t, q, 6)
		away := &llm.Fault{Kind: llm.FaultPause, Err: errors.New("connection refused")}
		server := &scripted{
			answer: func(_ context.Context, n int, _ llm.Request) (string, llm.Usage, error) {
				if n <= 3 {
					time.Sleep(time.Minute)
					return "", llm.Usage{}, away
				}
				return wellFormed, whole, nil
			},
			probe: func(n int) error {
				if n <= 3 {
					return away
				}
				return nil
			},
		}
		q.add(jobs...)
		sink := &kept{}
		e := &batch.Engine{Lanes: lane(server, 3), NoHedge: true}
		ended := make(chan error)
		go func() { ended <- e.Run(t.Context(), all, sink) }()
		time.Sleep(time.Hour)
		q.end()
		if err := <-ended; err != nil || sink.count(record.Done) != 3 || len(q.returned) != 3 {
			t.Errorf("%v, %d posts, %d returned", err, sink.count(record.Done), len(q.returned))
		}
	})
}

func TestAJobOfAFeedWhoseModelCannotRunHereGoesBackWithoutAResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		jobs, all := fed(t, q, 5)
		q.add(jobs...)
		server := &scripted{load: func(int) error { return &llm.Fault{Kind: llm.FaultModel, Err: errors.New("too large")} }}
		sink, tale := &kept{}, &story{}
		e := &batch.Engine{Lanes: lane(server, 2), NoHedge: true, Events: tale.event}
		if err := e.Run(t.Context(), all, sink); err != nil || len(sink.results) > 0 || tale.String() != "unusable" {
			t.Errorf("%v, %d results, %s", err, len(sink.results), tale)
		}
		if len(q.jobs)+len(q.returned) != 5 {
			t.Errorf("%d jobs of 5 are in the queue, %d were returned", len(q.jobs), len(q.returned))
		}
	})
}

// A model that crashes on a prompt wherever it runs must not crash everywhere.
func TestAJobThatCrashedAModelElsewhereIsRejectedAtItsNextCrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		jobs, all := fed(t, q, 1)
		jobs[0].Crashed = true
		q.add(jobs...)
		q.end()
		server := &scripted{answer: func(context.Context, int, llm.Request) (string, llm.Usage, error) {
			return "", llm.Usage{}, trouble(llm.Crash, "the runner ended")
		}}
		sink := &kept{}
		e := &batch.Engine{Lanes: lane(server, 2), NoHedge: true}
		if err := e.Run(t.Context(), all, sink); err != nil || sink.count(record.Rejected) != 1 || len(server.requests) != 1 {
			t.Errorf("%v, %d rejected after %d requests", err, sink.count(record.Rejected), len(server.requests))
		}
	})
}

func TestACanceledRunReturnsTheJobsOfItsFeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		jobs, all := fed(t, q, 4)
		q.add(jobs...)
		ctx, cancel := context.WithCancel(t.Context())
		server := &scripted{answer: func(ctx context.Context, _ int, _ llm.Request) (string, llm.Usage, error) {
			<-ctx.Done()
			return "", llm.Usage{}, ctx.Err()
		}}
		e := &batch.Engine{Lanes: lane(server, 3), NoHedge: true}
		ended := make(chan error)
		go func() { ended <- e.Run(ctx, all, &kept{}) }()
		synctest.Wait()
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) || len(q.returned) != 3 || len(q.jobs) != 1 {
			t.Errorf("%v, %d returned, %d in the queue", err, len(q.returned), len(q.jobs))
		}
	})
}

// A run that is paused notices that no more jobs come, whether the pause began
// before its first job, while it waited for one, or while one was in progress.
func TestAPausedRunNoticesTheEndOfItsFeed(t *testing.T) {
	for _, after := range []time.Duration{0, 30 * time.Second, 65 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			q := newQueue()
			jobs, all := fed(t, q, 2)
			server := &scripted{answer: func(context.Context, int, llm.Request) (string, llm.Usage, error) {
				time.Sleep(10 * time.Second)
				return wellFormed, whole, nil
			}}
			sink := &kept{}
			c := &batch.Control{}
			e := &batch.Engine{Lanes: lane(server, 2), NoHedge: true, Control: c}
			ended := make(chan error, 1)
			if after == 0 {
				c.Pause(batch.Pause{By: "a person"})
			}
			go func() { ended <- e.Run(t.Context(), all, sink) }()
			begin := time.Now()
			time.Sleep(time.Minute / 2)
			if after > 0 && after <= time.Minute/2 {
				c.Pause(batch.Pause{By: "a person"})
			}
			time.Sleep(time.Minute / 2)
			if after > time.Minute {
				q.add(jobs...)
				time.Sleep(5 * time.Second)
				c.Pause(batch.Pause{By: "a person"})
			}
			time.Sleep(time.Hour - time.Since(begin))
			q.end()
			synctest.Wait()
			select {
			case err := <-ended:
				if want := map[bool]int{true: 2}[after > time.Minute]; err != nil || sink.count(record.Done) != want {
					t.Errorf("paused after %s: %v, %d posts, want %d", after, err, sink.count(record.Done), want)
				}
			default:
				t.Errorf("paused after %s: the run goes on", after)
				c.Resume("a person")
				<-ended
			}
		})
	}
}
