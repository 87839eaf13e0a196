package batch_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/reply"
	"github.com/nightpress/nightpress/prompts"
)

const storyPrompt = `+++
description = "a story with a head"
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
min_words = 12
min_headings = 1
+++
Tell a story about {{.topic}}.
`

const (
	head   = "TITLE: A day at sea\nTAGS: sea, wind\n\n"
	body   = "## Morning\n\nThe waves were high and the wind was cold, and nobody spoke."
	marker = "\n\n</END>"
	saga   = head + body + marker
)

// answer is one scripted reply. Each blank ends a chunk.
type answer struct {
	text, thinking, reason string
	err                    error
}

// script answers request after request, and stays with its last answer.
type script struct {
	scripted
	answers []answer
	open    bool // its template leaves a reply open
	probes  int
}

func (s *script) Continues(context.Context, llm.Model) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.probes++
	return s.open, nil
}

func (s *script) Generate(_ context.Context, req llm.Request, fn func(llm.Chunk) error) (llm.Usage, error) {
	s.mu.Lock()
	a := s.answers[min(len(s.requests), len(s.answers)-1)]
	s.requests = append(s.requests, req)
	s.mu.Unlock()
	u := llm.Usage{PromptEvalCount: 100}
	var chunks []llm.Chunk
	for _, t := range strings.SplitAfter(a.thinking, " ") {
		chunks = append(chunks, llm.Chunk{Thinking: t})
	}
	for _, t := range strings.SplitAfter(a.text, " ") {
		chunks = append(chunks, llm.Chunk{Content: t})
	}
	for _, c := range chunks {
		u.EvalCount++
		err := fn(c)
		if errors.Is(err, llm.ErrAbort) {
			u.Estimated = true
			return u, nil
		}
		if err != nil {
			break
		}
	}
	u.DoneReason = "stop"
	if a.reason != "" {
		u.DoneReason = a.reason
	}
	return u, a.err
}

// tell runs one job over the script and returns its result.
func tell(t *testing.T, s *script, e batch.Engine, m llm.Model) *record.Result {
	t.Helper()
	return tellOf(t, s, e, m, nil)
}

// tellAfter is tell for a job that has these attempts from an earlier run.
func tellAfter(t *testing.T, s *script, e batch.Engine, past []record.Attempt) *record.Result {
	t.Helper()
	return tellOf(t, s, e, llm.Model{}, past)
}

func tellOf(t *testing.T, s *script, e batch.Engine, m llm.Model, past []record.Attempt) *record.Result {
	t.Helper()
	p, err := prompts.Parse("story", "story.md", []byte(storyPrompt))
	if err != nil {
		t.Fatal(err)
	}
	msgs, err := p.Render(map[string]string{"topic": "the sea"})
	if err != nil {
		t.Fatal(err)
	}
	m.Name, m.Label = "m", "m"
	if m.NumCtx == 0 {
		m.NumCtx, m.NumPredict = 4096, 1024
	}
	j := &batch.Job{
		ID: "1", Topic: "the sea", Slug: "the-sea", Model: m, Prompt: p, Messages: msgs, Seed: 1, Past: past,
	}
	sink := &kept{}
	e.Lanes = lane(s, 1)
	err = e.Run(t.Context(), func(yield func(*batch.Phase, error) bool) {
		yield(&batch.Phase{Model: m, Jobs: func(yield func(*batch.Job, error) bool) { yield(j, nil) }}, nil)
	}, sink)
	if err != nil {
		t.Fatal(err)
	}
	agrees(t, p.Contract, sink.results[0])
	return sink.results[0]
}

// agrees checks every stored text again: the verdict must be the one that was
// recorded.
func agrees(t *testing.T, c *contract.Contract, res *record.Result) {
	t.Helper()
	for i, a := range res.Attempts {
		text := a.Reply
		if a.Joined != "" {
			text = a.Joined
		}
		last := i == len(res.Attempts)-1
		if v := reply.Read(c, text, reply.Ended); res.Post != nil && last && (v.Post == nil || v.Post.Body != res.Post.Body) {
			t.Errorf("attempt %d was accepted, and its kept text is %v:\n%s", a.N, v.Problems, text)
		}
	}
}

func remedies(res *record.Result) string {
	var all []string
	for _, a := range res.Attempts {
		all = append(all, a.Remedy.String())
	}
	return strings.Join(all, " ")
}

