package llm

import (
	"context"
	"errors"
)

// Generator is a server as the engine sees it. All methods may be called from
// many goroutines. Package llmtest has the tests that every Generator passes.
type Generator interface {
	// Load brings the model into memory with the context window that its jobs
	// use, and returns when it is ready.
	Load(ctx context.Context, m Model) error
	// Unload takes the model out of memory. It is called once no request for
	// the model is in progress.
	Unload(ctx context.Context, m Model) error
	// Resident reports whether the server holds the model in memory.
	Resident(ctx context.Context, m Model) (bool, error)
	// Probe returns nil when the server answers at all. It is cheap and loads
	// nothing.
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

// Continuer is a Generator that knows whether a model continues a reply that is
// sent back to it unfinished. With any other Generator, replies are continued
// by instruction.
type Continuer interface {
	// Continues reports whether the model's template leaves a last turn of the
	// assistant open, byte for byte, so that the model goes on in the middle
	// of it. It generates nothing and may be called from many goroutines.
	Continues(ctx context.Context, m Model) (bool, error)
}
