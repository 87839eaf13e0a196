package batch_test

import (
	"context"
	"errors"
	"iter"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/batchtest"
	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
)

const wellFormed = batchtest.WellFormed

// scripted is a server whose answers the test writes: answer is called for
// each request with its number, from 1.
type scripted struct {
	mu       sync.Mutex
	requests []llm.Request
	loads    []string
	unloads  []string
	underWay int
	most     int
	probes   int
	load     func(n int) error
	probe    func(n int) error
	unload   func(n int) error
	resident func() bool
	answer   func(ctx context.Context, n int, req llm.Request) (string, llm.Usage, error)
}

func (s *scripted) Load(_ context.Context, m llm.Model) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loads = append(s.loads, m.Name)
	if s.load != nil {
		return s.load(len(s.loads))
	}
	return nil
}

func (s *scripted) Unload(_ context.Context, m llm.Model) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unloads = append(s.unloads, m.Name)
	if s.unload != nil {
		return s.unload(len(s.unloads))
	}
	return nil
}

func (s *scripted) Resident(context.Context, llm.Model) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.resident != nil && s.resident(), nil
}

func (s *scripted) Probe(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.probes++
	if s.probe != nil {
		return s.probe(s.probes)
	}
	return nil
}

func (s *scripted) Generate(ctx context.Context, req llm.Request, fn func(llm.Chunk) error) (llm.Usage, error) {
	s.mu.Lock()
	s.requests = append(s.requests, req)
	n := len(s.requests)
	s.underWay++
	s.most = max(s.most, s.underWay)
	s.mu.Unlock()
	defer func() { s.mu.Lock(); s.underWay--; s.mu.Unlock() }()
	text, usage, err := s.answer(ctx, n, req)
	for _, piece := range strings.SplitAfter(text, " ") {
		if ferr := fn(llm.Chunk{Content: piece}); errors.Is(ferr, llm.ErrStop) {
			return usage, nil
		} else if ferr != nil {
			return usage, ferr
		}
	}
	return usage, err
}

// lane is one server without a name.
func lane(g llm.Generator, workers int) []batch.Lane {
	return []batch.Lane{{Generator: g, Workers: workers}}
}

func always(text string) func(context.Context, int, llm.Request) (string, llm.Usage, error) {
	return func(context.Context, int, llm.Request) (string, llm.Usage, error) {
		return text, llm.Usage{DoneReason: "stop"}, nil
	}
}

// kept is a sink in memory.
type kept struct {
	mu      sync.Mutex
	results []*record.Result
	// attempts are those that left their jobs unfinished.
	attempts []record.Attempt
	fail     error
}

func (k *kept) SaveAttempt(_ context.Context, _ *batch.Job, a *record.Attempt) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.attempts = append(k.attempts, *a)
	return k.fail
}

func (k *kept) Put(_ context.Context, r *record.Result) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.fail != nil {
		return k.fail
	}
	k.results = append(k.results, r)
	return nil
}

func (k *kept) count(s record.Status) int {
	n := 0
	for _, r := range k.results {
		if r.Status == s {
			n++
		}
	}
	return n
}

func phases(t testing.TB, n int, models ...string) iter.Seq2[*batch.Phase, error] {
	return batchtest.Phases(t, n, models...)
}

// instant is a clock on which every wait is over at once; now advances by the
// waits.
func instant() batch.Clock {
	var mu sync.Mutex
	now := time.Date(2026, 1, 1, 19, 0, 0, 0, time.UTC)
	return batch.Clock{
		Now: func() time.Time { mu.Lock(); defer mu.Unlock(); return now },
		After: func(d time.Duration) <-chan time.Time {
			mu.Lock()
			defer mu.Unlock()
			now = now.Add(d)
			c := make(chan time.Time, 1)
			c <- now
			return c
		},
		Jitter: func() float64 { return 0 },
	}
}

func TestEveryJobOfEveryModelGetsItsPostAndEachModelIsLoadedOnce(t *testing.T) {
	server := &scripted{answer: always(wellFormed)}
	sink := &kept{}
	e := &batch.Engine{Lanes: lane(server, 3)}
	if err := e.Run(t.Context(), phases(t, 20, "a", "b"), sink); err != nil {
		t.Fatal(err)
	}
	if got := sink.count(record.Done); got != 40 {
		t.Errorf("%d posts, want 40", got)
	}
	if got := strings.Join(server.loads, " ") + " | " + strings.Join(server.unloads, " "); got != "a b | a b" {
		t.Errorf("loads and unloads: %s", got)
	}
	if server.most > 3 {
		t.Errorf("%d requests at once with 3 workers", server.most)
	}
	for i, r := range server.requests[:20] {
		if r.Model.Name != "a" {
			t.Fatalf("request %d went to %s before a was done", i, r.Model.Name)
		}
	}
}

