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
	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/reply"
	"github.com/nightpress/nightpress/prompts"
)

const longPrompt = `+++
mode = "sections"
[sections]
min = 3
max = 4
words = 600
[contract]
end = ["</END>"]
[[contract.fields]]
key = "title"
label = "TITLE"
[[contract.fields]]
key = "tags"
label = "TAGS"
kind = "list"
min = 2
[contract.body]
forbid = ["lorem ipsum"]
+++
You write about {{.topic}}.
{{define "outline"}}Plan {{.words}} words.{{end}}
{{define "section"}}Write section {{.n}} of {{.of}}, "{{.section.heading}}", in {{.section.words}} words for {{.reader}}.{{end}}
{{define "opening"}}Write the opening.{{end}}
{{define "fields"}}Now the header lines for {{.reader}}.{{end}}
`

// author answers the requests for the parts of a post. faults replace the answer to
// the nth request, from 1, unless they return "".
type author struct {
	scripted
	faults map[int]func(usual string) string
}

func newAuthor(faults map[int]func(string) string) *author {
	a := &author{faults: faults}
	a.answer = func(_ context.Context, n int, req llm.Request) (string, llm.Usage, error) {
		text := usual(req, n)
		if f := faults[n]; f != nil {
			text = f(text)
		}
		return text, llm.Usage{DoneReason: "stop", PromptEvalCount: 10, EvalCount: len(text) / 4}, nil
	}
	return a
}

// Generate ends a reply that is given up, as servers do.
func (a *author) Generate(ctx context.Context, req llm.Request, fn func(llm.Chunk) error) (llm.Usage, error) {
	u, err := a.scripted.Generate(ctx, req, fn)
	if errors.Is(err, llm.ErrAbort) {
		err = nil
	}
	return u, err
}

// headings are those of the outline.
var headings = []string{"Bees in spring", "Honey and wax", "The year ahead"}

// usual is a good answer to a request.
func usual(req llm.Request, n int) string {
	last := req.Messages.User
	if k := len(req.Turns); k > 0 {
		last = req.Turns[k-1].Text
	}
	switch {
	case len(req.Turns) == 0 && req.Format == nil:
		var b strings.Builder
		for i, h := range headings {
			fmt.Fprintf(&b, "## %s (%d words)\n- one thing\n- another thing\n", h, 190-i/2*10)
		}
		return b.String()
	case strings.Contains(last, `one JSON object and nothing else: {"sections"`):
		return `{"sections":[{"heading":"Bees in spring","words":1,"points":["a b"]},{"heading":"Honey and wax","words":1,"points":["a b"]},{"heading":"The year ahead","words":1,"points":["a b"]}]}`
	case strings.Contains(last, "header lines"):
		return "TITLE: A year with bees\nTAGS: bees, honey\n"
	case strings.HasPrefix(last, "Write the opening"):
		return prose(900+n, 4)
	case strings.Contains(last, "Continue the section"):
		return prose(100*n, 9)
	}
	for _, h := range headings {
		if strings.Contains(last, `"`+h+`"`) {
			return "## " + h + "\n\n" + prose(100*n, 18)
		}
	}
	return "I do not know what to write."
}

// prose is so many sentences of ten words, no two alike.
func prose(from, n int) string {
	var b strings.Builder
	for i := from; i < from+n; i++ {
		name := strings.Fields("Ada Ben Cleo Dan Eve Finn Gus Hal Ida Jon Kay")[i*7%11]
		does := strings.Fields("saw heard built carried moved fed lost found weighed sold counted fixed drew")[i%13]
		where := strings.Fields("garden meadow orchard valley barn harbor market village")[i%8]
		fmt.Fprintf(&b, "Sentence %d says what keeper %s %s near the %s.", i, name, does, where)
		b.WriteString([]string{" ", "\n\n"}[(i+1)%5/4*1])
	}
	return strings.TrimSpace(b.String())
}

// book is the job of one long post.
func book(t *testing.T, prompt string) *batch.Job {
	t.Helper()
	p, err := prompts.Parse("long", "long.md", []byte(prompt))
	if err != nil {
		t.Fatal(err)
	}
	row := map[string]string{"topic": "bees", "reader": "beginners"}
	msgs, err := p.Render(row)
	if err != nil {
		t.Fatal(err)
	}
	return &batch.Job{
		ID: "1", Topic: "bees", Slug: "bees", Prompt: p.For(row), Messages: msgs, Values: p.Later(row), Seed: 1,
		Model: llm.Model{Name: "m", Label: "m", NumCtx: 32768, NumPredict: 4096},
	}
}

