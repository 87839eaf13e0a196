package batch_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
)

func trouble(t llm.Trouble, text string) *llm.Fault {
	return &llm.Fault{Kind: llm.FaultRetry, Trouble: t, Err: errors.New(text)}
}

// about returns the topic's number that a request is about.
func about(req llm.Request) (n int) {
	_, _ = fmt.Sscanf(req.Messages.User, "Write about topic %d", &n)
	return n
}

var whole = llm.Usage{DoneReason: "stop"}

// story records what happens in a run, a word an event.
type story struct {
	mu    sync.Mutex
	words []string
	waits []time.Duration
}

func (s *story) event(ev batch.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch ev := ev.(type) {
	case batch.Waiting:
		s.words = append(s.words, "waiting")
		s.waits = append(s.waits, ev.Next)
	case batch.Resumed:
		s.words = append(s.words, "resumed")
	case batch.Loaded:
		s.words = append(s.words, "loaded")
	case batch.Recovering:
		s.words = append(s.words, "recovering")
	case batch.Unusable:
		s.words = append(s.words, "unusable")
	}
}

func (s *story) String() string { return strings.Join(s.words, " ") }

func TestWhileTheServerIsAwayOneProbeAsksForAllWorkersAndTheModelIsLoadedAnew(t *testing.T) {
	away := &llm.Fault{Kind: llm.FaultPause, Err: errors.New("connection refused")}
	var gone sync.WaitGroup
	gone.Add(4)
	server := &scripted{
		// Four requests are in progress when the server goes.
		answer: func(_ context.Context, n int, _ llm.Request) (string, llm.Usage, error) {
			if n <= 4 {
				gone.Done()
				gone.Wait()
				return "", llm.Usage{}, away
			}
			return wellFormed, whole, nil
		},
		probe: func(n int) error {
			if n <= 6 {
				return away
			}
			return nil
		},
	}
	sink, tale := &kept{}, &story{}
	e := &batch.Engine{Lanes: lane(server, 4), Attempts: 1, Clock: instant(), Events: tale.event}
	if err := e.Run(t.Context(), phases(t, 20, "a"), sink); err != nil {
		t.Fatal(err)
	}
	if sink.count(record.Done) != 20 || len(server.requests) != 24 {
		t.Errorf("%d posts of 20, %d requests", sink.count(record.Done), len(server.requests))
	}
	if server.probes != 7 {
		t.Errorf("%d probes: each worker asked for itself", server.probes)
	}
	if got, want := tale.String(), "loaded"+strings.Repeat(" waiting", 7)+" loaded resumed"; got != want {
		t.Errorf("what happened: %s, want %s", got, want)
	}
}

func TestABusyServerIsAskedAtGrowingIntervalsAlthoughItAnswersTheProbe(t *testing.T) {
	busy := &llm.Fault{Kind: llm.FaultPause, Err: errors.New("server busy")}
	server := &scripted{answer: func(_ context.Context, n int, _ llm.Request) (string, llm.Usage, error) {
		if n <= 5 {
			return "", llm.Usage{}, busy
		}
		return wellFormed, whole, nil
	}}
	tale := &story{}
	e := &batch.Engine{Lanes: lane(server, 1), Attempts: 1, Clock: instant(), Events: tale.event}
	if err := e.Run(t.Context(), phases(t, 2, "a"), &kept{}); err != nil {
		t.Fatal(err)
	}
	want := []time.Duration{1, 2, 4, 8, 16}
	for i := range want {
		want[i] *= time.Second
	}
	if !slices.Equal(tale.waits, want) {
		t.Errorf("waits: %v, want %v", tale.waits, want)
	}
}

func TestStoppingARunThatWaitsForItsServerEndsIt(t *testing.T) {
	stop := make(chan struct{})
	away := &llm.Fault{Kind: llm.FaultPause, Err: errors.New("connection refused")}
	server := &scripted{answer: func(context.Context, int, llm.Request) (string, llm.Usage, error) { return "", llm.Usage{}, away }}
	clock := instant()
	// Only the stop ends this wait.
	clock.After = func(time.Duration) <-chan time.Time { close(stop); return nil }
	e := &batch.Engine{Lanes: lane(server, 3), Stop: stop, Clock: clock}
	if err := e.Run(t.Context(), phases(t, 9, "a"), &kept{}); !errors.Is(err, batch.ErrStopped) {
		t.Errorf("error: %v", err)
	}
}

