package batch_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
	"pgregory.net/rapid"
)

// Of two servers one dies in the middle of its requests and stays away. The
// other one makes its posts too, and the run does not wait for the dead one.
func TestAServerThatDiesLosesNothingAndCostsNoAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		away := &llm.Fault{Kind: llm.FaultPause, Err: errors.New("connection refused")}
		var bothUnderWay sync.WaitGroup
		bothUnderWay.Add(2)
		var dead atomic.Bool
		dying := &scripted{
			answer: func(_ context.Context, n int, _ llm.Request) (string, llm.Usage, error) {
				if n <= 4 {
					time.Sleep(time.Second)
					return wellFormed, whole, nil
				}
				bothUnderWay.Done()
				bothUnderWay.Wait()
				dead.Store(true)
				return "TITLE: Half a", whole, away
			},
			probe: func(int) error {
				if dead.Load() {
					return away
				}
				return nil
			},
		}
		healthy := &scripted{answer: func(context.Context, int, llm.Request) (string, llm.Usage, error) {
			time.Sleep(time.Second)
			return wellFormed, whole, nil
		}}
		sink, handedBack := &kept{}, 0
		var mu sync.Mutex
		e := &batch.Engine{
			Lanes:    []batch.Lane{{Name: "dying", Generator: dying}, {Name: "healthy", Generator: healthy}},
			Attempts: 1,
			Events: func(ev batch.Event) {
				mu.Lock()
				defer mu.Unlock()
				switch ev := ev.(type) {
				case batch.HandedBack:
					handedBack++
				case batch.Waiting:
					if ev.Server != "dying" || ev.Until.Sub(ev.Since) < 2*time.Hour {
						t.Errorf("an outage of %s from %s until %s", ev.Server, ev.Since, ev.Until)
					}
				}
			},
		}
		began := time.Now()
		if err := e.Run(t.Context(), phases(t, 40, "a"), sink); err != nil {
			t.Fatal(err)
		}
		by, topics := map[string]int{}, map[string]int{}
		for _, r := range sink.results {
			by[r.Server]++
			topics[r.Topic]++
			if r.Status != record.Done || len(r.Attempts) != 1 || r.Attempts[0].Server != r.Server {
				t.Errorf("%s is %s after %d attempts", r.Topic, r.Status, len(r.Attempts))
			}
		}
		if len(sink.results) != 40 || len(topics) != 40 || by["dying"] != 4 || by["healthy"] != 36 {
			t.Errorf("%d posts of %d topics, by server: %v", len(sink.results), len(topics), by)
		}
		if handedBack != 2 || len(dying.requests)+len(healthy.requests) != 42 {
			t.Errorf("%d jobs handed back, %d requests", handedBack, len(dying.requests)+len(healthy.requests))
		}
		// Two workers make 36 posts at a second each.
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("the run took %s: it waited for the dead server", took)
		}
	})
}

func TestAModelThatOneServerCannotRunIsMadeByTheOther(t *testing.T) {
	isOut := make(chan string, 2)
	unable := &scripted{load: func(int) error {
		return &llm.Fault{Kind: llm.FaultModel, Err: errors.New("model not found")}
	}}
	gone := make(chan struct{})
	able := &scripted{answer: func(context.Context, int, llm.Request) (string, llm.Usage, error) {
		<-gone
		return wellFormed, whole, nil
	}}
	e := &batch.Engine{Lanes: []batch.Lane{{Name: "unable", Generator: unable}, {Name: "able", Generator: able}}, Events: func(ev batch.Event) {
		switch ev := ev.(type) {
		case batch.Out:
			isOut <- ev.Server
			close(gone)
		case batch.Unusable:
			t.Error("the model was set aside")
		}
	}}
	sink := &kept{}
	if err := e.Run(t.Context(), phases(t, 10, "a"), sink); err != nil || sink.count(record.Done) != 10 {
		t.Errorf("%d posts, %v", sink.count(record.Done), err)
	}
	if len(isOut) != 1 || <-isOut != "unable" {
		t.Error("it is not said that the one server is out")
	}
}

// A server that is still loading when the other one has made every post is not
// waited for, and its memory is not left full.
func TestALoadThatIsNoLongerNeededIsGivenUp(t *testing.T) {
	slow := &loading{begun: make(chan struct{})}
	quick := &scripted{answer: func(context.Context, int, llm.Request) (string, llm.Usage, error) {
		<-slow.begun
		return wellFormed, whole, nil
	}}
	sink := &kept{}
	e := &batch.Engine{Lanes: []batch.Lane{{Name: "slow", Generator: slow}, {Name: "quick", Generator: quick}}}
	if err := e.Run(t.Context(), phases(t, 5, "a"), sink); err != nil || sink.count(record.Done) != 5 {
		t.Errorf("%d posts, %v", sink.count(record.Done), err)
	}
	if len(slow.unloads) != 1 || len(quick.unloads) != 1 {
		t.Errorf("unloaded: %v and %v", slow.unloads, quick.unloads)
	}
}

func TestAModelThatNoServerCanRunIsSetAsideWithEachReason(t *testing.T) {
	broken := func(why string) *scripted {
		return &scripted{load: func(int) error { return &llm.Fault{Kind: llm.FaultModel, Err: errors.New(why)} }}
	}
	e := &batch.Engine{Lanes: []batch.Lane{{Name: "one", Generator: broken("too large")}, {Name: "two", Generator: broken("not found")}}}
	sink := &kept{}
	if err := e.Run(t.Context(), phases(t, 5, "a"), sink); err != nil || sink.count(record.SetAside) != 5 {
		t.Fatalf("%d set aside, %v", sink.count(record.SetAside), err)
	}
	if got, want := sink.results[4].Reason, "one: load a: too large; two: load a: not found"; got != want {
		t.Errorf("reason: %q, want %q", got, want)
	}
}