// write has one job done and returns its result, and the attempts that were saved
// before.
func write(t *testing.T, a llm.Generator, j *batch.Job, e batch.Engine) (*record.Result, []record.Attempt) {
	t.Helper()
	sink := &kept{}
	e.Lanes = lane(a, 1)
	err := e.Run(t.Context(), func(yield func(*batch.Phase, error) bool) {
		yield(&batch.Phase{Model: j.Model, Jobs: func(yield func(*batch.Job, error) bool) { yield(j, nil) }}, nil)
	}, sink)
	if err != nil {
		t.Fatal(err)
	}
	return sink.results[0], sink.attempts
}

// said are the steps and remedies of attempts.
func said(all []record.Attempt) (list []string) {
	for _, a := range all {
		list = append(list, fmt.Sprintf("%s %s", a.Step, a.Remedy))
	}
	return list
}

func TestAPostInSectionsIsWrittenInOneConversationThatOnlyGrows(t *testing.T) {
	a := newAuthor(nil)
	res, saved := write(t, a, book(t, longPrompt), batch.Engine{})
	if res.Status != record.Done || res.Verdict().Outcome != record.FirstTry {
		t.Fatalf("%s: %s", res.Status, res.Reason)
	}
	want := []string{"outline first", "section 1 of 3 first", "section 2 of 3 first", "section 3 of 3 first", "opening first", "fields first"}
	if got := said(res.Attempts); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if len(saved) != len(want)-1 {
		t.Errorf("%d attempts were saved before the end", len(saved))
	}
	body := res.Post.Body
	if res.Post.Words < 540 || res.Post.Words > 660 || res.Post.Text("title") != "A year with bees" || strings.Contains(body, "END") {
		t.Errorf("%d words, %+v", res.Post.Words, res.Post.Fields)
	}
	at := 0
	for _, part := range []string{"Sentence 905", "\n\n## Bees in spring\n\n", "\n\n## Honey and wax\n\n", "\n\n## The year ahead\n\n"} {
		next := strings.Index(body, part)
		if next < at || strings.Count(body, part) != 1 {
			t.Errorf("%q is at %d of %q", part, next, body)
		}
		at = next
	}
	var before []llm.Turn
	for i, req := range a.requests {
		if !slices.Equal(req.Turns[:min(len(before), len(req.Turns))], before) || req.Messages != a.requests[0].Messages {
			t.Errorf("request %d does not continue the conversation of the one before", i+1)
		}
		before = req.Turns
	}
	if got := a.requests[2].Turns[3].Text; got != `Write section 2 of 3, "Honey and wax", in 190 words for beginners.` {
		t.Errorf("%q", got)
	}
	for _, at := range res.Attempts[1:4] {
		if at.Step.Heading == "" || at.Step.Asked < 180 || at.Step.Words < 163 || !at.Step.Accepted || at.Step.Omitted != 0 {
			t.Errorf("%+v", at.Step)
		}
	}
	if post := batch.PostOf(book(t, longPrompt), res.Attempts); post == nil || post.Body != body {
		t.Error("the post cannot be read from the attempts")
	}
}

