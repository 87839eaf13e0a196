package batch_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
	"pgregory.net/rapid"
)

// steady is a server whose replies take a second each. It can be away.
type steady struct {
	scripted
	mu    sync.Mutex
	began []time.Time
	away  bool
	// loaded is the model in memory.
	loaded string
}

var errRefused = &llm.Fault{Kind: llm.FaultPause, Err: errors.New("connection refused")}

func newSteady() *steady {
	s := &steady{}
	s.answer = func(ctx context.Context, _ int, _ llm.Request) (string, llm.Usage, error) {
		s.mu.Lock()
		s.began = append(s.began, time.Now())
		s.mu.Unlock()
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return "", llm.Usage{}, ctx.Err()
		}
		if s.isAway() {
			return "TITLE: Ha", llm.Usage{}, errRefused
		}
		return wellFormed, whole, nil
	}
	s.probe = func(int) error { return s.fault() }
	s.load = func(int) error {
		s.mu.Lock()
		s.loaded = "loaded"
		s.mu.Unlock()
		return s.fault()
	}
	s.unload = func(int) error {
		s.mu.Lock()
		s.loaded = ""
		s.mu.Unlock()
		return nil
	}
	return s
}

func (s *steady) isAway() bool { s.mu.Lock(); defer s.mu.Unlock(); return s.away }

func (s *steady) fault() error {
	if s.isAway() {
		return errRefused
	}
	return nil
}

func (s *steady) setAway(away bool) { s.mu.Lock(); s.away = away; s.mu.Unlock() }

// hasModel reports whether a model is in memory.
func (s *steady) hasModel() bool { s.mu.Lock(); defer s.mu.Unlock(); return s.loaded != "" }

// begun counts the requests that began after a moment.
func (s *steady) begun(after time.Time) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, at := range s.began {
		if at.After(after) {
			n++
		}
	}
	return n
}

// controlled is a run over servers that a test controls.
type controlled struct {
	*batch.Control
	t     *testing.T
	sink  *kept
	jobs  int
	ended chan error
}

// control begins a run. set, when set, changes the engine first.
func control(t *testing.T, jobs int, servers []*steady, set func(*batch.Engine)) *controlled {
	t.Helper()
	c := &controlled{Control: &batch.Control{}, t: t, sink: &kept{}, jobs: jobs, ended: make(chan error, 1)}
	e := &batch.Engine{Attempts: 1, Patience: 10 * time.Minute, Control: c.Control}
	for i, s := range servers {
		e.Lanes = append(e.Lanes, batch.Lane{Name: fmt.Sprint(i), Generator: s, Workers: 2})
	}
	if set != nil {
		set(e)
	}
	go func() { c.ended <- e.Run(t.Context(), counted(t, jobs, "a"), c.sink) }()
	return c
}

// complete waits for the end and checks that every job has its post at its first
// attempt, once.
func (c *controlled) complete() {
	c.t.Helper()
	if err := <-c.ended; err != nil {
		c.t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, r := range c.sink.results {
		if seen[r.Topic] || r.Status != record.Done || len(r.Attempts) != 1 {
			c.t.Errorf("%s is %s after %d attempts, seen before: %v", r.Topic, r.Status, len(r.Attempts), seen[r.Topic])
		}
		seen[r.Topic] = true
	}
	if len(seen) != c.jobs {
		c.t.Errorf("%d posts of %d", len(seen), c.jobs)
	}
}

func (c *controlled) running() bool {
	synctest.Wait()
	return len(c.ended) == 0
}

func TestAPausedRunBeginsNothingAndItsPostsInProgressFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSteady()
		c := control(t, 20, []*steady{s}, nil)
		time.Sleep(4500 * time.Millisecond)
		c.Pause(batch.Pause{By: "a person", Reason: "lunch"})
		paused := time.Now()
		// Longer than the run is patient.
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		if n := s.begun(paused); n > 0 || len(c.sink.results) != 10 || !s.hasModel() {
			t.Errorf("%d requests began in the pause; %d posts, want 10; the model is in memory: %v", n, len(c.sink.results), s.hasModel())
		}
		if now := c.Look(); now.Paused != 3*time.Hour || !now.Since.Equal(paused) || now.Pauses[0].Reason != "lunch" {
			t.Errorf("the control says %+v", now)
		}
		c.Resume("a person")
		resumed := time.Now()
		c.complete()
		if took := time.Since(resumed); took > 6*time.Second {
			t.Errorf("the other ten posts took %s", took)
		}
		if len(s.loads) != 1 || len(s.requests) != 20 {
			t.Errorf("%d loads, %d requests", len(s.loads), len(s.requests))
		}
	})
}