// words are n words in no order.
func words(seed uint64, n int) string {
	r := rand.New(rand.NewPCG(seed, 0))
	var b strings.Builder
	for range n {
		for range 2 + r.IntN(7) {
			b.WriteByte(byte('a' + r.IntN(26)))
		}
		b.WriteByte(' ')
	}
	return b.String()
}

func loop(n int) string { return strings.Repeat("and then the sea came back again, ", n) }

func TestTheRemedyIsChosenByWhatWentWrong(t *testing.T) {
	cut := answer{text: head + "## Morning\n\nThe waves were high and the ", reason: "length"}
	rest := answer{text: "wind was cold, and nobody spoke." + marker}
	noTags := answer{text: "TITLE: A day at sea\n\n" + body + marker}
	short := answer{text: head + "## Morning\n\nIt rained." + marker}
	whole := answer{text: saga}
	more := answer{text: "## Noon\n\nThe sun came out, the sea lay still, and we had bread." + marker}
	refusal := answer{text: "I'm sorry, but I can't help with that."}
	looping := answer{text: head + "## Morning\n\n" + loop(200), reason: "length"}
	thought := answer{thinking: "Let me think. What is a story? ", reason: "length"}
	no := answer{err: &llm.Fault{Kind: llm.FaultRetry, Err: errors.New("the stream broke")}}
	big := answer{err: &llm.Fault{Kind: llm.FaultJob, Err: errors.New("the input length exceeds the context length")}}
	for name, c := range map[string]struct {
		open    bool
		model   llm.Model
		answers []answer
		want    string
		status  record.Status
	}{
		"well-formed":                       {answers: []answer{whole}, want: "first"},
		"cut, the template leaves it open":  {open: true, answers: []answer{cut, rest}, want: "first continue"},
		"cut, the template closes it":       {answers: []answer{cut, rest}, want: "first finish"},
		"cut, and nothing follows":          {open: true, answers: []answer{cut, {}, rest}, want: "first continue finish"},
		"cut, and nothing ever follows":     {open: true, answers: []answer{cut, {}, {}, whole}, want: "first continue finish again"},
		"cut twice":                         {open: true, answers: []answer{cut, {text: "wind was cold, and ", reason: "length"}, {text: "nobody spoke." + marker}}, want: "first continue continue"},
		"marker missing":                    {answers: []answer{{text: head + body}, {text: "</END>"}}, want: "first finish"},
		"fields missing":                    {answers: []answer{noTags, {text: "TAGS: sea, wind\n"}}, want: "first fields"},
		"fields still missing":              {answers: []answer{noTags, {text: "TAGS: sea\n"}, {text: "Which?"}, whole}, want: "first fields fields again"},
		"the whole head where one is asked": {answers: []answer{noTags, {text: "TITLE: Another\nTAGS: sea, wind\n"}}, want: "first fields"},
		"too short":                         {answers: []answer{short, more}, want: "first extend"},
		"too short, and nothing more":       {answers: []answer{short, {}, whole}, want: "first extend again"},
		"too short and without a marker":    {open: true, answers: []answer{{text: head + "## Morning\n\nThe waves were "}, {text: "high and the wind was cold, and nobody spoke." + marker}}, want: "first continue"},
		"the same, and the template closes": {answers: []answer{{text: head + "## Morning\n\nIt rained."}, more}, want: "first extend"},
		"refusal":                           {answers: []answer{refusal, whole}, want: "first again"},
		"loop":                              {answers: []answer{looping, whole}, want: "first again"},
		"loop while going on":               {open: true, answers: []answer{cut, {text: loop(200)}, rest}, want: "first continue continue"},
		"nothing came":                      {answers: []answer{no, whole}, want: "first resend"},
		"the stream broke in the middle":    {open: true, answers: []answer{{text: cut.text, err: no.err}, rest}, want: "first continue"},
		"thinking ate the budget":           {model: llm.Model{Think: true}, answers: []answer{thought, whole}, want: "first think-less"},
		"thinking cannot be turned down":    {model: llm.Model{Think: "low"}, answers: []answer{thought, whole}, want: "first more-room"},
		"thinking with no room left":        {model: llm.Model{Think: "low", NumCtx: 1024, NumPredict: 1000}, answers: []answer{thought, whole}, want: "first again"},
		"cut with no room to go on":         {open: true, model: llm.Model{NumCtx: 400, NumPredict: 300}, answers: []answer{cut, whole}, want: "first again"},
		"two things wrong":                  {open: true, answers: []answer{{text: "TITLE: A day at sea\n\n## Morning\n\nThe waves were ", reason: "length"}, {text: "high." + marker}, {text: "TAGS: sea, wind\n"}, more}, want: "first continue fields extend"},
		"the prompt does not fit":           {answers: []answer{big}, want: "first", status: record.Rejected},
		"a remedy does not fit":             {answers: []answer{noTags, big, whole}, want: "first fields again"},
		"attempts used up":                  {answers: []answer{refusal}, want: "first again again again", status: record.Rejected},
		"its budget filled twice":           {open: true, model: llm.Model{NumCtx: 400, NumPredict: 300}, answers: []answer{cut}, want: "first again", status: record.Rejected},
		"its larger budget filled too":      {model: llm.Model{NumCtx: 1024, NumPredict: 300}, answers: []answer{{text: head + words(1, 600), reason: "length"}}, want: "first again again", status: record.Rejected},
	} {
		t.Run(name, func(t *testing.T) {
			s := &script{answers: c.answers, open: c.open}
			res := tell(t, s, batch.Engine{}, c.model)
			if c.status == (record.Status{}) {
				c.status = record.Done
			}
			if got := remedies(res); got != c.want || res.Status != c.status {
				t.Errorf("%s: %s (%s)\nwant %s", res.Status, got, res.Reason, c.want)
				for _, a := range res.Attempts {
					t.Logf("%d %s: cause %q, %v, error %q, joined %q", a.N, a.Remedy, a.Cause, a.Problems, a.Error, a.Joined)
				}
			}
		})
	}
}