func TestAFaultCostsItsOwnPartAlone(t *testing.T) {
	for name, c := range map[string]struct {
		faults map[int]func(string) string
		want   []string // what is requested beside the first requests
		repair string
		asks   string // what the next request says
	}{
		"forgets the heading": {map[int]func(string) string{3: func(s string) string { return s[strings.Index(s, "\n\n")+2:] }}, nil, "section-heading", ""},
		"runs on":             {map[int]func(string) string{3: func(s string) string { return s + "\n\n" + prose(5000, 40) }}, nil, "", ""},
		"runs into the next":  {map[int]func(string) string{3: func(s string) string { return s + "\n\n## The year ahead\n\n" + prose(5000, 40) }}, nil, "run-on", ""},
		"writes a marker":     {map[int]func(string) string{3: func(s string) string { return s + "\n\n</END>\n" }}, nil, "", ""},
		"stops early":         {map[int]func(string) string{3: func(s string) string { return s[:len(s)/2] }}, []string{"section 2 of 3 extend"}, "", `Continue the section "Honey and wax" from its end`},
		"repeats a section":   {map[int]func(string) string{3: func(string) string { return "## Honey and wax\n\n" + prose(200, 19) }}, []string{"section 2 of 3 again"}, "", `say something else: not "`},
		"another section":     {map[int]func(string) string{3: func(string) string { return "## Bees in spring\n\n" + prose(200, 19) }}, []string{"section 2 of 3 again"}, "", "begins another section"},
		"forbidden words":     {map[int]func(string) string{3: func(s string) string { return s + " Lorem ipsum." }}, []string{"section 2 of 3 again"}, "", "lorem ipsum"},
		"no outline":          {map[int]func(string) string{1: func(string) string { return "Bees are nice, and so is honey." }}, []string{"outline schema"}, "budgets", "one JSON object"},
		"a line is missing":   {map[int]func(string) string{6: func(string) string { return "TITLE: A year with bees\n" }}, []string{"fields fields"}, "", "TAGS: ..."},
		"twice short":         {map[int]func(string) string{2: func(s string) string { return s[:len(s)/2] }, 3: func(string) string { return "And so on." }}, []string{"section 1 of 3 extend", "section 1 of 3 extend"}, "", ""},
	} {
		a := newAuthor(c.faults)
		res, _ := write(t, a, book(t, longPrompt), batch.Engine{})
		if res.Status != record.Done {
			t.Errorf("%s: %s: %s", name, res.Status, res.Reason)
			continue
		}
		var more []string
		for i, at := range res.Attempts {
			if at.Remedy == contract.RemedyFirst {
				continue
			}
			if more = append(more, fmt.Sprintf("%s %s", at.Step, at.Remedy)); !strings.Contains(lastWords(a.requests[i]), c.asks) {
				t.Errorf("%s: asks %q", name, lastWords(a.requests[i]))
			}
		}
		if !slices.Equal(more, c.want) {
			t.Errorf("%s: %q, want %q", name, more, c.want)
		}
		if c.repair != "" && !slices.ContainsFunc(res.Repairs(), func(r contract.Repair) bool { return r.Code.String() == c.repair }) {
			t.Errorf("%s: repairs %v", name, res.Repairs())
		}
		if res.Post.Words < 540 || res.Post.Words > 660 {
			t.Errorf("%s: %d words", name, res.Post.Words)
		}
		if all, again := reply.Repeated(res.Post.Body); again*100 > all {
			t.Errorf("%s: %d of %d phrases are there twice", name, again, all)
		}
		if (res.Verdict().Outcome == record.FirstTry) != (c.want == nil) {
			t.Errorf("%s: %v", name, res.Verdict())
		}
	}
}

func lastWords(req llm.Request) string {
	if n := len(req.Turns); n > 0 {
		return req.Turns[n-1].Text
	}
	return req.Messages.User
}

// A run may be killed after any attempt that it saved.
func TestAnInterruptedPostContinuesAtTheSameStep(t *testing.T) {
	faults := map[int]func(string) string{3: func(s string) string { return s[:len(s)/2] }, 5: func(string) string { return "## Bees in spring\n\nWrong." }}
	whole := newAuthor(faults)
	res, saved := write(t, whole, book(t, longPrompt), batch.Engine{})
	if res.Status != record.Done || len(saved) != len(res.Attempts)-1 {
		t.Fatal(res.Status, res.Reason, len(saved), len(res.Attempts))
	}
	for k := range len(saved) + 1 {
		j := book(t, longPrompt)
		j.Past = saved[:k]
		shifted := map[int]func(string) string{}
		for n, f := range faults {
			shifted[n-k] = f
		}
		a := newAuthor(shifted)
		a.answer = func(_ context.Context, n int, req llm.Request) (string, llm.Usage, error) {
			text := usual(req, n+k)
			if f := shifted[n]; f != nil {
				text = f(text)
			}
			return text, llm.Usage{DoneReason: "stop", PromptEvalCount: 10, EvalCount: len(text) / 4}, nil
		}
		got, _ := write(t, a, j, batch.Engine{})
		if got.Status != record.Done || got.Post.Body != res.Post.Body || got.Earlier != k || len(a.requests) != len(res.Attempts)-k {
			t.Errorf("after %d attempts: %s, %d requests of %d", k, got.Status, len(a.requests), len(res.Attempts))
		}
		for i, req := range a.requests {
			if req.Seed != whole.requests[k+i].Seed || lastWords(req) != lastWords(whole.requests[k+i]) {
				t.Errorf("after %d attempts, request %d is another", k, i+1)
			}
		}
	}
}

// All parts may be there, and the run killed before the post was.
func TestAPostWhosePartsAreAllThereNeedsNoRequest(t *testing.T) {
	res, _ := write(t, newAuthor(nil), book(t, longPrompt), batch.Engine{})
	j := book(t, longPrompt)
	j.Past = res.Attempts
	a := newAuthor(nil)
	got, _ := write(t, a, j, batch.Engine{})
	if got.Status != record.Done || len(a.requests) != 0 || got.Post.Body != res.Post.Body {
		t.Errorf("%s, %d requests", got.Status, len(a.requests))
	}
}

