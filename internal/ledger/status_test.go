package ledger_test

import (
	"slices"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
)

func TestTheStatusCountsTheNewestJobOfEveryLocationAndTheRequestsOfAll(t *testing.T) {
	attempt := func(n int, problems ...contract.Problem) record.Attempt {
		return record.Attempt{N: n, Seconds: 2, Usage: llm.Usage{EvalCount: 10}, Problems: problems}
	}
	two := []contract.Problem{{Code: contract.ProblemMarkerMissing, Message: "m"}, {Code: contract.ProblemMarkerMissing, Message: "m"}, {Code: contract.ProblemSaidTwice, Message: "s"}}
	// In two requests, as a structured post is; none failed.
	repaired := result("d", "four", "a", attempt(1), attempt(2))
	repaired.Attempts[1].Repairs = []contract.Repair{{Code: contract.RepairLabelAlias}}
	failed := result("e", "five", "b", attempt(1, malformed...))
	failed.Attempts[0].Problems, failed.Status, failed.Post, failed.Reason = nil, record.Rejected, nil, "too long"
	path, writer := saved(t,
		result("old", "one", "a", attempt(1, malformed...)),
		result("a", "one", "a", attempt(1)),
		result("b", "two", "a", attempt(1, malformed...), attempt(2)),
		result("c", "three", "a", attempt(1, two...)),
		repaired, failed)
	run, err := writer.BeginRun(t.Context(), "nightpress run", "http://x", "1")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []ledger.EventKind{ledger.EventLoaded, ledger.EventWaiting} {
		if err := writer.AddEvent(t.Context(), run, ledger.Event{Kind: kind, Model: "m", Text: "t"}); err != nil {
			t.Fatal(err)
		}
	}
	l, err := ledger.OpenReadOnly(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s, err := l.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	a := s.Labels[0]
	if a.Label != "a" || a.Done != 3 || a.Rejected != 1 || a.FirstTry != 2 || a.Mended != 1 || a.Repaired != 1 {
		t.Errorf("of a: %+v", a)
	}
	if a.Tokens != 70 || a.Seconds != 14 {
		t.Errorf("requests of a, the replaced one's too: %d tokens in %v s", a.Tokens, a.Seconds)
	}
	want := []ledger.ProblemCount{{"marker-missing", "m", 1}, {"request-failed", "too long", 1}, {"said-twice", "s", 1}}
	if !slices.Equal(s.Problems, want) {
		t.Errorf("problems: %+v", s.Problems)
	}
	if s.Runs != 1 || s.Last.ID != run || !s.Last.Ended.IsZero() || len(s.Events) != 2 || s.Events[1].Kind != ledger.EventWaiting {
		t.Errorf("run %+v, events %+v", s.Last, s.Events)
	}
	if err := writer.EndRun(t.Context(), run, 3, map[string]int{"jobs": 5}); err != nil {
		t.Fatal(err)
	}
	if s, err = l.Status(t.Context()); err != nil || s.Last.Ended.IsZero() || s.Last.ExitCode != 3 || string(s.Last.Summary) != `{"jobs":5}` {
		t.Errorf("after its end: %+v (%v)", s.Last, err)
	}
}

func TestAnEmptyLedgerHasAStatus(t *testing.T) {
	path, _ := saved(t)
	l, err := ledger.OpenReadOnly(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if s, err := l.Status(t.Context()); err != nil || s.Last != nil || len(s.Labels) != 0 {
		t.Errorf("%+v (%v)", s, err)
	}
}

// A server that loads its model and ends again before it has answered was away all
// the time, as the run itself counts it.
func TestALoadEndsNoOutage(t *testing.T) {
	path, writer := saved(t)
	run, err := writer.BeginRun(t.Context(), "nightpress run", "http://x", "1")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []ledger.EventKind{
		ledger.EventLoaded, ledger.EventWaiting, ledger.EventWaiting, ledger.EventLoaded, ledger.EventWaiting, ledger.EventResumed,
		ledger.EventWaiting, ledger.EventResumed,
	} {
		if err := writer.AddEvent(t.Context(), run, ledger.Event{Server: "attic", Kind: kind}); err != nil {
			t.Fatal(err)
		}
	}
	l, err := ledger.OpenReadOnly(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	servers, err := l.Servers(t.Context())
	if err != nil || len(servers) != 1 || servers[0].Loads != 2 || servers[0].Outages != 2 {
		t.Errorf("%+v (%v), want 2 loads and 2 outages", servers, err)
	}
}
