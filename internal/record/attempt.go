package record

import (
	"time"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/llm"
)

// Attempt is one request to a model for a job, and what came of it. Its field
// names are stored and never change.
type Attempt struct {
	// N counts a job's attempts from 1.
	N int `json:"n"`
	// Server names the server that was asked; "" in a run that has one server
	// without a name.
	Server string `json:"server,omitempty"`
	// Step is set for a post in sections.
	Step *Step `json:"step,omitempty"`
	// Remedy is what the attempt asked for.
	Remedy contract.Remedy `json:"remedy"`
	Seed   int64           `json:"seed"`
	// NumPredict is the most tokens that it might be answered with.
	NumPredict int `json:"num_predict,omitempty"`
	// Options are the sampling options that were sent.
	Options map[string]any `json:"options,omitempty"`
	// Started is wall-clock time; the durations come from a monotonic clock.
	Started time.Time `json:"started"`
	// Seconds runs from the request to the end of the reply, FirstToken to
	// the first token (time to first token, in seconds; 0 when none came).
	Seconds    float64 `json:"seconds"`
	FirstToken float64 `json:"first_token"`
	llm.Usage
	// Reply is the raw text of the reply and Thinking the model's thinking
	// where the server keeps them apart.
	Reply    string `json:"reply"`
	Thinking string `json:"thinking,omitempty"`
	// Problems is empty for the attempt that gave the post.
	Problems []contract.Problem `json:"problems,omitempty"`
	Repairs  []contract.Repair  `json:"repairs,omitempty"`
	// Joined is the text that was judged where it is not Reply itself: what
	// the reply made of the text of the attempts before it. Of the fields asked
	// for by a schema it is the header lines.
	Joined string `json:"joined,omitempty"`
	// Cause says why the text is malformed; it is contract.CauseNone for a
	// post.
	Cause contract.Cause `json:"cause,omitzero"`
	// Aborted says why the reply was given up while it came (reply.Reader's
	// Stopped), and TokensSaved estimates how many tokens more it would have
	// cost.
	Aborted     string `json:"aborted,omitempty"`
	TokensSaved int    `json:"tokens_saved,omitempty"`
	// Error is the request's own failure, where it had one. Refused tells that
	// its prompt did not fit, so that it is never sent again.
	Error   string `json:"error,omitempty"`
	Refused bool   `json:"refused,omitempty"`
}
