package batch_test

import (
	"context"
	"errors"
	"iter"
	"sync"
	"testing"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
)

// night is a clock with a time of day and a monotonic time, which part when the
// machine sleeps or somebody sets the clock. Waits are over at once and advance
// both.
type night struct {
	mu         sync.Mutex
	wall, mono time.Time
}

var seven = time.Date(2026, 1, 1, 19, 0, 0, 0, time.UTC)

func newNight() *night { return &night{wall: seven, mono: seven} }

// pass lets time pass; jump moves the time of day alone.
func (n *night) pass(d time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.wall, n.mono = n.wall.Add(d), n.mono.Add(d)
}

func (n *night) jump(d time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.wall = n.wall.Add(d)
}

func (n *night) clock() batch.Clock {
	return batch.Clock{
		Now:  func() time.Time { n.mu.Lock(); defer n.mu.Unlock(); return n.mono },
		Wall: func() time.Time { n.mu.Lock(); defer n.mu.Unlock(); return n.wall },
		After: func(d time.Duration) <-chan time.Time {
			n.pass(d)
			c := make(chan time.Time, 1)
			c <- n.mono
			return c
		},
		Jitter: func() float64 { return 0 },
	}
}

// slow is a server whose replies take ten minutes each.
func (n *night) slow() *scripted {
	return &scripted{answer: func(context.Context, int, llm.Request) (string, llm.Usage, error) {
		n.pass(10 * time.Minute)
		return wellFormed, llm.Usage{DoneReason: "stop"}, nil
	}}
}

// took gives each phase durations of earlier runs.
func took(phases iter.Seq2[*batch.Phase, error], d ...time.Duration) iter.Seq2[*batch.Phase, error] {
	return func(yield func(*batch.Phase, error) bool) {
		for p, err := range phases {
			if p != nil {
				p.Took = d
			}
			if !yield(p, err) {
				return
			}
		}
	}
}

func TestUntilBeginsNothingThatIsNotExpectedToEndInTime(t *testing.T) {
	for name, c := range map[string]struct {
		until time.Duration
		took  []time.Duration
		posts int
	}{
		"the fourth would end after 40 minutes":         {35 * time.Minute, nil, 3},
		"the third ends on the minute":                  {30 * time.Minute, nil, 3},
		"of a model without a past one is tried":        {time.Minute, nil, 1},
		"a slow past holds the first one back":          {30 * time.Minute, []time.Duration{time.Hour}, 0},
		"one slow job of five in the past holds none":   {30 * time.Minute, []time.Duration{time.Hour, 1, 1, 1, 1}, 3},
		"two slow jobs of five in the past hold it":     {30 * time.Minute, []time.Duration{time.Hour, 1, 1, 1, time.Hour}, 0},
		"what was long ago does not count":              {30 * time.Minute, append([]time.Duration{time.Hour, time.Hour, time.Hour}, make([]time.Duration, 32)...), 3},
		"with time for all of them the run simply ends": {24 * time.Hour, nil, 50},
	} {
		t.Run(name, func(t *testing.T) {
			n, sink := newNight(), &kept{}
			server := n.slow()
			e := &batch.Engine{Lanes: lane(server, 1), Until: seven.Add(c.until), Clock: n.clock()}
			err := e.Run(t.Context(), took(phases(t, 50, "a"), c.took...), sink)
			if c.posts < 50 && !errors.Is(err, batch.ErrUntil) || c.posts == 50 && err != nil {
				t.Errorf("error: %v", err)
			}
			if len(sink.results) != c.posts {
				t.Errorf("%d posts, want %d", len(sink.results), c.posts)
			}
			if c.posts == 0 && len(server.loads) != 0 {
				t.Error("a model was loaded for nothing")
			}
		})
	}
}

func TestAMachineThatSleptIsNoSlowMachine(t *testing.T) {
	n, sink := newNight(), &kept{}
	server := n.slow()
	answer := server.answer
	server.answer = func(ctx context.Context, i int, req llm.Request) (string, llm.Usage, error) {
		if i == 1 {
			n.jump(3 * time.Hour)
		}
		return answer(ctx, i, req)
	}
	e := &batch.Engine{Lanes: lane(server, 1), Until: seven.Add(4 * time.Hour), Clock: n.clock()}
	if err := e.Run(t.Context(), phases(t, 50, "a"), sink); !errors.Is(err, batch.ErrUntil) {
		t.Errorf("error: %v", err)
	}
	if len(sink.results) != 6 {
		t.Errorf("%d posts in the hour that was left", len(sink.results))
	}
	if s := sink.results[0].Attempts[0].Seconds; s != 600 {
		t.Errorf("the reply is said to have taken %v s", s)
	}
}