func TestAMalformedReplyIsAskedForAgainWithItsProblemsAndAnotherSeed(t *testing.T) {
	server := &scripted{answer: func(_ context.Context, n int, _ llm.Request) (string, llm.Usage, error) {
		if n == 1 {
			return "No title at all.\n\n</END>", llm.Usage{DoneReason: "stop"}, nil
		}
		return wellFormed, llm.Usage{DoneReason: "stop"}, nil
	}}
	sink := &kept{}
	e := &batch.Engine{Lanes: lane(server, 1)}
	if err := e.Run(t.Context(), phases(t, 1, "a"), sink); err != nil {
		t.Fatal(err)
	}
	if len(sink.results) != 1 || sink.results[0].Status != record.Done || len(sink.results[0].Attempts) != 2 {
		t.Fatalf("results: %+v", sink.results)
	}
	first, again := server.requests[0], server.requests[1]
	if first.Seed == again.Seed {
		t.Error("asked again with the same seed")
	}
	if !strings.HasPrefix(again.Messages.User, first.Messages.User) {
		t.Error("the first request is not a prefix of the second: the server's prefix cache is lost")
	}
	problem := sink.results[0].Attempts[0].Problems[0].Message
	if !strings.Contains(again.Messages.User, problem) {
		t.Errorf("the second request does not name %q:\n%s", problem, again.Messages.User)
	}
}

func TestAJobIsRejectedWhenItsAttemptsAreUsedUpAndEveryReplyIsKept(t *testing.T) {
	server := &scripted{answer: always("I have no title.\n</END>")}
	sink := &kept{}
	e := &batch.Engine{Lanes: lane(server, 1), Attempts: 3}
	if err := e.Run(t.Context(), phases(t, 1, "a"), sink); err != nil {
		t.Fatal(err)
	}
	r := sink.results[0]
	if r.Status != record.Rejected || len(r.Attempts) != 3 || len(server.requests) != 3 {
		t.Fatalf("%s after %d attempts and %d requests", r.Status, len(r.Attempts), len(server.requests))
	}
	seeds := map[int64]bool{}
	for _, a := range r.Attempts {
		seeds[a.Seed] = true
		if a.Reply == "" || len(a.Problems) == 0 {
			t.Errorf("attempt %d: reply %q, problems %v", a.N, a.Reply, a.Problems)
		}
	}
	if len(seeds) != 3 {
		t.Errorf("%d different seeds in 3 attempts", len(seeds))
	}
	if !strings.Contains(r.Reason, "3 attempts") {
		t.Errorf("reason: %s", r.Reason)
	}
}

func TestAModelThatCannotBeLoadedIsSetAsideAndTheNextGoesOn(t *testing.T) {
	server := &scripted{answer: always(wellFormed), load: func(n int) error {
		if n == 1 {
			return &llm.Fault{Kind: llm.FaultModel, Err: errors.New("model requires more system memory")}
		}
		return nil
	}}
	sink := &kept{}
	e := &batch.Engine{Lanes: lane(server, 0)}
	if err := e.Run(t.Context(), phases(t, 7, "big", "small"), sink); err != nil {
		t.Fatal(err)
	}
	if sink.count(record.SetAside) != 7 || sink.count(record.Done) != 7 {
		t.Errorf("%d set aside, %d done", sink.count(record.SetAside), sink.count(record.Done))
	}
}

func TestAModelThatBreaksInTheMiddleLeavesNoJobWithoutAResult(t *testing.T) {
	server := &scripted{answer: func(_ context.Context, n int, req llm.Request) (string, llm.Usage, error) {
		if n >= 5 && req.Model.Name == "broken" {
			return "", llm.Usage{}, &llm.Fault{Kind: llm.FaultModel, Err: errors.New("no longer compatible")}
		}
		return wellFormed, llm.Usage{DoneReason: "stop"}, nil
	}}
	sink := &kept{}
	e := &batch.Engine{Lanes: lane(server, 3)}
	if err := e.Run(t.Context(), phases(t, 30, "broken", "good"), sink); err != nil {
		t.Fatal(err)
	}
	if len(sink.results) != 60 {
		t.Fatalf("%d results of 60", len(sink.results))
	}
	if aside, done := sink.count(record.SetAside), sink.count(record.Done); aside != 26 || done != 34 {
		t.Errorf("%d set aside, %d done", aside, done)
	}
}

