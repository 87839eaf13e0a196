package ollama

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/errtype"
	"github.com/nightpress/nightpress/internal/guard"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/ollama/ollama/api"
)

const (
	// slowAfter is the time after which the program says which lookup it waits
	// for.
	slowAfter = 5 * time.Second
	// probeLimit is the time within which a server must report its version. It
	// does so without a model, even while one loads.
	probeLimit = 10 * time.Second
	// mostMisses is the number of consecutive probes that a server may leave
	// unanswered while a request waits for it.
	mostMisses = 3

	// The sizes of answers, in bytes. A list of 10,000 models has 5 MB. The
	// details of a model contain its license and its template.
	mostOfLookup = 64 << 20
	mostOfShort  = 1 << 20
	// mostOfLine bounds a line of a chat. The client package gives up at twice
	// that length without an error (api/client.go, v0.17.4).
	mostOfLine = 4 << 20
	// In a chat, each token is a line of about 200 bytes, or more if a name is
	// long.
	mostOfChat, perToken = 16 << 20, 4 << 10
)

// lookup attaches the limits of a request that only looks, and loads and
// generates nothing. doing completes "waiting for Ollama at H to ...".
func (c *Client) lookup(ctx context.Context, doing string) context.Context {
	return c.within(ctx, c.opts.Lookup, doing)
}

// within is lookup with a time of its own.
func (c *Client) within(ctx context.Context, limit time.Duration, doing string) context.Context {
	x := &guard.Exchange{Limits: guard.Limits{Total: limit, Bytes: mostOfLookup}}
	if ctx.Value(quietKey{}) == nil {
		c.slow(x, doing)
	}
	return guard.Follow(ctx, x)
}

type quietKey struct{}

// quietly returns a context whose lookups do not say what they wait for, because the
// caller does.
func quietly(ctx context.Context) context.Context { return context.WithValue(ctx, quietKey{}, true) }

// slow has an exchange say what it waits for.
func (c *Client) slow(x *guard.Exchange, doing string) *guard.Exchange {
	if c.opts.Waiting != nil {
		x.SlowAfter = c.opts.slowAfter
		x.Slow = func() { c.opts.Waiting(fmt.Sprintf("waiting for Ollama at %s to %s", c.base.Host, doing)) }
	}
	return x
}

// lookups is how often a lookup is made that fails as a request does which is worth
// another try: a connection that breaks once is no reason to set models aside.
const lookups = 3

// again makes a lookup up to that often.
func again[T any](look func() (T, error)) (found T, err error) {
	for range lookups {
		found, err = look()
		if f, ok := errors.AsType[*llm.Fault](err); !ok || f.Kind != llm.FaultRetry {
			return found, err
		}
	}
	return found, err
}

// looking classifies an error of a request that only looks. A nil err stays nil.
func (c *Client) looking(ctx context.Context, model string, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if errtype.Is[*guard.Timeout](err) {
		return c.silent(err)
	}
	if errtype.Is[*guard.TooLong](err) {
		r := conditions[answersOther]
		said, cause := words(err)
		return &llm.Fault{Kind: r.kind, Err: hint.Wrap(&failure{server: c.Name(), means: r.says, said: said, cause: cause}, wrongServer)}
	}
	known := c.identified(ctx, c.fault(model, err))
	if len(hint.Of(known)) == 0 {
		return hint.Wrap(known, "see the server's log, or for a proxy between")
	}
	return known
}

// Silent reports whether err is that of a server which takes connections and
// does not answer. Another one cannot be started in its place.
func Silent(err error) bool { return errtype.Is[*guard.Timeout](err) }

// silent is the fault of such a server.
func (c *Client) silent(err error) error {
	late, ok := errors.AsType[*guard.Timeout](err)
	if !ok {
		late = &guard.Timeout{Limit: c.probeLimit()}
	}
	f := &failure{server: c.Name(), means: "accepts connections but does not answer", said: late.Error(), cause: late}
	return &llm.Fault{Kind: llm.FaultPause, Err: hint.Wrap(f, "restart the Ollama server")}
}

func (c *Client) probeLimit() time.Duration { return min(probeLimit, c.opts.Lookup) }

// Probe reports whether a server answers: nil when it does, a FaultPause when
// nothing does, or something that stands in for it.
func (c *Client) Probe(ctx context.Context) error {
	v, err := c.api.Version(c.within(ctx, c.probeLimit(), "say its version"))
	switch {
	case err == nil && v == "":
		return c.stranger(ctx, conditions[answersOther], "")
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case Silent(err):
		return c.silent(err)
	}
	known := c.identified(ctx, c.fault("", err))
	if f, ok := errors.AsType[*llm.Fault](known); !ok || f.Kind != llm.FaultRetry {
		return known
	}
	// The connection broke: the server is away at present.
	r := conditions[doesNotAnswer]
	said, cause := words(err)
	return &llm.Fault{Kind: r.kind, Err: hint.Wrap(&failure{server: c.Name(), means: r.says, said: said, cause: cause}, c.advice(r.hint, ""))}
}

// attend returns a context for a request that may wait for long: for a model to
// load, or for other requests. While no answer has begun, the server is probed
// beside it. One that does not answer those either has stopped, and the context
// ends with a FaultPause. Call release after the request.
func (c *Client) attend(ctx context.Context, x *guard.Exchange) (_ context.Context, release func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	ended := make(chan struct{})
	crash.Go(func() {
		defer close(ended)
		again := time.NewTicker(2 * c.probeLimit())
		defer again.Stop()
		for misses := 0; misses < mostMisses; {
			select {
			case <-again.C:
			case <-ctx.Done():
				return
			}
			if x.Began() {
				return
			}
			err := c.Probe(ctx)
			switch {
			case !Silent(err):
				misses = 0
			case misses == mostMisses-1:
				cancel(err)
				return
			default:
				misses++
			}
		}
	}, cancel)
	return guard.Follow(ctx, x), func() {
		cancel(nil)
		<-ended
	}
}

// chatting are the size limits of a chat with so many tokens.
func chatting(tokens int) guard.Limits {
	return guard.Limits{Bytes: mostOfChat + perToken*int64(max(tokens, 0)), Line: mostOfLine}
}

// loading are the limits of a request that waits for a model to load and is
// answered in one line.
func (c *Client) loading(limit time.Duration) guard.Limits {
	return guard.Limits{First: limit, Idle: c.opts.Lookup, Total: limit + c.opts.Lookup, Bytes: mostOfShort}
}

// chat sends a request that may wait for long.
func (c *Client) chat(ctx context.Context, x *guard.Exchange, req *api.ChatRequest, fn api.ChatResponseFunc) error {
	ctx, release := c.attend(ctx, x)
	defer release()
	err := c.stream(ctx, req, fn)
	if err != nil && strings.TrimSpace(err.Error()) == "" {
		// A line that is not JSON is the text of its error.
		return errors.New("the server sent a blank line in the middle of its answer")
	}
	return err
}
