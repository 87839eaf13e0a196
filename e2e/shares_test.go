package e2e

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/ollama"
	"github.com/nightpress/nightpress/internal/rehearsal"
	"github.com/nightpress/nightpress/internal/reply"
	"github.com/nightpress/nightpress/prompts"
	"golang.org/x/sync/errgroup"
)

// What the real sampler draws must agree with the share of malformed replies
// that each rehearsal model is written with: within four standard errors, at
// n = 320, so that a right model fails once in 15,000 tests. The seeds are
// fixed, so a test that passed goes on passing. The prompt is short, because
// the models do not read it and the server does; no reply is cancelled.
func TestTheRehearsalModelsAreMalformedAsOftenAsTheySay(t *testing.T) {
	const n = 320
	base, err := ollama.ParseHost(host)
	if err != nil {
		t.Fatal(err)
	}
	c := ollama.New(base, ollama.Options{})
	prompt, err := prompts.Open(filepath.Join(t.TempDir(), "none")).Get("blog-post")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range rehearsal.Models() {
		t.Run(m.Name, func(t *testing.T) {
			model := llm.Model{Name: m.Name, NumCtx: 2048, NumPredict: 450}
			if m.Name == "rehearsal-thinking" {
				model.Think = true
			}
			var malformed atomic.Int32
			var group errgroup.Group
			group.SetLimit(2)
			for i := range n {
				group.Go(func() error {
					ok, err := sample(t.Context(), c, model, prompt, batch.JobSeed(1, fmt.Sprint("sample ", i), 0))
					if !ok {
						malformed.Add(1)
					}
					return err
				})
			}
			if err := group.Wait(); err != nil {
				t.Fatal(err)
			}
			got, want := float64(malformed.Load())/n, m.MalformedShare()
			t.Logf("%.3f malformed of %d, written as %.3f", got, n, want)
			if slack := 4 * math.Sqrt(want*(1-want)/n); math.Abs(got-want) > slack {
				t.Errorf("%.3f malformed of %d, written as %.3f (slack %.3f)", got, n, want, slack)
			}
		})
	}
}

// sample takes one whole reply and reports whether it is well-formed.
func sample(ctx context.Context, c *ollama.Client, m llm.Model, p *prompts.Prompt, seed int64) (bool, error) {
	text := ""
	usage, err := c.Generate(ctx, llm.Request{Model: m, Messages: llm.Messages{User: "Go on."}, Seed: seed}, func(chunk llm.Chunk) error {
		text += chunk.Content
		return nil
	})
	end := reply.Ended
	if usage.DoneReason == "length" {
		end = reply.Length
	}
	return reply.Read(p.Contract, text, end).Post != nil, err
}
