package batch_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/batchtest"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/prompts"
	"pgregory.net/rapid"
)

// wordyPrompt has words of its own for remedies.
var wordyPrompt = strings.NewReplacer(`[contract.body]`, `[[contract.fields]]
key = "mood"
label = "MOOD"
optional = true
one_of = ["calm"]
[contract.body]
forbid = ["in {{.place}}"]`, "Write about {{.topic}}.", `Write about {{.topic}}, {{range allowed "mood"}}{{.}}, {{end}}{{with .place}}not in {{.}}{{end}}. {{define "system"}}You are brief.{{end}}
{{define "again"}}Noch einmal:{{range .problems}} {{.}};{{end}}{{end}}
{{define "continue"}}Weiter, bis {{.marker}}.{{end}}
{{define "fields"}}Nur dies:{{range .fields}} {{.}}{{end}}{{end}}`).Replace(batchtest.PromptText)

// drawJob draws a job that was asked for already in past attempts.
func drawJob(rt *rapid.T) *batch.Job {
	p, err := prompts.Parse("test", "/home/me/test.md", []byte(rapid.SampledFrom([]string{batchtest.PromptText, wordyPrompt}).Draw(rt, "prompt")))
	if err != nil {
		rt.Fatal(err)
	}
	topic := rapid.StringMatching(`[a-zäß{}<"\\]{1,20}`).Draw(rt, "topic")
	row := map[string]string{"topic": topic, "place": rapid.SampledFrom([]string{"", "Rome"}).Draw(rt, "place")}
	msgs, err := p.Render(row)
	if err != nil {
		rt.Fatal(err)
	}
	m := llm.Model{
		Name: "m:latest", Label: "m", Digest: "abc", NumCtx: 4096, NumPredict: rapid.IntRange(1, 2000).Draw(rt, "num_predict"),
		Think:       rapid.SampledFrom([]any{nil, true, false, "high", "low"}).Draw(rt, "think"),
		ThinkBudget: rapid.IntRange(0, 500).Draw(rt, "budget"),
		Mode:        rapid.SampledFrom([]string{"", llm.ModeText, llm.ModeStructured}).Draw(rt, "mode"),
		Options: map[string]any{
			"temperature": rapid.Float64Range(0, 2).Draw(rt, "temperature"), "top_k": rapid.Int64().Draw(rt, "top_k"),
			"stop": []any{"</END>", "###"}, "penalize_newline": true,
		},
	}
	seed := rapid.Int64Range(-5, 1<<40).Draw(rt, "seed")
	if len(p.Contract.Fields) > 1 && rapid.Bool().Draw(rt, "list") {
		if p, err = p.WithValues("mood", []string{"calm", "wild"}); err != nil {
			rt.Fatal(err)
		}
	}
	p = p.For(row)
	j := &batch.Job{
		ID: batch.JobID(m, msgs, p.Contract, seed), Topic: topic, Line: 7, Slug: "topic", Model: m, Prompt: p,
		Messages: msgs, Seed: batch.JobSeed(seed, topic, 1), Variant: 1,
	}
	if n := rapid.IntRange(0, 3).Draw(rt, "past"); n > 0 {
		_, sink := perform(rt, j, rapid.SliceOfN(rapid.SampledFrom(replies), n, n).Draw(rt, "earlier"), n+1)
		j.Past = sink.attempts[:min(n, len(sink.attempts))]
	}
	return j
}

type scriptedReply struct {
	text  string
	usage llm.Usage
	err   error
}

var replies = []scriptedReply{
	{wellFormed, llm.Usage{EvalCount: 20, DoneReason: "stop"}, nil},
	{"no post at all", llm.Usage{EvalCount: 4, DoneReason: "stop"}, nil},
	{"TITLE: A day\n\nWaves and", llm.Usage{EvalCount: 9, PromptEvalCount: 40, DoneReason: "length"}, nil},
	{"Waves and wind.\n\n</END>", llm.Usage{EvalCount: 9, DoneReason: "stop"}, nil},
	{"TITLE: A day\nMOOD: wild\n\nWaves and wind in Rome.\n\n</END>", llm.Usage{EvalCount: 9, DoneReason: "stop"}, nil},
	{"TITLE: A day\n\nWaves.\n\n</END>", llm.Usage{EvalCount: 9, DoneReason: "stop"}, nil},
	{`{"title":"A day at sea"}`, llm.Usage{EvalCount: 9, DoneReason: "stop"}, nil},
	{"", llm.Usage{}, &llm.Fault{Kind: llm.FaultRetry, Err: errors.New("connection reset")}},
}

// perform runs one job against a server that gives these replies, the last one
// again and again.
func perform(t rapid.TB, j *batch.Job, all []scriptedReply, attempts int) (*scripted, *kept) {
	server := &scripted{answer: func(_ context.Context, n int, _ llm.Request) (string, llm.Usage, error) {
		r := all[min(n, len(all))-1]
		return r.text, r.usage, r.err
	}}
	sink := &kept{}
	e := &batch.Engine{Lanes: lane(server, 1), Attempts: attempts, Clock: instant()}
	err := e.Run(context.Background(), func(yield func(*batch.Phase, error) bool) {
		yield(&batch.Phase{Model: j.Model, Jobs: func(yield func(*batch.Job, error) bool) { yield(j, nil) }}, nil)
	}, sink)
	if err != nil {
		t.Fatal(err)
	}
	return server, sink
}