func TestEachStepHasItsOwnAttempts(t *testing.T) {
	bad := func(string) string { return "## Bees in spring\n\nThis is no section of the post." }
	faults := map[int]func(string) string{1: func(string) string { return "No." }, 2: func(string) string { return "{}" }}
	for n := 5; n < 20; n++ {
		faults[n] = bad
	}
	res, _ := write(t, newAuthor(faults), book(t, longPrompt), batch.Engine{Attempts: 3})
	want := []string{"outline first", "outline schema", "outline schema", "section 1 of 3 first", "section 2 of 3 first", "section 2 of 3 again", "section 2 of 3 again"}
	if got := said(res.Attempts); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if res.Status != record.Rejected || res.Reason != "section 2 of 3: 3 attempts, the last: the reply begins another section" {
		t.Errorf("%s: %s", res.Status, res.Reason)
	}
}

func TestTheTokensOfAPostAreThoseOfAllItsSteps(t *testing.T) {
	res, _ := write(t, newAuthor(nil), book(t, longPrompt), batch.Engine{MaxTokens: 500})
	sum := 0
	for _, a := range res.Attempts {
		sum += a.EvalCount
	}
	if res.Status != record.Rejected || !strings.Contains(res.Reason, "it used up its 500 tokens") || len(res.Attempts) != 3 {
		t.Errorf("%s: %s, %d tokens in %q", res.Status, res.Reason, sum, said(res.Attempts))
	}
}

func TestTextThatDoesNotFitIsOmittedFromTheFrontAndTheOutlineStays(t *testing.T) {
	j := book(t, longPrompt)
	j.Model.NumCtx = 1800
	a := newAuthor(nil)
	res, _ := write(t, a, j, batch.Engine{})
	if res.Status != record.Done {
		t.Fatal(res.Status, res.Reason)
	}
	var omitted []int
	for i, at := range res.Attempts {
		omitted = append(omitted, at.Step.Omitted)
		n, turns := 0, a.requests[i].Turns
		for _, turn := range turns {
			n += len(turn.Text)
		}
		if i > 0 && turns[0].Text[:len("## Bees in spring (")] != "## Bees in spring (" {
			t.Errorf("request %d has no outline", i+1)
		}
		if len(turns) > 1 && len(turns) != 2+2*(i-1-at.Step.Omitted) {
			t.Errorf("request %d has %d turns and omits %d", i+1, len(turns), at.Step.Omitted)
		}
		if n/4+a.requests[i].Model.NumPredict > 1800 && at.Step.Kind != contract.PartOutline && at.Step.Kind != contract.PartFields {
			t.Errorf("request %d has %d bytes and asks for %d tokens", i+1, n, a.requests[i].Model.NumPredict)
		}
	}
	if !slices.IsSorted(omitted[:4]) || omitted[3] == 0 {
		t.Errorf("omitted %v", omitted)
	}
}

func TestATemplateWithTheTextSoFarGetsItOnce(t *testing.T) {
	quoting := strings.Replace(longPrompt, "Write the opening.", "Write the opening of this post:\n{{.before}}", 1)
	a := newAuthor(nil)
	res, _ := write(t, a, book(t, quoting), batch.Engine{})
	if res.Status != record.Done {
		t.Fatal(res.Status, res.Reason)
	}
	req := a.requests[4]
	if len(req.Turns) != 2 || !strings.Contains(req.Turns[1].Text, "post:\n## Bees in spring\n\n") || !strings.Contains(req.Turns[1].Text, "## The year ahead") {
		t.Errorf("%d turns, the last: %q", len(req.Turns), lastWords(req))
	}
}

func TestThePromptsContractJudgesTheWhole(t *testing.T) {
	wants := strings.Replace(longPrompt, "[contract.body]", "[contract.body]\nrequire = [\"a queen\"]", 1)
	a := newAuthor(map[int]func(string) string{7: func(string) string { return "## The queen\n\nIn each hive lives a queen." }})
	res, _ := write(t, a, book(t, wants), batch.Engine{})
	if res.Status != record.Done || said(res.Attempts)[6] != "whole extend" || !strings.HasSuffix(res.Post.Body, "lives a queen.") {
		t.Errorf("%s: %s, %q", res.Status, res.Reason, said(res.Attempts))
	}
	never := newAuthor(nil)
	res, _ = write(t, never, book(t, wants), batch.Engine{})
	if res.Status != record.Rejected || !strings.Contains(res.Reason, "a queen") {
		t.Errorf("%s: %s", res.Status, res.Reason)
	}
}

