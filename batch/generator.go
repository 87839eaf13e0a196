package batch

import (
	"context"
	"encoding/json"
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
	// order, from the calling goroutine. When fn returns ErrStop or ErrAbort
	// the request is ended and Generate returns nil; what Usage counts then
	// includes what still came. Any other failure is a *Fault:
	// a nil error means that the reply came whole, its stream ended with the
	// server's word for it, and nothing was cut without a trace.
	Generate(ctx context.Context, req Request, fn func(Chunk) error) (Usage, error)
}

var (
	// ErrStop is returned by a chunk function to end a reply early: nothing is
	// wrong, no more is wanted. The model is likely to end by itself just now.
	ErrStop = errors.New("stop")
	// ErrAbort is returned by a chunk function to end a reply of which nothing
	// can come, and which would go on for long.
	ErrAbort = errors.New("abort")
)

// Continuer is a Generator that can tell whether a model takes up a reply that
// is sent back to it unfinished. Where a Generator is none, replies are gone on
// with by instruction.
type Continuer interface {
	// Continues tells whether the model's template leaves a last turn of the
	// assistant open, byte for byte, so that the model goes on in the middle
	// of it. It generates nothing and may be called from many goroutines.
	Continues(ctx context.Context, m Model) (bool, error)
}

// Request is one attempt as the server is asked for it. Its Model may differ
// from the job's in Think, NumPredict and Options, and never in NumCtx, which
// would make the server load it anew.
type Request struct {
	Model    Model
	Messages prompts.Messages
	// Turns follow the messages. A last one of the assistant is left open: the
	// reply goes on where its text stops, byte for byte.
	Turns []Turn
	Seed  int64
	// Format, when set, is a JSON schema that the reply must follow.
	Format json.RawMessage
}

// Turn is one more message of a conversation.
type Turn struct {
	// Assistant tells that the model said it; else the user did.
	Assistant bool
	Text      string
	// Thinking is what the model thought before Text, where the server keeps
	// the two apart.
	Thinking string
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
