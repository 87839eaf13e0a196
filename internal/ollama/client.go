package ollama

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/nightpress/nightpress/internal/guard"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/ollama/ollama/api"
)

// Options bound the phases of a request. Zero values mean the defaults.
type Options struct {
	// Workers is the most requests in progress at once; 0 means 2.
	Workers int
	// FirstToken bounds the wait for a reply's first token; 0 means 10 minutes.
	// To it is added the time that the server may need for this request's
	// prompt, for the requests before it, and for loading the model again,
	// judged by its past speed.
	FirstToken time.Duration
	// Idle bounds the silence between two tokens; 0 means 5 minutes. It grows
	// with the server's past durations: while a server reads one long prompt,
	// its other replies wait.
	Idle time.Duration
	// Load bounds the loading of a model. 0 means 30 minutes. If a client gives
	// up earlier, the server starts the load over.
	Load time.Duration
	// Lookup bounds a request that generates nothing: the list of models, the
	// details of one, the models in memory. 0 means DefaultLookup. It also
	// bounds a probe of the server.
	Lookup time.Duration
	// Headers are sent with each request. Their values are secrets: no error
	// contains them, even if the server repeats them.
	Headers map[string]string
	// Others is set if a run has other servers as well: it starts none itself, and
	// no hint says so.
	Others bool
	// Waiting, if set, is called when a lookup has had no answer for five
	// seconds, with a text such as "waiting for Ollama at 127.0.0.1:11434 to
	// list its models". It is called from many goroutines.
	Waiting func(text string)
	// slowAfter is set by tests alone.
	slowAfter time.Duration
}

// DefaultLookup is the usual bound of a request that only looks.
const DefaultLookup = time.Minute

func (o Options) withDefaults() Options {
	o.slowAfter = cmp.Or(o.slowAfter, slowAfter)
	if o.Workers == 0 {
		o.Workers = 2
	}
	if o.FirstToken == 0 {
		o.FirstToken = 10 * time.Minute
	}
	if o.Idle == 0 {
		o.Idle = 5 * time.Minute
	}
	if o.Load == 0 {
		o.Load = 30 * time.Minute
	}
	if o.Lookup == 0 {
		o.Lookup = DefaultLookup
	}
	return o
}

// Client is one server. It satisfies llm.Generator and may be used from many
// goroutines.
type Client struct {
	api  *api.Client
	http *http.Client // the same, for what the client package has no method for
	base *url.URL
	opts Options
	pace pace

	catalog catalog
}

var _ llm.Generator = (*Client)(nil)

// New returns a client of the server at base, which is the only address that
// it ever connects to.
func New(base *url.URL, opts Options) *Client {
	opts = opts.withDefaults()
	// One connection for each worker, and a few for lookups.
	hc := guard.NewClient(base, opts.Workers+4, guard.Limits{Total: opts.Lookup, Bytes: mostOfLookup})
	if len(opts.Headers) > 0 {
		hc.Transport = &withHeaders{hc.Transport, opts.Headers}
	}
	return &Client{api: api.NewClient(base, hc), http: hc, base: base, opts: opts}
}

// keepLoaded is how long the server keeps a model after its last request. It
// is sent with the load alone: on every request it would bring back a model
// that the server is about to unload (ollama/ollama#17408).
const keepLoaded = 30 * time.Minute

// Load brings the model into memory with its context window.
func (c *Client) Load(ctx context.Context, m llm.Model) error {
	x := &guard.Exchange{Limits: c.loading(c.opts.Load)}
	req := launch(m)
	req.KeepAlive = &api.Duration{Duration: keepLoaded}
	err := c.short(ctx, x, req, "load")
	if err == nil {
		c.pace.loaded(x.Took())
	}
	return err
}

// Unload takes the model out of memory.
func (c *Client) Unload(ctx context.Context, m llm.Model) error {
	x := c.slow(&guard.Exchange{Limits: c.loading(c.opts.Lookup)}, "unload "+m.Name)
	return c.short(ctx, x, &api.ChatRequest{Model: m.Name, KeepAlive: &api.Duration{}}, "unload")
}

// Resident reports whether the server has the model in memory. Ask rarely: some
// servers read that list unguarded (ollama before v0.32.4).
func (c *Client) Resident(ctx context.Context, m llm.Model) (bool, error) {
	running, err := c.api.ListRunning(c.lookup(ctx, "list the models in memory"))
	if err != nil {
		return false, c.looking(ctx, m.Name, err)
	}
	for _, r := range running.Models {
		if SameName(r.Name, m.Name) {
			return true, nil
		}
	}
	return false, nil
}

// short sends a request without messages, which generates nothing, and wants
// this reason in its last line.
func (c *Client) short(ctx context.Context, x *guard.Exchange, req *api.ChatRequest, reason string) error {
	no := false
	req.Stream, req.Messages = &no, []api.Message{}
	var last api.ChatResponse
	err := c.chat(ctx, x, req, func(r api.ChatResponse) error {
		last = r
		return nil
	})
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case x.Broke():
		return c.broken(ctx, c.fault(req.Model, x.Err()))
	case err != nil:
		return c.fault(req.Model, err)
	case !last.Done || last.DoneReason != reason:
		return c.fault(req.Model, fmt.Errorf("requested that the server %s the model, but it answered %q", reason, last.DoneReason))
	}
	return nil
}

// launch is a request without messages. Loads and replies both begin with it,
// so that they agree in everything that a server starts a model's process with:
// a server that finds another value in the next request loads the model again
// (num_ctx; from v0.30 also shift: server/sched.go, needsReload).
func launch(m llm.Model) *api.ChatRequest {
	no := false
	return &api.ChatRequest{
		Model: m.Name, Options: options(m),
		// Ask for an error if the prompt does not fit, and for an end if the
		// context window is full. Otherwise the server silently truncates the
		// prompt or drops the first half of the window (v0.17.4,
		// llm/server.go).
		Truncate: &no, Shift: &no,
	}
}

// options are what is sent of the model's setting.
func options(m llm.Model) map[string]any {
	all := m.Effective()
	// Always send num_ctx: otherwise the server chooses a window by its free
	// memory (server/routes.go:1753, v0.17.4). Never send 0 for num_predict,
	// which means "without end".
	all["num_ctx"], all["num_predict"] = m.NumCtx, m.NumPredict
	return all
}

// Version returns the server's version.
func (c *Client) Version(ctx context.Context) (string, error) {
	v, err := again(func() (string, error) {
		v, err := c.api.Version(c.within(ctx, c.probeLimit(), "say its version"))
		return v, c.looking(ctx, "", err)
	})
	if err != nil {
		return "", err
	}
	if v == "" {
		// LM Studio and others answer every path with status 200.
		return "", c.stranger(ctx, conditions[answersOther], "")
	}
	return v, nil
}
