package llmtest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/llm"
)

// Backend is a generator under test, and how its server is made to fail. What a
// server cannot do on demand is nil, and its tests are skipped.
type Backend struct {
	llm.Generator
	// Model is a model that the server has, and Prompt a user message whose
	// reply has at least ten chunks.
	Model  llm.Model
	Prompt string
	// HeedsSettings: the server heeds the seed and the most tokens of a
	// request. The same seed then gives the same reply.
	HeedsSettings bool
	// Cut breaks the next reply off in its middle. Hang silences it there; the
	// generator must give up within a few seconds.
	Cut, Hang func()
	// Away ends the server and Back starts it again.
	Away, Back func()
	// Failures are other failures of a request for a reply.
	Failures []Failure
}

// Failure is a way in which a request fails, and what the fault must say.
type Failure struct {
	Name string
	// Cause makes the next request for a reply fail.
	Cause   func()
	Kind    llm.FaultKind
	Trouble llm.Trouble
}

// soon bounds what must happen at once.
const soon = 10 * time.Second

// request returns a request for a reply.
func (b *Backend) request(seed int64) llm.Request {
	return llm.Request{Model: b.Model, Messages: llm.Messages{User: b.Prompt}, Seed: seed}
}

// reply is the result of one request.
type reply struct {
	text   string
	chunks int
	usage  llm.Usage
	err    error
}

// ask sends a request. each, when set, is called for each chunk with its number
// from 1.
func (b *Backend) ask(ctx context.Context, t *testing.T, req llm.Request, each func(n int) error) reply {
	t.Helper()
	var text strings.Builder
	var r reply
	inside, returned := false, false
	r.usage, r.err = b.Generate(ctx, req, func(c llm.Chunk) error {
		if inside || returned {
			t.Error("the chunk function is called while it runs, or after the reply")
		}
		inside = true
		defer func() { inside = false }()
		if c.Content == "" && c.Thinking == "" {
			t.Error("a chunk without text")
		}
		r.chunks++
		text.WriteString(c.Thinking + c.Content)
		if each != nil {
			return each(r.chunks)
		}
		return nil
	})
	returned = true
	r.text = text.String()
	return r
}

// wantFault fails the test unless err is a fault of this kind.
func wantFault(t *testing.T, err error, kind llm.FaultKind, trouble llm.Trouble) {
	t.Helper()
	fault, ok := errors.AsType[*llm.Fault](err)
	switch {
	case !ok:
		t.Errorf("no fault, but %v", err)
	case fault.Kind != kind || fault.Trouble != trouble:
		t.Errorf("a fault of kind %s and trouble %s, want %s and %s: %v", fault.Kind, fault.Trouble, kind, trouble, err)
	case fault.Error() == "":
		t.Error("a fault without words")
	}
}