func TestARejectionForLabelsAloneNamesWhatHelps(t *testing.T) {
	strange := answer{text: "HEADLINE OF THE DAY: A day at sea\nWORDS ABOUT IT: sea, wind\n\n## Morning\n\nIt rained." + marker}
	for name, c := range map[string]struct {
		answer answer
		model  llm.Model
		want   []string
		not    string
	}{
		"other labels": {answer: strange, want: []string{"aliases", `mode = "structured"`}},
		"refusals":     {answer: answer{text: "I'm sorry, but I can't write about that."}, not: "aliases"},
	} {
		res := tell(t, &script{answers: []answer{c.answer}}, batch.Engine{}, c.model)
		if res.Status != record.Rejected {
			t.Errorf("%s: %s", name, res.Status)
		}
		for _, want := range c.want {
			if !strings.Contains(res.Reason, want) {
				t.Errorf("%s: %q is not in %q", name, want, res.Reason)
			}
		}
		if c.not != "" && strings.Contains(res.Reason, c.not) {
			t.Errorf("%s: %q", name, res.Reason)
		}
	}
}

func TestNoRequestIsMadeTwice(t *testing.T) {
	for name, answers := range map[string][]answer{
		"refusals": {{text: "I'm sorry, but I can't."}},
		"cuts":     {{text: head + "## Morning\n\nThe waves were ", reason: "length"}, {}},
		"fields":   {{text: "TITLE: A day at sea\n\n" + body + marker}, {text: "No."}},
		"silence":  {{err: &llm.Fault{Kind: llm.FaultRetry, Err: errors.New("no token came")}}},
	} {
		for _, m := range []llm.Model{{}, {Options: map[string]any{"temperature": 0.0}}} {
			s := &script{answers: answers, open: true}
			tell(t, s, batch.Engine{Attempts: 6}, m)
			seen := map[string]bool{}
			for _, r := range s.requests {
				said, err := json.Marshal(r)
				if err != nil {
					t.Fatal(err)
				}
				if seen[string(said)] {
					t.Errorf("%s: asked twice: %s", name, said)
				}
				seen[string(said)] = true
				r.Seed = 0
				// At a temperature of zero the seed changes nothing.
				said, err = json.Marshal(r)
				if err != nil {
					t.Fatal(err)
				}
				if r.Model.Options["temperature"] == 0.0 && seen["without seed"+string(said)] {
					t.Errorf("%s: the same at a temperature of zero: %s", name, said)
				}
				seen["without seed"+string(said)] = true
			}
		}
	}
}

