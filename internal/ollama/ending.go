package ollama

import (
	"context"
	"errors"
	"time"

	"github.com/nightpress/nightpress/internal/llm"
)

// A server may lose a slot when its client goes away: it is about to hand over
// a token, the one who would take it has left, and the two wait for each other
// forever (up to at least v0.33.0-rc2, server/routes.go: the sends on ch in
// ChatHandler have no other way out). Once all slots are lost nothing answers any more. It needs a
// token in the very moment of the cancelling, so it is a matter of speed.
// Measured on v0.17.4 with two slots and a busy machine: at a thousand
// tokens a second both were lost within a few hundred cancellations, whether
// the whole connection was closed or half of it, at once or between two tokens;
// at forty tokens a second none in 220.
const (
	// calm is the least time between two tokens of a reply that is canceled. A
	// faster reply is read to its end, which takes seconds at most: it is never
	// longer than num_predict.
	calm = 4 * time.Millisecond
	// drain is the number of chunks that are read after the last one of a good
	// reply. Most models stop right after the end marker, and their last line
	// has the server's counts.
	drain = 16
)

// ending is how a reply is brought to its end.
type ending struct {
	// most is the number of chunks that the server was asked for. A correct
	// server sends no more.
	most int
	// why is the chunk function's result: ErrStop, ErrAbort, or nil to continue.
	why         error
	chunks      int // of the whole reply
	after       int // of them, since then
	first, last time.Time
}

// chunk counts one.
func (e *ending) chunk() {
	e.last = time.Now()
	if e.chunks++; e.chunks == 1 {
		e.first = e.last
	}
	if e.why != nil {
		e.after++
	}
}

// wanted reports whether chunks are still wanted.
func (e *ending) wanted() bool { return e.why == nil }

// begin takes the chunk function's result and reports whether the reply is read further,
// to be used or to be discarded.
func (e *ending) begin(err error) bool {
	if errors.Is(err, llm.ErrStop) || errors.Is(err, llm.ErrAbort) {
		e.why = err
		return true
	}
	return err == nil
}

// now tells, after a chunk, whether the request is to be cancelled. Before it
// says so it waits for the middle between two tokens, when the server has none
// to hand over.
func (e *ending) now(ctx context.Context) bool {
	switch {
	case e.why == nil, errors.Is(e.why, llm.ErrStop) && e.after < drain, e.chunks < 2:
		return false
	case e.chunks > e.most:
		return true
	}
	gap := e.last.Sub(e.first) / time.Duration(e.chunks-1)
	if gap < calm {
		return false
	}
	select {
	case <-time.After(gap / 2):
	case <-ctx.Done():
	}
	return true
}
