package batch

import (
	"context"
	"errors"
	"time"

	"github.com/nightpress/nightpress/prompts"
)

// Generator is the server as the engine sees it. All methods may be called
// from many goroutines.
type Generator interface {
	// Load brings the model into memory with the context window that its jobs
	// use, and returns when it is ready.
	Load(ctx context.Context, m Model) error
	// Unload takes the model out of memory. It is called once no request for
	// the model is under way.
	Unload(ctx context.Context, m Model) error
	// Resident tells whether the server holds the model in memory.
	Resident(ctx context.Context, m Model) (bool, error)
	// Probe tells whether the server is there at all: nil when it answers. It
	// is cheap and loads nothing.
	Probe(ctx context.Context) error
	// Generate sends one request and hands each chunk of the reply to fn, in
	// order, from the calling goroutine. When fn returns ErrStop the request
	// is cancelled and Generate returns nil. Any other failure is a *Fault:
	// a nil error means that the reply came whole, its stream ended with the
	// server's word for it, and nothing was cut without a trace.
	Generate(ctx context.Context, req Request, fn func(Chunk) error) (Usage, error)
}

// ErrStop is returned by a chunk function to end a reply early: nothing is
// wrong, no more is wanted.
var ErrStop = errors.New("stop")

// Request is one attempt as the server is asked for it.
type Request struct {
	Model    Model
	Messages prompts.Messages
	Seed     int64
}

// Chunk is a piece of a reply; either text may be empty.
type Chunk struct {
	Content  string
	Thinking string
}

// Fault is a failed request, with what it means for the run. Its text says
// what was asked of whom and why it failed.
type Fault struct {
	Kind FaultKind
	// Trouble is what a FaultRetry tells of the model's health.
	Trouble Trouble
	Err     error
	// Hint, when not empty, is something a person can type or do.
	Hint string
	// RetryAfter is the least time to wait before the next try; 0 leaves it
	// to the engine's backoff.
	RetryAfter time.Duration
}

func (f *Fault) Error() string { return f.Err.Error() }
func (f *Fault) Unwrap() error { return f.Err }

// FaultKind is the consequence of a failed request.
type FaultKind int

const (
	// FaultRetry: try the job again; it costs an attempt. Also for a reply
	// that came, but cut (the server's repeat guard, a broken stream).
	FaultRetry FaultKind = iota
	// FaultPause: the server is away or busy; wait and try again at no
	// attempt's cost.
	FaultPause
	// FaultJob: the job can never be had; it is rejected.
	FaultJob
	// FaultModel: the model is unusable on this server; it is set aside and
	// the other models go on.
	FaultModel
	// FaultRun: nothing can go on.
	FaultRun
)

func (k FaultKind) String() string {
	return [...]string{"retry", "pause", "job", "model", "run"}[k]
}