func TestAContinuedReplyIsSentBackByteForByteAndJoinedWithoutASeam(t *testing.T) {
	begun := head + "## Morning\n\nThe waves were high and the "
	s := &script{open: true, answers: []answer{{text: begun, thinking: "Hm. ", reason: "length"}, {text: "wind was cold, and nobody spoke." + marker}}}
	res := tell(t, s, batch.Engine{}, llm.Model{Think: true})
	turns := s.requests[1].Turns
	if len(turns) != 1 || turns[0] != (llm.Turn{Assistant: true, Text: begun, Thinking: "Hm. "}) {
		t.Errorf("turns %+v", turns)
	}
	if res.Post == nil || res.Post.Body != body {
		t.Errorf("joined: %+v", res.Post)
	}
	if s.requests[1].Model.NumCtx != s.requests[0].Model.NumCtx {
		t.Error("another num_ctx would make the server load the model anew")
	}
	if s.probes != 1 {
		t.Errorf("the template was asked for %d times", s.probes)
	}
}

func TestFieldsAreAskedForAloneAndTheBodyStays(t *testing.T) {
	s := &script{answers: []answer{{text: "TITLE: A day at sea\nTAGS: sea\n\n" + body + marker}, {text: "TAGS: sea, wind, salt\n\nAnything else?"}}}
	res := tell(t, s, batch.Engine{}, llm.Model{})
	if res.Post == nil || res.Post.Body != body || res.Post.Text("title") != "A day at sea" || !slices.Equal(res.Post.List("tags"), []string{"sea", "wind", "salt"}) {
		t.Fatalf("%+v", res.Post)
	}
	r := s.requests[1]
	if n := r.Model.NumPredict; n > 300 {
		t.Errorf("%d tokens for a line of tags", n)
	}
	if len(r.Turns) != 2 || !strings.Contains(r.Turns[1].Text, "TAGS: ...") || strings.Contains(r.Turns[1].Text, "TITLE: ...") {
		t.Errorf("turns %+v", r.Turns)
	}
}

func TestAPostThatWasTooShortKeepsWhatItHad(t *testing.T) {
	s := &script{answers: []answer{{text: head + "## Morning\n\nIt rained." + marker}, {text: "## Noon\n\nThe sun came out, the sea lay still, and we had bread."}}}
	res := tell(t, s, batch.Engine{}, llm.Model{})
	want := "## Morning\n\nIt rained.\n\n## Noon\n\nThe sun came out, the sea lay still, and we had bread."
	if res.Post == nil || res.Post.Body != want {
		t.Errorf("%+v", res.Post)
	}
	if turns := s.requests[1].Turns; strings.Contains(turns[0].Text, "</END>") {
		t.Errorf("the model is shown an ended post: %+v", turns)
	}
}

func TestTokensOfAPostAreBounded(t *testing.T) {
	long := head + "## Morning\n\n" + words(1, 180)
	s := &script{open: true, answers: []answer{{text: long, reason: "length"}, {text: words(2, 120), reason: "length"}}}
	res := tell(t, s, batch.Engine{Attempts: 9, MaxTokens: 260}, llm.Model{})
	if res.Status != record.Rejected || len(res.Attempts) != 2 || !strings.Contains(res.Reason, "used up its 260 tokens") {
		t.Fatalf("%s after %d attempts: %s", res.Status, len(res.Attempts), res.Reason)
	}
	if first, second := s.requests[0].Model.NumPredict, s.requests[1].Model.NumPredict; first != 260 || second != 260-res.Attempts[0].EvalCount {
		t.Errorf("asked for %d, then %d tokens", first, second)
	}
}

func TestAskingAgainNamesTheProblemsAndChangesTheSampling(t *testing.T) {
	s := &script{answers: []answer{{text: head + "## Morning\n\n" + loop(200)}, {text: "I'm sorry, but I can't."}, {text: saga}}}
	res := tell(t, s, batch.Engine{}, llm.Model{Options: map[string]any{"temperature": 0.8, "top_k": int64(40)}})
	if res.Post == nil {
		t.Fatalf("%+v", res)
	}
	first, second, third := s.requests[0].Model.Options, s.requests[1].Model.Options, s.requests[2].Model.Options
	if second["temperature"].(float64) <= 0.8 || second["top_k"] != int64(40) {
		t.Errorf("after a loop: %v", second)
	}
	if third["temperature"] == second["temperature"] || third["temperature"] == first["temperature"] {
		t.Errorf("after a refusal: %v", third)
	}
	if first["temperature"] != 0.8 || len(first) != 2 {
		t.Errorf("the model's own options were changed: %v", first)
	}
	if !strings.Contains(s.requests[1].Messages.User, "repeats itself") {
		t.Errorf("the loop is not named: %s", s.requests[1].Messages.User)
	}
}