func TestAModelThatKeepsCrashingIsSetAsideAndTheOthersGoOn(t *testing.T) {
	server := &scripted{answer: func(_ context.Context, n int, req llm.Request) (string, llm.Usage, error) {
		if req.Model.Name == "crashing" {
			return "", llm.Usage{}, trouble(llm.Crash, "llama runner process has terminated")
		}
		return wellFormed, whole, nil
	}}
	sink, tale := &kept{}, &story{}
	e := &batch.Engine{Lanes: lane(server, 2), Clock: instant(), Events: tale.event}
	if err := e.Run(t.Context(), phases(t, 12, "crashing", "good"), sink); err != nil {
		t.Fatal(err)
	}
	if len(sink.results) != 24 || sink.count(record.Done) != 12 || sink.count(record.SetAside) < 9 {
		t.Errorf("%d results, %d done, %d set aside", len(sink.results), sink.count(record.Done), sink.count(record.SetAside))
	}
	for _, r := range sink.results {
		if r.Status == record.SetAside && !(strings.Contains(r.Reason, "terminated") && strings.Contains(r.Reason, "5 times")) {
			t.Errorf("reason: %s", r.Reason)
		}
	}
	if n := strings.Count(tale.String(), "recovering"); n != 4 {
		t.Errorf("brought back %d times, want 4: %s", n, tale)
	}
}

func TestAWholeReplyForgivesTheCrashesBeforeIt(t *testing.T) {
	// Each job crashes the model once: far more crashes than are endured in a
	// row.
	seen := map[int]bool{}
	server := &scripted{answer: func(_ context.Context, _ int, req llm.Request) (string, llm.Usage, error) {
		if first := !seen[about(req)]; first {
			seen[about(req)] = true
			return "", llm.Usage{}, trouble(llm.Crash, "unexpected EOF")
		}
		return wellFormed, whole, nil
	}}
	sink := &kept{}
	e := &batch.Engine{Lanes: lane(server, 1), Clock: instant()}
	if err := e.Run(t.Context(), phases(t, 30, "a"), sink); err != nil {
		t.Fatal(err)
	}
	if sink.count(record.Done) != 30 {
		t.Errorf("%d posts of 30", sink.count(record.Done))
	}
}

func TestAPromptThatCrashesTheModelIsFoundOutAloneAndTheOthersAreDone(t *testing.T) {
	server := &scripted{}
	server.answer = func(_ context.Context, n int, req llm.Request) (string, llm.Usage, error) {
		if about(req) == 5 {
			return "", llm.Usage{}, trouble(llm.Crash, "NaN")
		}
		return wellFormed, whole, nil
	}
	sink := &kept{}
	e := &batch.Engine{Lanes: lane(server, 3), Clock: instant()}
	if err := e.Run(t.Context(), phases(t, 20, "a"), sink); err != nil {
		t.Fatal(err)
	}
	if sink.count(record.Done) != 19 || sink.count(record.Rejected) != 1 {
		t.Fatalf("%d done, %d rejected", sink.count(record.Done), sink.count(record.Rejected))
	}
	for _, r := range sink.results {
		if r.Status == record.Rejected && (len(r.Attempts) != 2 || !strings.Contains(r.Reason, "crashed on it twice")) {
			t.Errorf("%d attempts: %s", len(r.Attempts), r.Reason)
		}
	}
}

// hanging is a server on which the first requests about some topics hang until
// they are called back.
func hanging(hang func(req llm.Request) bool) *scripted {
	return &scripted{answer: func(ctx context.Context, _ int, req llm.Request) (string, llm.Usage, error) {
		if hang(req) {
			return "", llm.Usage{}, trouble(llm.Hang, "no token came within 10m")
		}
		return wellFormed, whole, nil
	}}
}

func TestAHungModelIsUnloadedAndLoadedAndTheRequestsCalledBackCostNothing(t *testing.T) {
	var mu sync.Mutex
	hung := false
	siblings := make(chan struct{})
	server := &scripted{}
	server.answer = func(ctx context.Context, n int, req llm.Request) (string, llm.Usage, error) {
		mu.Lock()
		first := !hung
		hung = true
		mu.Unlock()
		switch {
		case first:
			<-siblings
			return "", llm.Usage{}, trouble(llm.Hang, "silent for 5m")
		case n == 2:
			// The sibling would wait forever.
			close(siblings)
			<-ctx.Done()
			return "TITLE: A", llm.Usage{}, context.Cause(ctx)
		}
		return wellFormed, whole, nil
	}
	still := 2
	server.resident = func() bool { still--; return still > 0 }
	sink, tale := &kept{}, &story{}
	e := &batch.Engine{Lanes: lane(server, 2), Clock: instant(), Events: tale.event}
	if err := e.Run(t.Context(), phases(t, 10, "a"), sink); err != nil {
		t.Fatal(err)
	}
	if got := tale.String(); got != "loaded recovering loaded" {
		t.Errorf("what happened: %s", got)
	}
	if len(server.unloads) != 2 || sink.count(record.Done) != 10 {
		t.Errorf("%d unloads, %d posts", len(server.unloads), sink.count(record.Done))
	}
	attempts := 0
	for _, r := range sink.results {
		attempts += len(r.Attempts)
	}
	if attempts != 11 {
		t.Errorf("%d attempts for 10 posts: the one that hung costs one, the one called back none", attempts)
	}
}

