// Package batchtest has a prompt and jobs for tests of the engine, and of what brings
// jobs to one.
package batchtest

import (
	"fmt"
	"iter"
	"testing"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/prompts"
)

// PromptText is the prompt of the jobs.
const PromptText = `+++
description = "a line and a body"
[contract]
end = ["</END>"]
[[contract.fields]]
key = "title"
label = "TITLE"
[contract.body]
min_words = 2
+++
Write about {{.topic}}.
`

// WellFormed is a reply that meets the prompt's contract.
const WellFormed = "TITLE: A day at sea\n\nWaves and wind.\n\n</END>"

// Prompt returns the parsed PromptText.
func Prompt(t testing.TB) *prompts.Prompt {
	t.Helper()
	p, err := prompts.Parse("test", "test", []byte(PromptText))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Phases makes n jobs for each model.
func Phases(t testing.TB, n int, models ...string) iter.Seq2[*batch.Phase, error] {
	t.Helper()
	p := Prompt(t)
	return func(yield func(*batch.Phase, error) bool) {
		for _, name := range models {
			m := llm.Model{Name: name, Label: name, Digest: name, NumCtx: 2048, NumPredict: 512}
			jobs := func(yield func(*batch.Job, error) bool) {
				for i := range n {
					if !yield(job(p, m, i)) {
						return
					}
				}
			}
			if !yield(&batch.Phase{Model: m, Jobs: jobs}, nil) {
				return
			}
		}
	}
}

func job(p *prompts.Prompt, m llm.Model, i int) (*batch.Job, error) {
	topic := fmt.Sprintf("topic %d", i)
	msgs, err := p.Render(map[string]string{"topic": topic})
	if err != nil {
		return nil, err
	}
	return &batch.Job{
		ID: batch.JobID(m, msgs, p.Contract, 1), Topic: topic, Slug: fmt.Sprint("topic-", i),
		Model: m, Prompt: p, Messages: msgs, Seed: batch.JobSeed(1, topic, 0),
	}, nil
}
