package batch

import (
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/prompts"
)

// Job is one topic for one model under one prompt, rendered and ready to be
// asked for. Workers only read it. In JSON it holds everything that a worker on
// another machine needs; see UnmarshalJSON.
type Job struct {
	// ID is the hash of everything that could change the post (see JobID).
	ID string `json:"id"`
	// Topic is the topic's text as the input has it, and Line its line there
	// (0 where it has none).
	Topic string `json:"topic"`
	Line  int    `json:"line,omitempty"`
	// Slug and Model.Label give the place of the post.
	Slug  string    `json:"slug"`
	Model llm.Model `json:"model"`
	// Prompt holds the contract and the words for asking again. A job without
	// one cannot be run.
	Prompt *prompts.Prompt `json:"prompt,omitempty"`
	// Messages are what the first attempt sends.
	Messages llm.Messages `json:"messages"`
	// Seed is the job's own base seed; attempt n is sampled with
	// AttemptSeed(Seed, n), so that no two attempts repeat each other.
	Seed int64 `json:"seed"`
	// Variant is 0, or how many times the job was begun anew with another
	// seed; Seed was made with it (see JobSeed).
	Variant int `json:"variant,omitempty"`
	// Past are the attempts that earlier runs made for the job and that count:
	// the next one is number len(Past)+1. It is read-only.
	Past []record.Attempt `json:"past,omitempty"`
}
