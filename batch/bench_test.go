package batch_test

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/batchtest"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/prompts"
)

// atOnce is a server that answers at once: one reply, in chunks of a token's
// size.
// Of the engine's other questions none is asked of it.
type atOnce struct {
	llm.Generator
	chunks []string
}

func newAtOnce() atOnce {
	words := strings.Fields(`harbour morning quiet boat rope wind gull crate market bell wave tide lamp sailor
		chart letter coffee rain window engine paint story keel anchor cloud bread fish song`)
	r := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	b.WriteString("TITLE: A day at sea\n")
	for n := range 700 {
		switch {
		case n%120 == 0:
			b.WriteString("\n\n## Of the ")
		case n%120 == 3:
			b.WriteString("\n\n")
		case n%13 == 0:
			b.WriteString(". ")
		default:
			b.WriteString(" ")
		}
		b.WriteString(words[r.IntN(len(words))])
	}
	text := b.String() + "\n\n</END>"
	var chunks []string
	for len(text) > 0 {
		n := min(5, len(text))
		chunks, text = append(chunks, text[:n]), text[n:]
	}
	return atOnce{chunks: chunks}
}

func (atOnce) Load(context.Context, llm.Model) error   { return nil }
func (atOnce) Unload(context.Context, llm.Model) error { return nil }

func (i atOnce) Generate(_ context.Context, _ llm.Request, fn func(llm.Chunk) error) (llm.Usage, error) {
	for _, c := range i.chunks {
		if err := fn(llm.Chunk{Content: c}); err != nil {
			break
		}
	}
	return llm.Usage{EvalCount: len(i.chunks), DoneReason: "stop"}, nil
}

// BenchmarkJob is the engine's own cost of one job whose reply has some 900
// tokens: handing out, asking, judging token by token, giving the result to a
// sink that keeps nothing.
func BenchmarkJob(b *testing.B) {
	prompt, err := prompts.Parse("bench", "bench", []byte(batchtest.PromptText))
	if err != nil {
		b.Fatal(err)
	}
	server := newAtOnce()
	jobs := func(yield func(*batch.Job, error) bool) {
		for n := range b.N {
			j := &batch.Job{ID: fmt.Sprint(n), Topic: "the sea", Prompt: prompt}
			if !yield(j, nil) {
				return
			}
		}
	}
	phases := func(yield func(*batch.Phase, error) bool) {
		yield(&batch.Phase{Model: llm.Model{Name: "m"}, Jobs: iter.Seq2[*batch.Job, error](jobs)}, nil)
	}
	var done atomic.Int64
	b.ReportAllocs()
	b.ResetTimer()
	engine := &batch.Engine{Lanes: lane(server, 0)}
	if err := engine.Run(b.Context(), phases, counting{put: func(r *record.Result) {
		if r.Status == record.Done {
			done.Add(1)
		}
	}}); err != nil {
		b.Fatal(err)
	}
	if done.Load() != int64(b.N) {
		b.Fatalf("%d of %d jobs done", done.Load(), b.N)
	}
	b.ReportMetric(float64(len(server.chunks)), "tokens/job")
}

// counting is a sink that keeps nothing.
type counting struct{ put func(*record.Result) }

func (counting) SaveAttempt(context.Context, *batch.Job, *record.Attempt) error { return nil }
func (c counting) Put(_ context.Context, r *record.Result) error                { c.put(r); return nil }
