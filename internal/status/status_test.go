package status_test

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/estimate"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/status"
	"github.com/nightpress/nightpress/output"
)

// folder is one that a run is writing; done is called when it is over.
func folder(t *testing.T) (posts *output.Posts, dir string, done func()) {
	t.Helper()
	dir = t.TempDir()
	posts, err := output.OpenToWrite(t.Context(), dir, "nightpress run topics.csv")
	if err != nil {
		t.Fatal(err)
	}
	done = sync.OnceFunc(func() {
		if err := posts.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(done)
	return posts, dir, done
}

// begin begins a run with so many jobs left of the model m.
func begin(t *testing.T, l *ledger.Ledger, workers, left int) int64 {
	t.Helper()
	run, err := l.BeginRun(t.Context(), "nightpress run topics.csv", "http://x", "1")
	if err == nil {
		err = l.PlanRun(t.Context(), run, record.Summary{Jobs: left, Left: left, Workers: workers, Models: []record.ModelLine{{Label: "m", Model: "m", Jobs: left, Left: left}}})
	}
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// job is a job of m that took a time.
func job(slug string, took time.Duration) *record.Result {
	return &record.Result{
		ID: slug, Slug: slug, Topic: slug, Label: "m", Model: "m", Prompt: "p", Status: record.Done, Post: &contract.Post{Words: 7},
		Attempts: []record.Attempt{{N: 1, Seconds: took.Seconds()}},
	}
}

func save(t *testing.T, l *ledger.Ledger, run int64, jobs ...*record.Result) {
	t.Helper()
	for _, j := range jobs {
		if err := l.Commit(t.Context(), run, []ledger.Entry{{Result: j}}); err != nil {
			t.Fatal(err)
		}
	}
}

// The time that is left is the same for the progress of the run, for status, and
// for plan.
func TestProgressStatusAndPlanSayTheSameTime(t *testing.T) {
	posts, dir, _ := folder(t)
	l, ctx := posts.Ledger, context.Background()
	first := begin(t, l, 1, 2)
	save(t, l, first, job("a", 100*time.Second), job("b", 200*time.Second))
	if err := l.EndRun(ctx, first, 0, record.Summary{}); err != nil {
		t.Fatal(err)
	}
	run := begin(t, l, 2, 10)
	progress, err := estimate.New(ctx, l, run, []estimate.Server{{Workers: map[string]int{"m": 2}}}, map[string]estimate.Jobs{"m": {Left: 10}})
	if err != nil {
		t.Fatal(err)
	}
	tonight := []*record.Result{job("c", 20*time.Second), job("d", 40*time.Second)}
	save(t, l, run, tonight...)
	for _, j := range tonight {
		progress.Ended(j)
	}
	// Three jobs of 150 s stand for the earlier run: (450 + 60) / 5 = 102 s for
	// each of 8 jobs, and two workers.
	const want = 408 * time.Second
	if got, known := progress.Duration(); !known || got.Round(time.Second) != want {
		t.Errorf("the progress says %s (%v), want %s", got, known, want)
	}
	st, err := status.Read(ctx, dir, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if st.Running == nil || st.Running.Seconds == nil || *st.Running.Seconds != want.Seconds() {
		t.Errorf("status says %+v, want %s left", st.Running, want)
	}
	writing, err := l.Writing(ctx)
	if err != nil || writing != run {
		t.Errorf("run %d is in progress (%v), want %d", writing, err, run)
	}
	plan, err := estimate.New(ctx, l, writing, []estimate.Server{{Workers: map[string]int{"m": 2}}}, map[string]estimate.Jobs{"m": {Left: 8}})
	if err != nil {
		t.Fatal(err)
	}
	if got, known := plan.Of("m"); !known || got.Round(time.Second) != want {
		t.Errorf("plan says %s (%v), want %s", got, known, want)
	}
}

// Before a long post is there, the model's short ones say how long it takes, in
// proportion to their words.
func TestLongPostsAfterShortOnesTakeLonger(t *testing.T) {
	posts, dir, _ := folder(t)
	l, ctx := posts.Ledger, context.Background()
	first := begin(t, l, 1, 2)
	save(t, l, first, job("a", 100*time.Second), job("b", 200*time.Second))
	if err := l.EndRun(ctx, first, 0, record.Summary{}); err != nil {
		t.Fatal(err)
	}
	run, err := l.BeginRun(ctx, "nightpress run topics.csv -p long", "http://x", "1")
	if err == nil {
		err = l.PlanRun(ctx, run, record.Summary{Jobs: 4, Left: 4, Workers: 1, Models: []record.ModelLine{{Label: "m", Model: "m", Prompt: "long", WordsAsked: 70, Jobs: 4, Left: 4}}})
	}
	if err != nil {
		t.Fatal(err)
	}
	// Posts of 7 words took 150 s each, so that those of 70 take 1,500 s.
	const want = 6000 * time.Second
	st, err := status.Read(ctx, dir, time.Now())
	if err != nil || st.Running == nil || st.Running.Seconds == nil || *st.Running.Seconds != want.Seconds() {
		t.Errorf("status says %+v, %v, want %s left", st.Running, err, want)
	}
	plan, err := estimate.New(ctx, l, run, []estimate.Server{{Workers: map[string]int{"m": 1}}}, map[string]estimate.Jobs{"m": {Left: 4, Prompt: "long", Words: 70}})
	if err != nil {
		t.Fatal(err)
	}
	if got, known := plan.Of("m"); !known || got != want {
		t.Errorf("plan says %s (%v), want %s", got, known, want)
	}
}

func TestStatusWritesWhatAFolderHoldsForAPerson(t *testing.T) {
	posts, dir, done := folder(t)
	l, ctx := posts.Ledger, context.Background()
	run := begin(t, l, 1, 3)
	rejected := job("b", 5*time.Second)
	rejected.Status, rejected.Post = record.Rejected, nil
	rejected.Attempts[0].Problems = []contract.Problem{{Code: contract.ProblemFieldShort, Message: "\x1b[2Jtoo short\nby far"}}
	save(t, l, run, job("a", 5*time.Second), rejected)
	for _, e := range []ledger.Event{{Kind: ledger.EventLoaded, Model: "m"}, {Kind: ledger.EventWaiting, Text: "no \x1b[31mserver"}} {
		if err := l.AddEvent(ctx, run, e); err != nil {
			t.Fatal(err)
		}
	}
	text := func() string {
		st, err := status.Read(ctx, dir, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		var out, errs bytes.Buffer
		if err := printer.New(&out, &errs, false, false).Print(st); err != nil || errs.Len() > 0 {
			t.Fatalf("%v, and %q", err, errs.String())
		}
		return out.String()
	}
	wantAll := func(text string, all ...string) {
		t.Helper()
		for _, want := range all {
			if !strings.Contains(text, want) {
				t.Errorf("%q is not in:\n%s", want, text)
			}
		}
		if strings.Contains(text, "\x1b") {
			t.Errorf("a control sequence reaches the terminal: %q", text)
		}
	}
	if head := strings.Join(strings.Fields(text()), " "); !strings.Contains(head, "model there first try mended by hand repaired rejected set aside left tokens tokens/s per reply m ") {
		t.Errorf("the table: %s", head)
	}
	wantAll(text(), "1 left of 3", "running: process ", ", at m", "waiting since ", ": no server\n", "1 x field-short: too short by far\n", "next: nightpress watch -o ")
	// A run that loads a model no longer waits.
	if err := l.AddEvent(ctx, run, ledger.Event{Kind: ledger.EventLoaded, Model: "m"}); err != nil {
		t.Fatal(err)
	}
	if again := text(); strings.Contains(again, "waiting since") {
		t.Errorf("still waiting:\n%s", again)
	}
	if err := l.EndRun(ctx, run, 3, record.Summary{Jobs: 3, Left: 1}); err != nil {
		t.Fatal(err)
	}
	done()
	wantAll(text(), "exit 3: ", "command:  nightpress run topics.csv\n", "next: nightpress run topics.csv --retry-rejected (tries the rejected ones with other seeds)\n")
}

// Jobs that were set aside are not left, and are not there: the first line says
// where they are.
func TestTheFirstLineCountsWhatWasSetAside(t *testing.T) {
	posts, dir, done := folder(t)
	l, ctx := posts.Ledger, context.Background()
	run := begin(t, l, 1, 3)
	save(t, l, run, job("a", time.Second))
	err := l.EndRun(ctx, run, 3, record.Summary{Jobs: 3, Written: 1, SetAside: 2, Models: []record.ModelLine{{Label: "m", Model: "m", Jobs: 3, Done: 1, SetAside: 2}}})
	if err != nil {
		t.Fatal(err)
	}
	done()
	st, err := status.Read(ctx, dir, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := printer.New(&out, &out, false, false).Print(st); err != nil {
		t.Fatal(err)
	}
	if first, _, _ := strings.Cut(out.String(), "\n"); !strings.HasSuffix(first, ": 1 post there, 2 set aside, 0 left of 3 asked for") {
		t.Errorf("it reads %q", first)
	}
}