func TestAModelThatHangsAgainOrStaysInMemoryIsSetAside(t *testing.T) {
	for name, c := range map[string]struct {
		resident func() bool
		reason   string
		unloads  int
	}{
		"again":             {nil, "2 times", 3},
		"it cannot be gone": {func() bool { return true }, "still holds it", 3},
	} {
		t.Run(name, func(t *testing.T) {
			server := hanging(func(req llm.Request) bool { return req.Model.Name == "hanging" })
			server.resident = c.resident
			sink := &kept{}
			e := &batch.Engine{Lanes: lane(server, 2), Clock: instant()}
			if err := e.Run(t.Context(), phases(t, 6, "hanging", "good"), sink); err != nil {
				t.Fatal(err)
			}
			if sink.count(record.SetAside) != 6 || sink.count(record.Done) != 6 || len(server.unloads) != c.unloads {
				t.Errorf("%d set aside, %d done, %d unloads", sink.count(record.SetAside), sink.count(record.Done), len(server.unloads))
			}
			for _, r := range sink.results {
				if r.Status == record.SetAside && !strings.Contains(r.Reason, c.reason) {
					t.Errorf("reason: %s", r.Reason)
				}
			}
		})
	}
}

func TestALoadThatFailsIsTriedAgainAsOftenAsItsReasonDeserves(t *testing.T) {
	for name, c := range map[string]struct {
		err   error
		loads int
	}{
		"too little memory, once more after an unload": {trouble(llm.Memory, "requires more system memory"), 2},
		"a server that panics over it":                 {trouble(llm.Panic, "HTTP 500 with an empty body"), 2},
		"a runner that ends":                           {trouble(llm.Crash, "llama runner process has terminated"), 3},
		"an error without a name":                      {trouble(llm.NoTrouble, "something"), 3},
		"a model that is not there":                    {&llm.Fault{Kind: llm.FaultModel, Err: errors.New("not found")}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			server := &scripted{answer: always(wellFormed), load: func(int) error { return c.err }}
			sink := &kept{}
			if err := (&batch.Engine{Lanes: lane(server, 0), Clock: instant()}).Run(t.Context(), phases(t, 3, "a"), sink); err != nil {
				t.Fatal(err)
			}
			if len(server.loads) != c.loads || sink.count(record.SetAside) != 3 || !strings.Contains(sink.results[0].Reason, c.err.Error()) {
				t.Errorf("%d loads, want %d; %d set aside: %s", len(server.loads), c.loads, sink.count(record.SetAside), sink.results[0].Reason)
			}
		})
	}
}

func TestAfterARunThatWasKilledAModelInMemoryIsLoadedAnew(t *testing.T) {
	for name, c := range map[string]struct {
		afresh   bool
		resident func() func() bool
		unloads  int
	}{
		"after one that ended":      {false, func() func() bool { return func() bool { return true } }, 1},
		"it is in memory":           {true, func() func() bool { n := 0; return func() bool { n++; return n == 1 } }, 2},
		"it is not":                 {true, func() func() bool { return func() bool { return false } }, 1},
		"somebody else is using it": {true, func() func() bool { return func() bool { return true } }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			server := &scripted{answer: always(wellFormed), resident: c.resident()}
			sink := &kept{}
			e := &batch.Engine{Lanes: lane(server, 0), Afresh: c.afresh, Clock: instant()}
			if err := e.Run(t.Context(), phases(t, 3, "a"), sink); err != nil {
				t.Fatal(err)
			}
			// One of the unloads is that of the phase's end.
			if len(server.unloads) != c.unloads || len(server.loads) != 1 || sink.count(record.Done) != 3 {
				t.Errorf("%d unloads, want %d; %d loads, %d posts", len(server.unloads), c.unloads, len(server.loads), sink.count(record.Done))
			}
		})
	}
}