func TestLanesAreTellableApart(t *testing.T) {
	server := &scripted{}
	for name, lanes := range map[string][]batch.Lane{
		"none":         nil,
		"no generator": {{Name: "a"}},
		"a name twice": {{Name: "a", Generator: server}, {Name: "a", Generator: server}},
	} {
		if err := (&batch.Engine{Lanes: lanes}).Run(t.Context(), phases(t, 1, "a"), &kept{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// moody is a server whose requests fail as a property test says. It watches
// what a server must never be asked for.
type moody struct {
	t     *rapid.T
	moods []error // one for each call, then none

	mu       sync.Mutex
	calls    int
	loaded   string
	underWay map[string]int
}

func (m *moody) next() error {
	m.calls++
	if m.calls <= len(m.moods) {
		return m.moods[m.calls-1]
	}
	return nil
}

// alone fails the test when a request is in progress.
func (m *moody) alone(what string) {
	for name, n := range m.underWay {
		if n > 0 {
			m.t.Errorf("%s while %d requests for %s are in progress", what, n, name)
		}
	}
}

func (m *moody) Load(_ context.Context, model llm.Model) error {
	time.Sleep(time.Second)
	m.mu.Lock()
	defer m.mu.Unlock()
	for name, n := range m.underWay {
		if n > 0 && name != model.Name {
			m.t.Errorf("%s is loaded while %s is in progress", model.Name, name)
		}
	}
	if err := m.next(); err != nil && err.(*llm.Fault).Kind == llm.FaultPause {
		return err
	}
	m.loaded = model.Name
	return nil
}

func (m *moody) Unload(_ context.Context, model llm.Model) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.alone("unloading")
	m.loaded = ""
	return nil
}

func (m *moody) Resident(context.Context, llm.Model) (bool, error) { return false, nil }

func (m *moody) Probe(context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.next(); err != nil && err.(*llm.Fault).Kind == llm.FaultPause {
		return err
	}
	return nil
}

func (m *moody) Generate(ctx context.Context, req llm.Request, fn func(llm.Chunk) error) (llm.Usage, error) {
	m.mu.Lock()
	if m.loaded != req.Model.Name {
		m.t.Errorf("a request for %s while %q is loaded", req.Model.Name, m.loaded)
	}
	m.underWay[req.Model.Name]++
	mood := m.next()
	m.mu.Unlock()
	defer func() { m.mu.Lock(); m.underWay[req.Model.Name]--; m.mu.Unlock() }()
	select {
	case <-time.After(time.Duration(1+req.Seed%3) * time.Second):
	case <-ctx.Done():
		return llm.Usage{}, context.Cause(ctx)
	}
	if mood != nil {
		return llm.Usage{}, mood
	}
	_ = fn(llm.Chunk{Content: wellFormed})
	return whole, nil
}

// Whatever servers do, every job gets exactly one result, no attempt is spent
// by an outage, no request is made for a model that is not loaded, and none
// while another model is in progress on its server.
func TestLanesKeepTheirPromisesWhateverServersDo(t *testing.T) {
	moods := []error{
		nil, nil, nil,
		&llm.Fault{Kind: llm.FaultPause, Err: errors.New("away")},
		&llm.Fault{Kind: llm.FaultPause, Err: errors.New("busy"), RetryAfter: 90 * time.Second},
		&llm.Fault{Kind: llm.FaultRetry, Err: errors.New("cut")},
		trouble(llm.Crash, "crashed"), trouble(llm.Hang, "hangs"), trouble(llm.Memory, "out of memory"),
	}
	synctest.Test(t, func(t *testing.T) {
		rapid.Check(inBubble{t}, func(rt *rapid.T) {
			const jobs = 6
			e := &batch.Engine{Attempts: 3, Patience: 1000 * time.Hour}
			e.Clock.Jitter = func() float64 { return 0 }
			for i := range rapid.IntRange(1, 3).Draw(rt, "lanes") {
				server := &moody{t: rt, underWay: map[string]int{}, moods: rapid.SliceOfN(rapid.SampledFrom(moods), 0, 20).Draw(rt, "moods")}
				e.Lanes = append(e.Lanes, batch.Lane{Name: fmt.Sprint(i), Generator: server, Workers: rapid.IntRange(1, 4).Draw(rt, "workers")})
			}
			sink := &kept{}
			if err := e.Run(t.Context(), phases(t, jobs, "a", "b"), sink); err != nil {
				rt.Fatal(err)
			}
			seen := map[string]bool{}
			for _, r := range sink.results {
				job := r.Label + " " + r.Topic
				if seen[job] {
					rt.Errorf("%s has two results", r.Topic)
				}
				seen[job] = true
				for i, a := range r.Attempts {
					if a.N != i+1 || a.Error == "away" || a.Error == "busy" {
						rt.Errorf("%s: attempt %d is number %d: %s", r.Topic, i+1, a.N, a.Error)
					}
				}
			}
			if len(sink.results) != 2*jobs {
				rt.Errorf("%d results of %d jobs", len(sink.results), 2*jobs)
			}
		})
	})
}

// inBubble is a test inside a bubble of synctest, which must not be asked for
// its deadline.
type inBubble struct{ rapid.TB }