func TestAModelInStructuredModeIsHeldToASchemaForOutlineAndHeaderLines(t *testing.T) {
	j := book(t, longPrompt)
	j.Model.Mode = llm.ModeStructured
	a := newAuthor(map[int]func(string) string{6: func(string) string { return `{"title":"A year with bees","tags":["bees","honey"]}` }})
	res, _ := write(t, a, j, batch.Engine{})
	if res.Status != record.Done || said(res.Attempts)[0] != "outline schema" || said(res.Attempts)[5] != "fields schema" || res.Post.Text("title") != "A year with bees" {
		t.Errorf("%s: %s, %q", res.Status, res.Reason, said(res.Attempts))
	}
	for i, req := range a.requests {
		if (req.Format != nil) != (i == 0 || i == 5) {
			t.Errorf("request %d: format %s", i+1, req.Format)
		}
	}
}

// A server that goes away between two sections costs none.
func TestAPostMovesToAnotherServerWithItsSections(t *testing.T) {
	away := &llm.Fault{Kind: llm.FaultPause, Err: errors.New("connection refused")}
	first := newAuthor(nil)
	usually := first.answer
	first.answer = func(ctx context.Context, n int, req llm.Request) (string, llm.Usage, error) {
		if n == 3 {
			return "", llm.Usage{}, away
		}
		return usually(ctx, n, req)
	}
	first.probe = func(n int) error {
		if n < 50 {
			return away
		}
		return nil
	}
	second := newAuthor(nil)
	second.answer = func(_ context.Context, n int, req llm.Request) (string, llm.Usage, error) {
		text := usual(req, n+40)
		return text, llm.Usage{DoneReason: "stop", EvalCount: len(text) / 4}, nil
	}
	begun := make(chan struct{})
	begin := sync.OnceFunc(func() { close(begun) })
	second.load = func(int) error { <-begun; return nil }
	e := batch.Engine{Lanes: []batch.Lane{{Name: "a", Generator: first, Workers: 1}, {Name: "b", Generator: second, Workers: 1}}, NoHedge: true, Clock: instant()}
	sink := &kept{}
	e.Events = func(ev batch.Event) {
		if ev, ok := ev.(batch.Started); ok && ev.Step != nil && ev.Step.N == 2 && ev.Server == "a" {
			begin()
		}
	}
	j := book(t, longPrompt)
	err := e.Run(t.Context(), func(yield func(*batch.Phase, error) bool) {
		yield(&batch.Phase{Model: j.Model, Count: 1, Jobs: func(yield func(*batch.Job, error) bool) { yield(j, nil) }}, nil)
	}, sink)
	if err != nil {
		t.Fatal(err)
	}
	res := sink.results[0]
	if res.Status != record.Done || res.Attempts[1].Server != "a" || len(res.Attempts) != 6 {
		t.Errorf("%s: %s, %q", res.Status, res.Reason, said(res.Attempts))
	}
}

// A post in sections loses nothing between two of them: it goes on while the next one is
// expected to end in time, and is not begun where a whole post is not.
func TestUntilEndsAPostBetweenTwoSections(t *testing.T) {
	run := func(until time.Duration, took ...time.Duration) (requests, saved int, err error) {
		n := newNight()
		a := newAuthor(nil)
		usually := a.answer
		a.answer = func(ctx context.Context, i int, req llm.Request) (string, llm.Usage, error) {
			n.pass(10 * time.Minute)
			return usually(ctx, i, req)
		}
		sink := &kept{}
		j := book(t, longPrompt)
		e := batch.Engine{Lanes: lane(a, 1), Until: seven.Add(until), Clock: n.clock()}
		err = e.Run(t.Context(), func(yield func(*batch.Phase, error) bool) {
			yield(&batch.Phase{Model: j.Model, Took: took, Jobs: func(yield func(*batch.Job, error) bool) { yield(j, nil) }}, nil)
		}, sink)
		return len(a.requests), len(sink.attempts), err
	}
	if requests, saved, err := run(35 * time.Minute); !errors.Is(err, batch.ErrUntil) || requests != 3 || saved != 3 {
		t.Errorf("%d requests, %d saved, %v", requests, saved, err)
	}
	if requests, _, err := run(35*time.Minute, time.Hour); !errors.Is(err, batch.ErrUntil) || requests != 0 {
		t.Errorf("begun with %d requests, %v", requests, err)
	}
	if requests, _, err := run(65*time.Minute, time.Hour); err != nil || requests != 6 {
		t.Errorf("%d requests, %v", requests, err)
	}
}