// Where models.toml sets no option, asking again begins from what is sent for the
// model: its own temperature, and no lower penalty than its own.
func TestAskingAgainBeginsFromWhatWasSent(t *testing.T) {
	loops, usual := answer{text: head + "## Morning\n\n" + loop(200)}, 0.8
	for _, c := range []struct {
		first answer
		own   map[string]any
		want  map[string]any
	}{
		{answer{text: "I'm sorry, but I can't."}, map[string]any{"temperature": 0.5}, map[string]any{"temperature": 0.375}},
		{answer{text: "I'm sorry, but I can't."}, nil, map[string]any{"temperature": usual * 0.75}},
		{loops, map[string]any{"temperature": 1.0, "repeat_penalty": 1.3}, map[string]any{"temperature": 1.15, "repeat_penalty": nil}},
		{loops, map[string]any{"repeat_penalty": 1.0}, map[string]any{"repeat_penalty": 1.1}},
		{loops, map[string]any{"temperature": 1.8}, map[string]any{"temperature": 1.8}},
	} {
		s := &script{answers: []answer{c.first, {text: saga}}}
		if res := tell(t, s, batch.Engine{}, llm.Model{Sampling: c.own}); res.Post == nil {
			t.Fatalf("%+v", res)
		}
		second := s.requests[1].Model
		for name, want := range c.want {
			if got := second.Options[name]; got != want {
				t.Errorf("own %v: %s = %v, want %v", c.own, name, got, want)
			}
		}
		if penalty, ok := c.own["repeat_penalty"].(float64); ok && second.Effective()["repeat_penalty"].(float64) < penalty {
			t.Errorf("own %v: the penalty fell to %v", c.own, second.Effective()["repeat_penalty"])
		}
	}
}

func TestWhatAnAbortSavedIsEstimated(t *testing.T) {
	s := &script{answers: []answer{{text: head + "## Morning\n\n" + loop(400)}, {text: saga}}}
	res := tell(t, s, batch.Engine{}, llm.Model{NumCtx: 8192, NumPredict: 5000})
	a := res.Attempts[0]
	if a.Aborted != reply.StoppedLoop || a.EvalCount >= 2000 {
		t.Errorf("aborted %q after %d tokens", a.Aborted, a.EvalCount)
	}
	if a.TokensSaved != 5000-a.EvalCount {
		t.Errorf("%d saved", a.TokensSaved)
	}
	if res.Attempts[1].TokensSaved != 0 || res.Attempts[1].Aborted != "" {
		t.Errorf("a post saved %+v", res.Attempts[1])
	}
}

func TestAJobThatGoesOnAfterAnInterruptionAsksForWhatItWouldHave(t *testing.T) {
	answers := []answer{
		{text: "TITLE: A day at sea\n\n## Morning\n\nThe waves were ", reason: "length"}, {text: "high." + marker}, {text: "TAGS: sea, wind\n"},
		{text: "## Noon\n\nThe sun came out, the sea lay still, and we had bread." + marker},
	}
	whole := &script{answers: answers, open: true}
	res := tell(t, whole, batch.Engine{}, llm.Model{})
	for n := 1; n < len(answers); n++ {
		s := &script{answers: answers[n:], open: true}
		m := llm.Model{Name: "m", Label: "m", NumCtx: 4096, NumPredict: 1024}
		p, err := prompts.Parse("story", "story.md", []byte(storyPrompt))
		if err != nil {
			t.Fatal(err)
		}
		msgs, err := p.Render(map[string]string{"topic": "the sea"})
		if err != nil {
			t.Fatal(err)
		}
		j := &batch.Job{ID: "1", Topic: "the sea", Model: m, Prompt: p, Messages: msgs, Seed: 1, Past: res.Attempts[:n]}
		sink := &kept{}
		e := &batch.Engine{Lanes: lane(s, 1)}
		if err := e.Run(t.Context(), func(yield func(*batch.Phase, error) bool) {
			yield(&batch.Phase{Model: m, Jobs: func(yield func(*batch.Job, error) bool) { yield(j, nil) }}, nil)
		}, sink); err != nil {
			t.Fatal(err)
		}
		if fmt.Sprintf("%+v", s.requests[0]) != fmt.Sprintf("%+v", whole.requests[n]) {
			t.Errorf("after %d attempts asked for\n%+v\nnot\n%+v", n, s.requests[0], whole.requests[n])
		}
		if sink.results[0].Post == nil {
			t.Errorf("after %d attempts: %+v", n, sink.results[0])
		}
	}
}