func TestAPauseThatUnloadsReleasesTheMemoryAfterThePostsInProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		servers := []*steady{newSteady(), newSteady()}
		unloaded := make(chan string, 2)
		c := control(t, 40, servers, func(e *batch.Engine) {
			e.Events = func(ev batch.Event) {
				if ev, ok := ev.(batch.Unloaded); ok {
					unloaded <- ev.Server
				}
			}
		})
		time.Sleep(2500 * time.Millisecond)
		c.Pause(batch.Pause{By: "a person"})
		time.Sleep(time.Minute)
		if !servers[0].hasModel() || !servers[1].hasModel() {
			t.Error("a pause that does not unload unloads")
		}
		c.Resume("a person")
		time.Sleep(500 * time.Millisecond)
		c.Pause(batch.Pause{By: "a person", Unload: true})
		synctest.Wait()
		if !servers[0].hasModel() || !servers[1].hasModel() {
			t.Error("the model is taken from posts in progress")
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if servers[0].hasModel() || servers[1].hasModel() || len(unloaded) != 2 {
			t.Errorf("the models are in memory; %d events", len(unloaded))
		}
		c.Resume("a person")
		c.complete()
		if len(servers[0].requests)+len(servers[1].requests) != 40 || len(servers[0].loads) != 2 {
			t.Errorf("%d and %d requests, %d loads", len(servers[0].requests), len(servers[1].requests), len(servers[0].loads))
		}
	})
}

func TestARunThatIsPausedFromTheBeginningLoadsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSteady()
		c := control(t, 4, []*steady{s}, func(e *batch.Engine) { e.Control.Pause(batch.Pause{By: "while"}) })
		time.Sleep(time.Hour)
		synctest.Wait()
		if len(s.loads)+len(s.requests) > 0 {
			t.Errorf("%d loads, %d requests", len(s.loads), len(s.requests))
		}
		c.Resume("while")
		c.complete()
	})
}

// Each reason to be paused is taken away by itself.
func TestARunIsPausedWhileThereIsAReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSteady()
		c := control(t, 10, []*steady{s}, nil)
		c.Pause(batch.Pause{By: "a person"})
		c.Pause(batch.Pause{By: "while", Reason: "somebody plays"})
		c.Resume("a person")
		time.Sleep(time.Hour)
		synctest.Wait()
		if len(s.requests) > 0 || len(c.Look().Pauses) != 1 {
			t.Errorf("%d requests, %+v", len(s.requests), c.Look())
		}
		c.Resume("while")
		c.complete()
	})
}

func TestARunWhoseLastPostsEndInAPauseIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		servers := []*steady{newSteady(), newSteady()}
		c := control(t, 4, servers, nil)
		time.Sleep(500 * time.Millisecond)
		c.Pause(batch.Pause{By: "a person", Unload: true})
		began := time.Now()
		c.complete()
		if time.Since(began) > 2*time.Second {
			t.Errorf("the run waited %s for nothing", time.Since(began))
		}
	})
}

func TestAPausedRunEndsAtItsLimits(t *testing.T) {
	for name, c := range map[string]struct {
		set  func(*batch.Engine, chan struct{})
		want error
	}{
		"stop": {func(e *batch.Engine, stop chan struct{}) {
			e.Stop = stop
			go func() { time.Sleep(time.Hour); close(stop) }()
		}, batch.ErrStopped},
		"until": {func(e *batch.Engine, _ chan struct{}) { e.Until = time.Now().Add(time.Hour) }, batch.ErrUntil},
	} {
		for _, at := range []time.Duration{0, 1500 * time.Millisecond} {
			t.Run(fmt.Sprintf("%s, paused after %s", name, at), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					run := control(t, 20, []*steady{newSteady(), newSteady()}, func(e *batch.Engine) {
						c.set(e, make(chan struct{}))
						if at == 0 {
							e.Control.Pause(batch.Pause{By: "a person"})
						}
					})
					if at > 0 {
						time.Sleep(at)
						run.Pause(batch.Pause{By: "a person"})
					}
					began := time.Now()
					if err := <-run.ended; !errors.Is(err, c.want) {
						t.Errorf("error: %v, want %v", err, c.want)
					}
					if took := time.Since(began); took < 58*time.Minute || took > 62*time.Minute {
						t.Errorf("it ended after %s", took)
					}
				})
			})
		}
	}
}