func TestAClockThatIsSetPastTheEndLetsThePostsUnderWayFinish(t *testing.T) {
	n, sink := newNight(), &kept{}
	server := n.slow()
	answer := server.answer
	server.answer = func(ctx context.Context, i int, req llm.Request) (string, llm.Usage, error) {
		n.jump(24 * time.Hour)
		return answer(ctx, i, req)
	}
	e := &batch.Engine{Lanes: lane(server, 1), Until: seven.Add(12 * time.Hour), Clock: n.clock()}
	if err := e.Run(t.Context(), phases(t, 50, "a"), sink); !errors.Is(err, batch.ErrUntil) {
		t.Errorf("error: %v", err)
	}
	if sink.count(record.Done) != 1 {
		t.Errorf("results: %+v", sink.results)
	}
}

func TestUntilEndsTheWaitForAServer(t *testing.T) {
	away := &llm.Fault{Kind: llm.FaultPause, Err: errors.New("connection refused")}
	n := newNight()
	server := &scripted{load: func(int) error { return away }}
	e := &batch.Engine{Lanes: lane(server, 0), Until: seven.Add(time.Hour), Clock: n.clock()}
	if err := e.Run(t.Context(), phases(t, 5, "a"), &kept{}); !errors.Is(err, batch.ErrUntil) {
		t.Errorf("error: %v", err)
	}
	if late := n.wall.Sub(seven.Add(time.Hour)); late < 0 || late > 2*time.Minute {
		t.Errorf("it ended %s after its time", late)
	}
}

func TestNoSecondAttemptIsBegunTooLateAndTheFirstIsKept(t *testing.T) {
	n, sink := newNight(), &kept{}
	server := n.slow()
	server.answer = func(context.Context, int, llm.Request) (string, llm.Usage, error) {
		n.pass(time.Hour)
		return "no post", llm.Usage{DoneReason: "stop"}, nil
	}
	e := &batch.Engine{Lanes: lane(server, 1), Attempts: 4, Until: seven.Add(30 * time.Minute), Clock: n.clock()}
	if err := e.Run(t.Context(), phases(t, 5, "a"), sink); !errors.Is(err, batch.ErrUntil) {
		t.Errorf("error: %v", err)
	}
	if len(server.requests) != 1 || len(sink.attempts) != 1 || len(sink.results) != 0 {
		t.Errorf("%d requests, %d attempts kept, %d results", len(server.requests), len(sink.attempts), len(sink.results))
	}
}

func TestAStopSaysHowManyPostsAreUnderWayAndHowLongTheyTake(t *testing.T) {
	n, stop, told := newNight(), make(chan struct{}), make(chan struct{})
	var both sync.WaitGroup
	both.Add(2)
	server := &scripted{answer: func(_ context.Context, i int, _ llm.Request) (string, llm.Usage, error) {
		both.Done()
		both.Wait()
		if i == 1 {
			n.pass(4 * time.Minute)
			close(stop)
		}
		<-told
		return wellFormed, llm.Usage{DoneReason: "stop"}, nil
	}}
	var s batch.Stopping
	e := &batch.Engine{Lanes: lane(server, 2), Stop: stop, Clock: n.clock(), Events: func(ev batch.Event) {
		if stopping, ok := ev.(batch.Stopping); ok {
			s = stopping
			close(told)
		}
	}}
	if err := e.Run(t.Context(), took(phases(t, 50, "a"), 10*time.Minute), &kept{}); !errors.Is(err, batch.ErrStopped) {
		t.Errorf("error: %v", err)
	}
	if s.UnderWay != 2 || s.Longest != 6*time.Minute || !errors.Is(s.Reason, batch.ErrStopped) {
		t.Errorf("told: %+v", s)
	}
}

// loading is a server whose load lasts until it is given up.
type loading struct {
	scripted
	begun chan struct{}
}

func (l *loading) Load(ctx context.Context, _ llm.Model) error {
	close(l.begun)
	<-ctx.Done()
	return context.Cause(ctx)
}

func TestAStopEndsALoad(t *testing.T) {
	stop := make(chan struct{})
	server := &loading{begun: make(chan struct{})}
	go func() { <-server.begun; close(stop) }()
	e := &batch.Engine{Lanes: lane(server, 0), Stop: stop}
	if err := e.Run(t.Context(), phases(t, 5, "a"), &kept{}); !errors.Is(err, batch.ErrStopped) {
		t.Errorf("error: %v", err)
	}
}