func TestTwoSettingsOfOneModelShareItsLoad(t *testing.T) {
	server := &scripted{answer: always(wellFormed)}
	e := &batch.Engine{Lanes: lane(server, 0)}
	if err := e.Run(t.Context(), phases(t, 2, "a", "a", "b"), &kept{}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(server.unloads, " "); got != "a b" {
		t.Errorf("unloads: %s", got)
	}
}

func TestTheFirstStopLetsRequestsUnderWayFinish(t *testing.T) {
	stop := make(chan struct{})
	server := &scripted{answer: func(_ context.Context, n int, _ llm.Request) (string, llm.Usage, error) {
		if n == 2 {
			close(stop)
		}
		return wellFormed, llm.Usage{DoneReason: "stop"}, nil
	}}
	sink := &kept{}
	e := &batch.Engine{Lanes: lane(server, 1), Stop: stop}
	if err := e.Run(t.Context(), phases(t, 50, "a"), sink); !errors.Is(err, batch.ErrStopped) {
		t.Errorf("error: %v", err)
	}
	if n := len(sink.results); n != len(server.requests) || n < 2 || n > 3 {
		t.Errorf("%d results of %d requests", n, len(server.requests))
	}
	if len(server.unloads) != 1 {
		t.Error("the model stayed loaded")
	}
}

func TestACancelledContextEndsTheRunAtOnceAndHalfAPostIsNoPost(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := &scripted{answer: func(ctx context.Context, _ int, _ llm.Request) (string, llm.Usage, error) {
		cancel()
		<-ctx.Done()
		return "TITLE: A day", llm.Usage{}, ctx.Err()
	}}
	sink := &kept{}
	e := &batch.Engine{Lanes: lane(server, 2)}
	if err := e.Run(ctx, phases(t, 5, "a"), sink); !errors.Is(err, context.Canceled) {
		t.Errorf("error: %v", err)
	}
	if len(sink.results) != 0 {
		t.Errorf("results: %+v", sink.results)
	}
}

func TestNoRequestIsMadeOnceThePostsCannotBeSaved(t *testing.T) {
	full := errors.New("no space left on device")
	server := &scripted{answer: always(wellFormed)}
	e := &batch.Engine{Lanes: lane(server, 2)}
	if err := e.Run(t.Context(), phases(t, 100, "a"), &kept{fail: full}); !errors.Is(err, full) {
		t.Errorf("error: %v", err)
	}
	if n := len(server.requests); n > 5 {
		t.Errorf("%d requests after the first post could not be saved", n)
	}
}

func TestLimitHandsOutThatManyJobs(t *testing.T) {
	server := &scripted{answer: always(wellFormed)}
	sink := &kept{}
	e := &batch.Engine{Lanes: lane(server, 0), Limit: 7}
	if err := e.Run(t.Context(), phases(t, 5, "a", "b"), sink); !errors.Is(err, batch.ErrLimit) {
		t.Errorf("error: %v", err)
	}
	if len(sink.results) != 7 {
		t.Errorf("%d results", len(sink.results))
	}
	if err := (&batch.Engine{Lanes: lane(server, 0), Limit: 10}).Run(t.Context(), phases(t, 5, "a", "b"), sink); err != nil {
		t.Errorf("a limit that is not passed: %v", err)
	}
}

func TestAPromptThatNeverFitsIsNeverSentAgain(t *testing.T) {
	server := &scripted{answer: func(context.Context, int, llm.Request) (string, llm.Usage, error) {
		return "", llm.Usage{}, &llm.Fault{Kind: llm.FaultJob, Err: errors.New("the input length exceeds the context length")}
	}}
	sink := &kept{}
	if err := (&batch.Engine{Lanes: lane(server, 0)}).Run(t.Context(), phases(t, 1, "a"), sink); err != nil {
		t.Fatal(err)
	}
	if r := sink.results[0]; r.Status != record.Rejected || len(server.requests) != 1 || !strings.Contains(r.Reason, "context length") {
		t.Errorf("%s (%s) after %d requests", r.Status, r.Reason, len(server.requests))
	}
}

func TestAReplyThatBrokeOffIsResentAsItWas(t *testing.T) {
	server := &scripted{answer: func(_ context.Context, n int, _ llm.Request) (string, llm.Usage, error) {
		if n == 1 {
			return "", llm.Usage{}, &llm.Fault{Kind: llm.FaultRetry, Err: errors.New("connection reset")}
		}
		return wellFormed, llm.Usage{DoneReason: "stop"}, nil
	}}
	sink := &kept{}
	if err := (&batch.Engine{Lanes: lane(server, 0)}).Run(t.Context(), phases(t, 1, "a"), sink); err != nil {
		t.Fatal(err)
	}
	if server.requests[0].Messages != server.requests[1].Messages {
		t.Error("the second request differs although nothing of the first reply was seen")
	}
	if a := sink.results[0].Attempts; len(a) != 2 || a[0].Error == "" || a[1].Remedy != contract.RemedyResend {
		t.Errorf("attempts: %+v", a)
	}
}
