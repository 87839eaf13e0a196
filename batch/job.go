package batch

import (
	"github.com/nightpress/nightpress/internal/reply"
	"github.com/nightpress/nightpress/prompts"
)

// Model is one entry of the models of a run: which model, and everything of
// its setting that could change what it writes. It is read-only while a run
// uses it.
type Model struct {
	// Name is the server's name for the model, such as "qwen3:8b".
	Name string `json:"name"`
	// Label is the folder of its posts and is unique in a run.
	Label string `json:"label"`
	// Digest is the server's digest of the model, hex without a prefix.
	Digest string `json:"digest"`
	// NumCtx is the context window and NumPredict the most tokens of one
	// reply, thinking included. Both are sent with every request and do not
	// change within a run: a change of NumCtx makes the server load anew.
	NumCtx     int `json:"num_ctx"`
	NumPredict int `json:"num_predict"`
	// Think is what is sent as the request's think field: nil sends nothing
	// (a model that cannot think), else a bool or one of the level names.
	Think any `json:"think,omitempty"`
	// ThinkBudget is the most tokens of thinking; 0 means three quarters of
	// NumPredict.
	ThinkBudget int `json:"think_budget,omitempty"`
	// Mode is "" or ModeText, or ModeStructured.
	Mode string `json:"mode,omitempty"`
	// Options are the other sampling options, by the server's names. NumCtx,
	// NumPredict and the seed are not among them.
	Options map[string]any `json:"options,omitempty"`
}

// Job is one topic for one model under one prompt, rendered and ready to be
// asked for. Workers only read it.
type Job struct {
	// ID is the hash of everything that could change the post (see JobID).
	ID string `json:"id"`
	// Topic is the topic's text as the input has it, and Line its line there
	// (0 where it has none).
	Topic string `json:"topic"`
	Line  int    `json:"line,omitempty"`
	// Slug and Model.Label give the place of the post.
	Slug  string `json:"slug"`
	Model Model  `json:"model"`
	// Prompt holds the contract and the words for asking again.
	Prompt *prompts.Prompt `json:"-"`
	// Messages are what the first attempt sends.
	Messages prompts.Messages `json:"messages"`
	// Seed is the job's own base seed; attempt n is sampled with
	// AttemptSeed(Seed, n), so that no two attempts repeat each other.
	Seed int64 `json:"seed"`
	// Variant is 0, or how many times the job was begun anew with another
	// seed; Seed was made with it (see JobSeed).
	Variant int `json:"variant,omitempty"`
	// Past are the attempts that earlier runs made for the job and that count:
	// the next one is number len(Past)+1. It is read-only.
	Past []Attempt `json:"past,omitempty"`
}

// Status is how a job stands.
type Status string

// The five statuses; they are stored and never renamed.
const (
	Pending  Status = "pending"
	Done     Status = "done"
	Rejected Status = "rejected"
	// Kept: a person edited the post, so it was left alone.
	Kept Status = "kept"
	// SetAside: the job's model is out of the run; Result.Reason says why.
	SetAside Status = "set-aside"
)

// Result is the one record of a finished job: what the ledger stores, a wire
// could carry and the summary reads. Its field names are stored and never
// change; unknown fields are ignored when it is read.
type Result struct {
	ID     string `json:"id"`
	Topic  string `json:"topic"`
	Line   int    `json:"line,omitempty"`
	Slug   string `json:"slug"`
	Label  string `json:"label"`
	Model  string `json:"model"`
	Digest string `json:"digest"`
	Prompt string `json:"prompt"`
	Status Status `json:"status"`
	// Reason tells why the status is Rejected or SetAside, for a person.
	Reason string `json:"reason,omitempty"`
	// Post is set when the status is Done.
	Post *reply.Post `json:"post,omitempty"`
	// Attempts are in order; the last one gave the post when there is one.
	// The first Earlier of them were made by earlier runs.
	Attempts []Attempt `json:"attempts"`
	Earlier  int       `json:"earlier,omitempty"`
	// Variant is the job's.
	Variant int `json:"variant,omitempty"`
}

// Mended names the remedy that gave the post, "" when there is no post or no
// reply before it was malformed.
func (r *Result) Mended() string {
	if r.Post == nil || len(r.Attempts) == 0 {
		return ""
	}
	last := len(r.Attempts) - 1
	for _, a := range r.Attempts[:last] {
		if a.Error != "" || len(a.Problems) > 0 {
			return r.Attempts[last].Remedy
		}
	}
	return ""
}

// Repairs returns the repairs of the attempt that gave the post, or nil.
func (r *Result) Repairs() []reply.Repair {
	if r.Post == nil || len(r.Attempts) == 0 {
		return nil
	}
	return r.Attempts[len(r.Attempts)-1].Repairs
}

// Problems returns the problems of the last attempt of a job without a post.
func (r *Result) Problems() []reply.Problem {
	if r.Post != nil || len(r.Attempts) == 0 {
		return nil
	}
	return r.Attempts[len(r.Attempts)-1].Problems
}