func asJSON(t rapid.TB, v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAJobRunsTheSameAfterARoundTripThroughJSON(t *testing.T) {
	remedies := map[string]bool{}
	rapid.Check(t, func(rt *rapid.T) {
		j := drawJob(rt)
		text := asJSON(rt, j)
		if strings.Contains(text, "/home/me") {
			rt.Error("the prompt's place on this machine travels along")
		}
		var back batch.Job
		if err := json.Unmarshal([]byte(text), &back); err != nil {
			rt.Fatal(err)
		}
		script := rapid.SliceOfN(rapid.SampledFrom(replies), 1, 6).Draw(rt, "replies")
		server, sink := perform(rt, j, script, 7)
		again, sinkAgain := perform(rt, &back, script, 7)
		for i := range min(len(server.requests), len(again.requests)) {
			if want, got := asJSON(rt, server.requests[i]), asJSON(rt, again.requests[i]); got != want {
				rt.Fatalf("request %d is\n%s\nwant\n%s", i+1, got, want)
			}
		}
		if len(server.requests) != len(again.requests) {
			rt.Fatalf("%d requests, want %d", len(again.requests), len(server.requests))
		}
		for what, pair := range map[string][2]any{"results": {sink.results, sinkAgain.results}, "attempts": {sink.attempts, sinkAgain.attempts}} {
			if want, got := asJSON(rt, pair[0]), asJSON(rt, pair[1]); got != want {
				rt.Fatalf("%s are\n%s\nwant\n%s", what, got, want)
			}
		}
		for _, a := range sink.results[0].Attempts {
			remedies[a.Remedy.String()] = true
		}
	})
	if len(remedies) < 6 {
		t.Errorf("only the remedies %v were tried", remedies)
	}
}

func TestAHostileJobIsRefused(t *testing.T) {
	var good *batch.Job
	rapid.Check(t, func(rt *rapid.T) { good = drawJob(rt) })
	good.Past = nil
	text := asJSON(t, good)
	for name, change := range map[string]func(map[string]any){
		"no id":                    func(j map[string]any) { delete(j, "id") },
		"a path as slug":           func(j map[string]any) { j["slug"] = "../../etc/passwd" },
		"a path as label":          func(j map[string]any) { j["model"].(map[string]any)["label"] = `..\x` },
		"a control character":      func(j map[string]any) { j["slug"] = "a\x1b[2J" },
		"no messages":              func(j map[string]any) { delete(j, "messages") },
		"a message of 2 MB":        func(j map[string]any) { j["messages"] = map[string]any{"user": strings.Repeat("a", 2<<20)} },
		"a context of 2^40":        func(j map[string]any) { j["model"].(map[string]any)["num_ctx"] = 1 << 40 },
		"a negative seed":          func(j map[string]any) { j["seed"] = -1 },
		"an option that is nested": func(j map[string]any) { j["model"].(map[string]any)["options"] = map[string]any{"a": map[string]any{}} },
		"a contract that is none": func(j map[string]any) {
			j["prompt"].(map[string]any)["text"] = strings.Replace(batchtest.PromptText, "min_words = 2", "min_words = -2", 1)
		},
		"another contract that is none": func(j map[string]any) {
			j["prompt"].(map[string]any)["contract"] = map[string]any{"fields": []any{map[string]any{"key": "a", "label": "A", "min": 9, "max": 3}}}
		},
		"a prompt's name that is a path": func(j map[string]any) { j["prompt"].(map[string]any)["name"] = "../x" },
		"words that never end": func(j map[string]any) {
			j["prompt"].(map[string]any)["text"] = batchtest.PromptText + `{{define "again"}}{{range 1000000000}}{{end}}{{end}}`
		},
		"words that never end, in a variable": func(j map[string]any) {
			j["prompt"].(map[string]any)["text"] = batchtest.PromptText + `{{define "again"}}{{$n := 1000000000}}{{range $n}}{{end}}{{end}}`
		},
		"words that never end, by the dot": func(j map[string]any) {
			j["prompt"].(map[string]any)["text"] = batchtest.PromptText + `{{define "again"}}{{with 1000000000}}{{range .}}{{end}}{{end}}{{end}}`
		},
		"words that call themselves": func(j map[string]any) {
			j["prompt"].(map[string]any)["text"] = batchtest.PromptText + `{{define "again"}}{{template "again" .}}{{end}}`
		},
		"a million attempts": func(j map[string]any) { j["past"] = make([]record.Attempt, 1001) },
	} {
		var changed map[string]any
		if err := json.Unmarshal([]byte(text), &changed); err != nil {
			t.Fatal(err)
		}
		change(changed)
		var j batch.Job
		if err := json.Unmarshal([]byte(asJSON(t, changed)), &j); err == nil {
			t.Errorf("%s: the job was taken", name)
		}
	}
	var j batch.Job
	if err := json.Unmarshal([]byte(`{"id":"`+strings.Repeat(`a`, 17<<20)+`"}`), &j); err == nil {
		t.Error("17 MB were taken")
	}
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		t.Errorf("the job that is none of these: %v", err)
	}
	tame := strings.Replace(text, `again\"}}Noch`, `again\"}}{{range .problems}}{{range $.fields}}{{.}}{{end}}{{end}}Noch`, 1)
	if err := json.Unmarshal([]byte(tame), &j); err != nil {
		t.Errorf("a loop over what is wrong: %v", err)
	}
}

func TestAJobWhosePromptIsMissingEndsTheRunAndDoesNotPanic(t *testing.T) {
	j := &batch.Job{ID: "1", Topic: "the sea"}
	err := (&batch.Engine{Lanes: lane(&scripted{}, 1)}).Run(t.Context(), func(yield func(*batch.Phase, error) bool) {
		yield(&batch.Phase{Jobs: func(yield func(*batch.Job, error) bool) { yield(j, nil) }}, nil)
	}, &kept{})
	if err == nil || !strings.Contains(err.Error(), "has no prompt") {
		t.Errorf("error: %v", err)
	}
}
