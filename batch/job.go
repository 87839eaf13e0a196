package batch

import (
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/prompts"
)

// Job is one topic for one model under one prompt, with rendered messages. Workers
// only read it. Its JSON holds everything that a worker on another machine needs;
// see UnmarshalJSON.
type Job struct {
	// ID is the hash of everything that could change the post (see JobID).
	ID string `json:"id"`
	// Topic is the topic's text in the input, and Line its line there (0 if it
	// has none).
	Topic string `json:"topic"`
	Line  int    `json:"line,omitempty"`
	// Slug and Model.Label are the location of the post.
	Slug  string    `json:"slug"`
	Model llm.Model `json:"model"`
	// Prompt holds the contract and the words of the remedies. A job without a
	// prompt cannot be run.
	Prompt *prompts.Prompt `json:"prompt,omitempty"`
	// Front are the cells of the topic's row that the post's front matter has.
	// They are not part of the ID, because no model sees them.
	Front []record.Front `json:"front,omitempty"`
	// Messages are the messages of the first attempt.
	Messages llm.Messages `json:"messages"`
	// Values are the columns of the topic that the requests after the first one of a
	// post in sections use.
	Values map[string]string `json:"values,omitempty"`
	// Seed is the job's base seed. Attempt n uses AttemptSeed(Seed, n).
	Seed int64 `json:"seed"`
	// Variant counts how often the job was restarted with another seed. Seed
	// depends on it (see JobSeed).
	Variant int `json:"variant,omitempty"`
	// Sample is the sample of the topic, from 1; 0 means the first. ID, Slug, and Seed
	// depend on it.
	Sample int `json:"sample,omitempty"`
	// Past holds the attempts of earlier runs that count. The next attempt is
	// number len(Past)+1. It is read-only.
	Past []record.Attempt `json:"past,omitempty"`
	// Made is what the ledger stores of how the job is made. It stays on this
	// machine.
	Made *record.Made `json:"-"`
	// Suspicion is what happened before while the job's request was in progress.
	Suspicion
}
