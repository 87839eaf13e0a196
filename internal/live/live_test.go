package live

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
)

// followed is a tracker with a clock that a test sets.
type followed struct {
	*Tracker
	at time.Time
}

func follow(left func() (time.Duration, bool)) *followed {
	f := &followed{at: time.Date(2026, 3, 1, 23, 0, 0, 0, time.UTC)}
	now := func() time.Time { return f.at }
	f.Tracker = Follow(About{
		PID: 7, Command: "nightpress run topics.csv", Out: "posts", Since: f.at, Now: now, Clock: now, Left: left,
		Servers: []AboutServer{{Name: "big", Version: "0.17.4"}, {Name: "attic", Version: "0.17.4", Workers: 1}},
	})
	return f
}

func (f *followed) wait(d time.Duration) { f.at = f.at.Add(d) }

func (f *followed) server(t *testing.T, name string) Server {
	t.Helper()
	for _, s := range f.Snapshot().Servers {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("no server %s", name)
	return Server{}
}

var model = llm.Model{Name: "llama3.2", Label: "llama3.2"}

func job(slug string) *batch.Job { return &batch.Job{Slug: slug, Topic: slug, Model: model} }

func TestARequestIsQueuedThenAStreamThenOver(t *testing.T) {
	f := follow(nil)
	a, b := job("a"), job("b")
	expect := func(streams, queued int, state ServerState) {
		t.Helper()
		s := f.server(t, "big")
		if s.Streams != streams || s.Queued != queued || s.State != state {
			t.Errorf("%d streams, %d queued, %s; want %d, %d, %s", s.Streams, s.Queued, s.State, streams, queued, state)
		}
	}
	expect(0, 0, Idle)
	f.Event(batch.Loading{Server: "big", Model: model})
	expect(0, 0, Loading)
	f.wait(2 * time.Second)
	f.Event(batch.Loaded{Server: "big", Model: model, Took: 2 * time.Second})
	expect(0, 0, Idle)
	f.Event(batch.Started{Server: "big", Job: a, N: 1})
	f.Event(batch.Started{Server: "big", Job: b, N: 1})
	expect(0, 2, Working)
	f.Event(batch.FirstToken{Server: "big", Job: a, Took: 300 * time.Millisecond})
	for range 40 {
		f.wait(100 * time.Millisecond)
		f.Event(batch.Tokens{Server: "big", Job: a, N: 1})
	}
	expect(1, 1, Working)
	if got := f.server(t, "big").TokensPerSecond; got < 8 || got > 12 {
		t.Errorf("%v tokens/s, want about 10", got)
	}
	// A request that is lost before its first token is over as well.
	f.Event(batch.Closed{Server: "big", Job: b})
	f.Event(batch.Closed{Server: "big", Job: a})
	expect(0, 0, Idle)
	p := f.Snapshot().Pairs[0]
	if p.Requests != 2 || p.Tokens != 40 || p.Loads != 1 || p.LoadSeconds != 2 || p.FirstTokens.Count != 1 || p.FirstTokens.Sum != .3 {
		t.Errorf("pair: %+v", p)
	}
	if below, at := p.FirstTokens.Buckets[2], p.FirstTokens.Buckets[3]; below != 0 || at != 1 {
		t.Errorf("a first token after 0.3 s is in the buckets %v", p.FirstTokens.Buckets)
	}
	if s := f.Snapshot(); s.Tokens != 40 || s.Servers[0].Tokens != 40 || s.Servers[1].Tokens != 0 {
		t.Errorf("tokens: %d, by server %d and %d", s.Tokens, s.Servers[0].Tokens, s.Servers[1].Tokens)
	}
}

func TestAPostInSectionsSaysWhichPartIsInProgress(t *testing.T) {
	f := follow(nil)
	a, b := job("a"), job("b")
	step := &record.Step{Kind: contract.PartSection, N: 3, Of: 9, Heading: strings.Repeat("h", 2*mostText)}
	f.Event(batch.Started{Server: "big", Job: b, N: 1})
	f.Event(batch.Started{Server: "big", Job: a, N: 4, Step: step})
	f.Event(batch.Started{Server: "attic", Job: b, N: 2, Step: &record.Step{Kind: contract.PartOutline}})
	step.Accepted = true // the engine goes on with it
	got := f.Snapshot().Sections
	if len(got) != 2 || got[0].Server != "attic" || got[0].Step.String() != "outline" || got[1].Slug != "a" || got[1].Step.String() != "section 3 of 9" {
		t.Fatalf("in progress: %+v", got)
	}
	if one := got[1].Step; one.Accepted || len(one.Heading) > mostText+3 {
		t.Errorf("the step is %+v", one)
	}
	f.Event(batch.Closed{Server: "big", Job: a})
	f.Event(batch.Started{Server: "big", Job: a, N: 5, Step: &record.Step{Kind: contract.PartSection, N: 4, Of: 9}})
	if got := f.Snapshot().Sections; len(got) != 2 || got[1].Step.N != 4 {
		t.Errorf("then in progress: %+v", got)
	}
	f.Event(batch.Closed{Server: "big", Job: a})
	f.Event(batch.Closed{Server: "attic", Job: b})
	if got := f.Snapshot().Sections; got == nil || len(got) != 0 {
		t.Errorf("at the end in progress: %+v", got)
	}
	for range 2 * mostLast {
		f.Event(batch.Started{Server: "big", Job: job("x"), Step: step})
	}
	if got := f.Snapshot().Sections; len(got) != mostLast {
		t.Errorf("%d are named", len(got))
	}
}

func TestAnOutageCountsOnceAndItsTimeGrows(t *testing.T) {
	f := follow(nil)
	f.Event(batch.Loading{Server: "attic", Model: model})
	since := f.at
	for range 3 {
		f.Event(batch.Waiting{Server: "attic", Reason: errors.New("refused"), Since: since})
		f.wait(time.Second)
	}
	s := f.server(t, "attic")
	if s.State != Away || s.Reason != "refused" || s.Outages != 1 || s.AwaySeconds != 3 || s.Since == nil || !s.Since.Equal(since) {
		t.Errorf("away: %+v", s)
	}
	f.Event(batch.Loading{Server: "attic", Model: model})
	f.Event(batch.Resumed{Server: "attic", Away: 3 * time.Second})
	f.Event(batch.Loaded{Server: "attic", Model: model, Took: time.Second})
	f.wait(time.Minute)
	if s := f.server(t, "attic"); s.State != Idle || s.Reason != "" || s.Since != nil || s.AwaySeconds != 3 || s.Outages != 1 {
		t.Errorf("back: %+v", s)
	}
}

func TestResultsCountForTheServerThatGaveThem(t *testing.T) {
	f := follow(func() (time.Duration, bool) { return time.Hour, true })
	f.Counted(Counts{Jobs: 4, Left: 4}, []Model{{Label: "llama3.2", Jobs: 4, Left: 4}})
	f.Event(batch.Tuned{Server: "attic", Model: model, Workers: 3, Slots: 2})
	done := &record.Result{Slug: "a", Label: "llama3.2", Model: "llama3.2", Server: "big", Status: record.Done, Earlier: 1, Attempts: []record.Attempt{
		{Server: "big", Usage: llm.Usage{EvalCount: 1000, PromptEvalCount: 1000}}, // of an earlier run
		{Server: "attic", Usage: llm.Usage{EvalCount: 70, PromptEvalCount: 7}},
		{Server: "big", Usage: llm.Usage{EvalCount: 100, PromptEvalCount: 10}},
	}}
	f.Event(batch.Started{Server: "big", Job: job("a"), N: 1})
	f.wait(30 * time.Minute)
	f.Result(done)
	f.wait(30 * time.Minute)
	f.Result(&record.Result{Slug: "b", Label: "llama3.2", Model: "llama3.2", Server: "attic", Status: record.Rejected, Reason: "4 attempts", Attempts: []record.Attempt{
		{Server: "attic", Problems: []contract.Problem{{Code: contract.ProblemFieldMissing}}},
	}})
	f.Result(&record.Result{Slug: "c", Label: "llama3.2", Model: "llama3.2", Server: "attic", Status: record.Rejected, Reason: "refused"})
	s := f.Snapshot()
	if s.Servers[0].Posts != 1 || s.Servers[1].Rejected != 2 || s.Servers[1].Slots != 0 {
		t.Errorf("servers: %+v", s.Servers)
	}
	attic := s.Pairs[0]
	if attic.Server != "attic" || attic.PromptTokens != 7 || attic.Slots != 2 || attic.Causes[contract.ProblemFieldMissing.String()] != 1 || attic.Causes[record.RequestFailed] != 1 {
		t.Errorf("pair: %+v", attic)
	}
	if len(s.Last) != 3 || s.Last[0].Slug != "c" || len(s.LastRejected) != 2 || s.LastRejected[1].Slug != "b" {
		t.Errorf("last: %+v, rejected %+v", s.Last, s.LastRejected)
	}
	if s.PostsPerHour != 3 {
		t.Errorf("%v an hour", s.PostsPerHour)
	}
	if s.End == nil || !s.End.Equal(f.at.Add(time.Hour)) {
		t.Errorf("end: %v", s.End)
	}
	lines := f.ServerLines(10)
	if lines[0].Tokens != 100 || lines[1].Tokens != 70 || lines[1].TokensPerSecond != 7 || lines[1].Tuned["llama3.2"].Slots != 2 || len(lines[0].Tuned) != 0 {
		t.Errorf("lines: %+v", lines)
	}
	f.Event(batch.Stopping{Reason: batch.ErrStopped})
	if s := f.Snapshot(); s.State != Stopping || s.End != nil {
		t.Errorf("%s, end %v", s.State, s.End)
	}
	f.Over(Ended{ExitCode: 130, Meaning: "interrupted"})
	if s := f.Snapshot(); s.State != Over || s.Ended.ExitCode != 130 {
		t.Errorf("%s, %+v", s.State, s.Ended)
	}
}

// What a tracker keeps does not grow with the run.
func TestASnapshotStaysSmall(t *testing.T) {
	f := follow(nil)
	for range 10_000 {
		f.Result(&record.Result{Slug: "a", Label: "llama3.2", Model: "llama3.2", Server: "big", Status: record.Rejected, Reason: "no"})
		f.wait(time.Second)
	}
	s := f.Snapshot()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Last) != mostLast || len(s.LastRejected) != mostLast || len(text) > 20_000 {
		t.Errorf("%d last, %d rejected, %d bytes", len(s.Last), len(s.LastRejected), len(text))
	}
	if got := s.PostsPerHour; got < 3500 || got > 3700 {
		t.Errorf("%v an hour, want 3600", got)
	}
}

