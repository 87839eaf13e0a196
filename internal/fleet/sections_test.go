package fleet

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/prompts"
)

const longPrompt = `+++
mode = "sections"
[sections]
min = 3
max = 3
words = 300
[[contract.fields]]
key = "title"
label = "TITLE"
+++
{{define "outline"}}Plan {{.topic}}.{{end}}
{{define "section"}}Section {{.n}} of {{.of}} for {{.reader}}.{{end}}
`

// longAnswer is a good answer to the request for a part.
func longAnswer(req llm.Request) string {
	if len(req.Turns) == 0 {
		return "## One (100 words)\n- a b\n## Two (100 words)\n- a b\n## Three (100 words)\n- a b"
	}
	last := req.Turns[len(req.Turns)-1].Text
	if !strings.HasPrefix(last, "Section ") {
		return "TITLE: Bees"
	}
	var b strings.Builder
	for i := range 13 {
		fmt.Fprintf(&b, "Word%s%d says%d what%d no%d other%d did%d here%d. ", last[8:9], i*i, i*7%13, i*5%11, i*3%17, i*i%19, i*11%23, i*i%7)
	}
	return b.String()
}

func longPhase(t *testing.T) iter.Seq2[*batch.Phase, error] {
	t.Helper()
	p, err := prompts.Parse("long", "long", []byte(longPrompt))
	if err != nil {
		t.Fatal(err)
	}
	row := map[string]string{"topic": "bees", "reader": "beginners"}
	msgs, err := p.Render(row)
	if err != nil {
		t.Fatal(err)
	}
	m := llm.Model{Name: "a", Label: "a", Digest: "a", NumCtx: 8192, NumPredict: 1024}
	j := &batch.Job{
		ID: batch.NewIdentity(m, p.Contract, 1).ID(msgs, p.Later(row)), Topic: "bees", Slug: "bees",
		Model: m, Prompt: p.For(row), Messages: msgs, Values: p.Later(row), Seed: 1,
	}
	return func(yield func(*batch.Phase, error) bool) {
		yield(&batch.Phase{Model: m, Count: 1, Jobs: func(yield func(*batch.Job, error) bool) { yield(j, nil) }}, nil)
	}
}

// noting is a sink that tells when an attempt is saved.
type noting struct {
	memory
	attempted chan *record.Attempt
}

func (n *noting) SaveAttempt(ctx context.Context, j *batch.Job, a *record.Attempt) error {
	n.attempted <- a
	return n.memory.SaveAttempt(ctx, j, a)
}

// The sections that a lost worker has sent are at the coordinator, and go to the next
// worker with the job.
func TestTheSectionsOfALostWorkerAreNotWrittenAgain(t *testing.T) {
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	c, sink := coordinate(t, s), &noting{attempted: make(chan *record.Attempt, 100)}
	k := newLink(t, s.Addr.String())
	lost := &generator{answer: func(ctx context.Context, req llm.Request) (string, error) {
		if n := len(req.Turns); n > 0 && strings.HasPrefix(req.Turns[n-1].Text, "Section 3") {
			<-ctx.Done()
			return "", context.Cause(ctx)
		}
		return longAnswer(req), nil
	}}
	ctx, kill := context.WithCancel(t.Context())
	lostEnds := work(t, ctx, "lost", k.url(), &machine{Generator: lost, workers: 1}, nil)
	ended := make(chan error, 1)
	go func() { ended <- c.Run(t.Context(), longPhase(t), sink) }()
	for range 3 {
		<-sink.attempted
	}
	k.set(true) // as a kill: nothing arrives any more
	kill()
	other := &generator{answer: func(_ context.Context, req llm.Request) (string, error) { return longAnswer(req), nil }}
	otherEnds := work(t, t.Context(), "other", s.url(), &machine{Generator: other, workers: 1}, nil)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if err := <-otherEnds; err != nil {
		t.Error(err)
	}
	<-lostEnds
	sink.once(t, 1, record.Done)
	for _, all := range sink.results {
		res := all[0]
		if other.count() != 2 || len(res.Attempts) != 5 || strings.Count(res.Post.Body, "## ") != 3 || res.Post.Text("title") != "Bees" {
			t.Errorf("%d requests at the second worker, %d attempts: %q", other.count(), len(res.Attempts), res.Post.Body)
		}
		for i, worker := range []string{"lost", "lost", "lost", "other", "other"} {
			if !strings.HasPrefix(res.Attempts[i].Server, worker) {
				t.Errorf("attempt %d is by %s", i+1, res.Attempts[i].Server)
			}
		}
	}
}
