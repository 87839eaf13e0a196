package ollama

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nightpress/nightpress/internal/guard"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/ollama/ollama/api"
)

// Generate sends one request and streams its reply to fn; see llm.Generator.
// A reply that used up its tokens is no fault: Usage.DoneReason is "length".
func (c *Client) Generate(ctx context.Context, req llm.Request, fn func(llm.Chunk) error) (llm.Usage, error) {
	chat := chatRequest(req)
	x, done := c.followed(chat, req.Model.NumPredict)
	r := reception{
		ctx: ctx, model: req.Model, fn: fn, heard: func() { x.Heard(); c.pace.token() }, fault: c.fault,
		echo: newEcho(req), ending: ending{most: req.Model.NumPredict},
	}
	err := c.chat(ctx, x, chat, r.receive)
	u, err := r.result(ctx, x, err)
	err = sized(req, err)
	u.Took = x.Took()
	done(u)
	if err != nil && x.Broke() && ctx.Err() == nil {
		err = c.broken(ctx, err)
	}
	return u, err
}

// followed returns the exchange of a request, with limits by the server's pace,
// and what to call after it.
func (c *Client) followed(req *api.ChatRequest, tokens int) (x *guard.Exchange, done func(llm.Usage)) {
	size := 0
	for _, m := range req.Messages {
		size += len(m.Content)
	}
	x = &guard.Exchange{Limits: chatting(tokens), ByHand: true}
	x.First, x.Idle = c.pace.begin(c.opts, size)
	x.More = func(lasted time.Duration) time.Duration { return c.pace.more(lasted, x.First) }
	return x, func(u llm.Usage) {
		c.pace.end(u.Took, time.Duration(u.PromptEvalSeconds*float64(time.Second)))
	}
}

// says reports whether a line tells something: an endless stream of lines
// without text is a silence.
func says(line api.ChatResponse) bool {
	return line.Done || strings.TrimSpace(line.Message.Content) != "" || strings.TrimSpace(line.Message.Thinking) != ""
}

// errEmpty is an answer without a line that says anything.
var errEmpty = errors.New("")

// reception takes the lines of one reply.
type reception struct {
	ctx    context.Context // of the one request that a reception is for
	model  llm.Model
	fn     func(llm.Chunk) error
	heard  func() // called for the first line, and for each that says something
	began  bool   // a line came
	fault  func(model string, err error) error
	chunks int
	done   int
	last   api.ChatResponse
	broken error // a reply that is not what was asked for
	echo   echo
	ending ending
}

func (r *reception) receive(line api.ChatResponse) error {
	// The first line ends the wait for the queue and the prompt, whatever it says.
	if says(line) || !r.began {
		r.began = true
		r.heard()
	}
	if line.RemoteHost != "" || line.RemoteModel != "" {
		err := fmt.Errorf("model %s: the reply came from another machine (%s at %s)", r.model.Name, line.RemoteModel, line.RemoteHost)
		r.broken = &llm.Fault{Kind: llm.FaultRun, Err: hint.Wrap(err, "use a local model, and start the server with OLLAMA_NO_CLOUD=1")}
		return r.broken
	}
	if r.done > 0 || len(line.Message.ToolCalls) > 0 {
		err := &llm.Fault{Kind: llm.FaultRetry, Err: fmt.Errorf("model %s: the reply has a tool call, or continues after its end", r.model.Name)}
		if r.ending.wanted() {
			r.broken = err
		}
		return err
	}
	if line.Done {
		r.done++
		r.last = line
	}
	if line.Message.Content == "" && line.Message.Thinking == "" && !line.Done {
		return nil
	}
	line.Message.Content = r.own(line)
	if line.Message.Content == "" && line.Message.Thinking == "" {
		return nil
	}
	r.ending.chunk()
	if r.ending.wanted() {
		r.chunks++
		err := r.fn(llm.Chunk{Content: line.Message.Content, Thinking: line.Message.Thinking})
		if !r.ending.begin(err) {
			return err
		}
	}
	if !line.Done && r.ending.now(r.ctx) {
		return llm.ErrStop
	}
	return nil
}

// own is what of a line's text is the reply's own.
func (r *reception) own(line api.ChatResponse) string {
	text := r.echo.pass(line.Message.Content)
	if line.Done {
		text += r.echo.end()
	}
	return text
}

// result decides what became of the request. Success needs every sign of it:
// no error, a body that ended, and the server's own last line.
func (r *reception) result(ctx context.Context, x *guard.Exchange, err error) (llm.Usage, error) {
	u := r.usage()
	switch {
	case errors.Is(err, llm.ErrStop):
		return u, nil
	case !r.ending.wanted() && ctx.Err() == nil && r.broken == nil:
		u.AfterEnd = r.afterEnd(x, err)
		return u, nil
	case r.broken != nil:
		return u, r.broken
	case ctx.Err() != nil:
		return u, context.Cause(ctx)
	case err != nil && x.Broke():
		return u, r.fault(r.model.Name, x.Err())
	case err != nil:
		return u, r.fault(r.model.Name, err)
	case x.Err() != nil && (r.done == 0 || !x.Unread()):
		return u, r.fault(r.model.Name, x.Err())
	case r.done == 0 && r.ending.chunks == 0:
		return u, r.fault(r.model.Name, errEmpty)
	case r.done == 0:
		// The server's guard against repetition ends a reply like this
		// (llm/server.go:1660, v0.17.4).
		return u, &llm.Fault{Kind: llm.FaultRetry, Err: fmt.Errorf("model %s: the server aborted the reply because it repeated itself", r.model.Name)}
	}
	return u, r.accept()
}

// afterEnd is what failed after the last chunk that was wanted; "" when
// nothing did.
func (r *reception) afterEnd(x *guard.Exchange, err error) string {
	if err == nil || x.Broke() {
		err = x.Err()
	}
	if err == nil || r.done > 0 && x.Unread() {
		return ""
	}
	return r.fault(r.model.Name, err).Error()
}

// accept looks for the traces of a reply that was cut although it ended.
func (r *reception) accept() error {
	u, window := r.usage(), r.model.NumCtx
	in, out := u.PromptEvalCount, u.EvalCount
	retry := func(format string, args ...any) error {
		return &llm.Fault{Kind: llm.FaultRetry, Err: fmt.Errorf("model "+r.model.Name+": "+format, args...)}
	}
	switch reason := r.last.DoneReason; {
	case reason != "stop" && reason != "length":
		return retry("the reply ended with the reason %q", reason)
	case window > 0 && in >= window:
		err := fmt.Errorf("model %s: the prompt fills the whole context window of %d tokens", r.model.Name, window)
		return &llm.Fault{Kind: llm.FaultJob, Err: hint.Wrap(err, largerWindow(r.model, in))}
	case window > 0 && in+out > window+1:
		return retry("%d + %d tokens in a context window of %d: the server forgot a part of the prompt", in, out, window)
	}
	return nil
}

func (r *reception) usage() llm.Usage {
	if r.done == 0 {
		return llm.Usage{EvalCount: r.ending.chunks, Estimated: true}
	}
	return usageOf(r.last, r.model, r.ending.chunks)
}