// A topic can have 64 KiB, and a server's words 4 KiB.
func TestLongTextsDoNotMakeASnapshotLarge(t *testing.T) {
	f := follow(nil)
	long := strings.Repeat("ä", 32<<10)
	for range 2 * mostLast {
		f.Result(&record.Result{Topic: long, Slug: "a", Label: "llama3.2", Model: "llama3.2", Server: "big", Status: record.Rejected, Reason: long})
	}
	s := f.Snapshot()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if len(text) > 150_000 {
		t.Errorf("%d bytes", len(text))
	}
	if got := s.Last[0].Topic; !strings.HasPrefix(got, "ää") || !strings.HasSuffix(got, "ä...") || !utf8.ValidString(got) {
		t.Errorf("topic: %.20q", got)
	}
}

// What another machine of a fleet does is in its own words, and its results count for
// it. It is no server of the run.
func TestTheMachinesOfAFleetAreNoServers(t *testing.T) {
	f := follow(nil)
	f.Join("attic-pc")
	f.Result(&record.Result{Slug: "a", Label: "llama3.2", Model: "llama3.2", Server: "attic-pc", Status: record.Done})
	f.Members([]Member{{Name: "attic-pc", Seen: f.at, Jobs: 1, Streams: 1, Posts: 1}})
	f.Arrived(150)
	s := f.Snapshot()
	if len(s.Servers) != 2 || len(s.Workers) != 1 || s.Tokens != 150 || s.TokensPerSecond == 0 {
		t.Errorf("%+v", s)
	}
	lines := f.ServerLines(10)
	if last := lines[len(lines)-1]; last.Name != "attic-pc" || last.Posts != 1 {
		t.Errorf("%+v", lines)
	}
	m := s.Workers[0]
	for _, c := range []struct {
		change func()
		want   MemberState
	}{
		{func() {}, AtWork}, {func() { m.Jobs = 0 }, AtRest}, {func() { m.Draining = true }, Leaving}, {func() { m.Seen = f.at.Add(-time.Minute) }, Gone}, {func() { m.Left = true }, HasLeft},
	} {
		if c.change(); m.State(f.at) != c.want {
			t.Errorf("%s, want %s", m.State(f.at), c.want)
		}
	}
}