func TestADrainedServerTakesNoMorePostsUntilItMay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		servers := []*steady{newSteady(), newSteady()}
		c := control(t, 60, servers, nil)
		time.Sleep(1500 * time.Millisecond)
		c.Drain("0", true)
		drained := time.Now()
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if n := servers[0].begun(drained); n > 0 || servers[1].begun(drained) != 10 {
			t.Errorf("%d requests of the drained server, %d of the other one", n, servers[1].begun(drained))
		}
		c.Drain("0", false)
		back := time.Now()
		c.complete()
		if servers[0].begun(back) == 0 || len(servers[0].loads) != 1 {
			t.Errorf("%d requests after that, %d loads", servers[0].begun(back), len(servers[0].loads))
		}
		if n := len(servers[0].requests) + len(servers[1].requests); n != 60 {
			t.Errorf("%d requests", n)
		}
	})
}

// The drained server does not keep a run that nobody else can finish.
func TestARunEndsWhenOnlyDrainedServersAreLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		servers := []*steady{newSteady(), newSteady()}
		c := control(t, 60, servers, nil)
		time.Sleep(1500 * time.Millisecond)
		c.Drain("0", true)
		servers[1].setAway(true)
		if err := <-c.ended; !errors.Is(err, batch.ErrPatience) {
			t.Errorf("error: %v", err)
		}
	})
}

func TestWorkersAreSetWhileARunGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSteady()
		var seats []int
		var mu sync.Mutex
		c := control(t, 80, []*steady{s}, func(e *batch.Engine) {
			e.Events = func(ev batch.Event) {
				if ev, ok := ev.(batch.Seated); ok {
					mu.Lock()
					seats = append(seats, ev.Workers)
					mu.Unlock()
				}
			}
		})
		inSecond := func() int {
			began := time.Now()
			time.Sleep(time.Second)
			return s.begun(began)
		}
		time.Sleep(1500 * time.Millisecond)
		for _, n := range []int{8, 3, 1, 5} {
			c.SetWorkers("0", n)
			time.Sleep(1300 * time.Millisecond)
			if got := inSecond(); got != n {
				t.Errorf("%d requests in a second with %d workers", got, n)
			}
		}
		c.complete()
		if want := []int{2, 8, 3, 1, 5}; !slices.Equal(seats, want) {
			t.Errorf("seats: %v, want %v", seats, want)
		}
	})
}

// A server that is away is waited for as long as the run is patient, and no longer
// counts the time of a pause.
func TestAnOutageInAPauseTakesNoPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSteady()
		c := control(t, 20, []*steady{s}, nil)
		time.Sleep(1500 * time.Millisecond)
		s.setAway(true)
		time.Sleep(5 * time.Minute)
		c.Pause(batch.Pause{By: "a person"})
		time.Sleep(2 * time.Hour)
		if !c.running() {
			t.Fatalf("the pause ended the run: %v", <-c.ended)
		}
		c.Resume("a person")
		time.Sleep(3 * time.Minute)
		if !c.running() {
			t.Fatalf("the run ended after eight minutes: %v", <-c.ended)
		}
		s.setAway(false)
		c.complete()
	})
}

// Whatever is done to a run, each job has its post once, and no job begins while
// the run is paused.
func TestControlLosesNothingAndAsksNothingTwice(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.SliceOfN(rapid.IntRange(0, 1<<20), 3, 16).Draw(rt, "actions")
		synctest.Test(t, func(t *testing.T) {
			servers := []*steady{newSteady(), newSteady(), newSteady()}
			c := control(t, 30, servers, func(e *batch.Engine) { e.Patience = 100 * time.Hour })
			for _, n := range seed {
				server := n % 3
				switch n / 3 % 9 {
				case 0:
					c.Pause(batch.Pause{By: "a person", Unload: n%2 == 0})
				case 1:
					c.Resume("a person")
				case 2:
					c.Pause(batch.Pause{By: "while"})
				case 3:
					c.Resume("while")
				case 4:
					c.Drain(fmt.Sprint(server), true)
				case 5:
					c.Drain(fmt.Sprint(server), false)
				case 6:
					c.SetWorkers(fmt.Sprint(server), n/27%7)
				case 7:
					servers[server].setAway(true)
				case 8:
					servers[server].setAway(false)
				}
				synctest.Wait()
				now, paused := time.Now(), len(c.Look().Pauses) > 0
				time.Sleep(time.Duration(n%5000) * time.Millisecond)
				for i, s := range servers {
					if n := s.begun(now); paused && n > 0 {
						rt.Errorf("%d requests began at server %d in a pause", n, i)
					}
				}
			}
			c.Resume("a person")
			c.Resume("while")
			for i, s := range servers {
				s.setAway(false)
				c.Drain(fmt.Sprint(i), false)
			}
			c.complete()
		})
	})
}
