//go:build unix

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/ollama"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/rehearsal"
	"github.com/nightpress/nightpress/internal/reply"
	"github.com/nightpress/nightpress/prompts"
	"golang.org/x/sync/errgroup"
)

const (
	benchTopics  = 10
	benchPredict = 600
	// burden makes a token of the looping model take longer than the four
	// milliseconds below which no reply is cancelled, as in a model that is
	// worth running.
	burden = 8000
)

// spent is what a way of asking made of the jobs of one model.
type spent struct{ accepted, tokens int }

// BenchmarkTokensPerPost compares three ways to ask for the same posts, on the
// same server, with the same models, prompts and seeds: nightpress; once, with
// no second request; and judging at the end and asking the same again with
// another seed, as often as nightpress may ask. Wasted are the tokens beyond
// what the accepted posts need, which is the mean length of the model's
// well-formed replies for each.
func BenchmarkTokensPerPost(b *testing.B) {
	base, err := ollama.ParseHost(host)
	if err != nil {
		b.Fatal(err)
	}
	c := ollama.New(base, ollama.Options{})
	prompt, err := prompts.Open(filepath.Join(b.TempDir(), "none")).Get("blog-post")
	if err != nil {
		b.Fatal(err)
	}
	ways := []struct {
		name string
		ask  func(*bencher, []*batch.Job) spent
	}{{"nightpress", (*bencher).mend}, {"once", (*bencher).once}, {"again", (*bencher).again}}
	total, wasted := make([]spent, len(ways)), make([]int, len(ways))
	for range b.N {
		for _, m := range slowestLast(rehearsal.Models()) {
			model, remove := benchModel(b, c, m)
			bench := &bencher{b: b, c: c, model: model}
			text := fmt.Sprintf("%-20s malformed as written %2.0f%%", m.Name, 100*m.MalformedShare())
			for i, way := range ways {
				got := way.ask(bench, jobsOf(b, prompt, model))
				total[i].accepted += got.accepted
				total[i].tokens += got.tokens
				waste := got.tokens - got.accepted*bench.need(got)
				wasted[i] += waste
				text += fmt.Sprintf(" | %s: %d of %d, %d tokens, %d wasted", way.name, got.accepted, benchTopics, got.tokens, waste)
			}
			b.Log(text)
			remove()
		}
	}
	for i, way := range ways {
		b.ReportMetric(float64(total[i].accepted)/float64(b.N), way.name+"-posts")
		b.ReportMetric(float64(total[i].tokens)/float64(total[i].accepted), way.name+"-tokens/post")
		b.ReportMetric(float64(wasted[i])/float64(b.N), way.name+"-wasted")
	}
	b.ReportMetric(0, "ns/op")
}

// slowestLast puts the looping model, which takes the longest by far, behind
// the others.
func slowestLast(models []rehearsal.Model) []rehearsal.Model {
	at := slices.IndexFunc(models, func(m rehearsal.Model) bool { return m.Name == "rehearsal-looping" })
	return append(slices.Delete(slices.Clone(models), at, at+1), models[at])
}

// benchModel is the setting of a rehearsal model. The looping one is installed
// anew with its burden, under another name.
func benchModel(b *testing.B, c *ollama.Client, m rehearsal.Model) (model llm.Model, remove func()) {
	b.Helper()
	model = llm.Model{Name: m.Name, Label: m.Name, NumCtx: 4096, NumPredict: benchPredict}
	if m.Name == "rehearsal-thinking" {
		model.Think = true
	}
	if m.Name != "rehearsal-looping" {
		return model, func() {}
	}
	m.Burden = burden
	model.Name += "-slow"
	var file bytes.Buffer
	if _, err := m.WriteTo(&file); err != nil {
		b.Fatal(err)
	}
	if err := c.Create(b.Context(), model.Name, bytes.NewReader(file.Bytes()), m.Template, m.Parameters); err != nil {
		b.Fatal(err)
	}
	return model, func() {
		if err := c.Delete(context.Background(), model.Name); err != nil {
			b.Error(err)
		}
	}
}

func jobsOf(b *testing.B, p *prompts.Prompt, m llm.Model) (jobs []*batch.Job) {
	b.Helper()
	for i := range benchTopics {
		topic := fmt.Sprintf("Topic number %d of a long night", i)
		msgs, err := p.Render(map[string]string{"topic": topic})
		if err != nil {
			b.Fatal(err)
		}
		jobs = append(jobs, &batch.Job{
			ID: fmt.Sprint(i), Topic: topic, Slug: fmt.Sprint(i), Model: m, Prompt: p, Messages: msgs, Seed: batch.JobSeed(1, topic, 0),
		})
	}
	return jobs
}

// bencher asks one model's jobs in different ways.
type bencher struct {
	b     *testing.B
	c     *ollama.Client
	model llm.Model
	mu    sync.Mutex
	// whole and length add up the well-formed replies that came in one piece.
	whole, length int
}

// need is what a post of the model costs when nothing goes wrong.
func (n *bencher) need(got spent) int {
	if n.whole == 0 {
		return got.tokens / max(got.accepted, 1)
	}
	return n.length / n.whole
}

// mend is nightpress.
func (n *bencher) mend(jobs []*batch.Job) (s spent) {
	sink := &counting{}
	e := &batch.Engine{Lanes: []batch.Lane{{Generator: n.c, Workers: 2}}, Attempts: 4}
	err := e.Run(n.b.Context(), func(yield func(*batch.Phase, error) bool) {
		yield(&batch.Phase{Model: n.model, Jobs: func(yield func(*batch.Job, error) bool) {
			for _, j := range jobs {
				if !yield(j, nil) {
					return
				}
			}
		}}, nil)
	}, sink)
	if err != nil {
		n.b.Fatal(err)
	}
	for _, res := range sink.results {
		for _, a := range res.Attempts {
			s.tokens += a.EvalCount
		}
		if res.Post != nil {
			s.accepted++
			if len(res.Attempts) == 1 {
				n.whole, n.length = n.whole+1, n.length+res.Attempts[0].EvalCount
			}
		}
	}
	return s
}

func (n *bencher) once(jobs []*batch.Job) spent { return n.upTo(jobs, 1) }

func (n *bencher) again(jobs []*batch.Job) spent { return n.upTo(jobs, 4) }

// upTo reads every reply to its end and asks the same again, with another seed,
// as long as it is malformed.
func (n *bencher) upTo(jobs []*batch.Job, attempts int) (s spent) {
	var group errgroup.Group
	group.SetLimit(2)
	for _, j := range jobs {
		group.Go(func() error {
			for k := 1; k <= attempts; k++ {
				text := ""
				req := llm.Request{Model: n.model, Messages: j.Messages, Seed: batch.AttemptSeed(j.Seed, k)}
				u, err := n.c.Generate(n.b.Context(), req, func(c llm.Chunk) error { text += c.Content; return nil })
				if err != nil {
					return err
				}
				end := reply.Ended
				if u.DoneReason == "length" {
					end = reply.Length
				}
				ok := reply.Read(j.Prompt.Contract, text, end).Post != nil
				n.mu.Lock()
				s.tokens += u.EvalCount
				if ok {
					s.accepted++
				}
				n.mu.Unlock()
				if ok {
					return nil
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		n.b.Fatal(err)
	}
	return s
}

// counting is a sink that keeps results in memory.
type counting struct {
	mu      sync.Mutex
	results []*record.Result
}

func (c *counting) SaveAttempt(context.Context, *batch.Job, *record.Attempt) error { return nil }

func (c *counting) Put(_ context.Context, r *record.Result) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.results = append(c.results, r)
	return nil
}
