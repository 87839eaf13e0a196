package ollama

import (
	"context"
	"strings"

	"github.com/nightpress/nightpress/internal/guard"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/ollama/ollama/api"
)

// chatRequest is an attempt in the server's terms.
func chatRequest(req llm.Request) *api.ChatRequest {
	yes := true
	out := launch(req.Model)
	out.Messages, out.Stream, out.Format = messages(req), &yes, req.Format
	out.Options["seed"] = req.Seed
	if req.Model.Think != nil {
		out.Think = &api.ThinkValue{Value: req.Model.Think}
	}
	return out
}

// messages are the prompt's and the turns after them. The server merges
// neighbours of one role (template/template.go, v0.17.4) and changes nothing
// else in them; a model's template or renderer may.
func messages(req llm.Request) []api.Message {
	var all []api.Message
	if req.Messages.System != "" {
		all = append(all, api.Message{Role: "system", Content: req.Messages.System})
	}
	all = append(all, api.Message{Role: "user", Content: req.Messages.User})
	for _, t := range req.Turns {
		m := api.Message{Role: "user", Content: t.Text}
		if t.Assistant {
			m.Role, m.Thinking = "assistant", t.Thinking
		}
		all = append(all, m)
	}
	return all
}

var _ llm.Continuer = (*Client)(nil)

// unfinished is a reply that stops in the middle of a line, after a blank and
// after empty lines: a template that trims it does not leave it as it is.
const unfinished = "TITLE: An unfinished\n\n## Reply \n\n"

// Continues has the server show what it makes of an unfinished reply, which
// loads the model where it is not loaded and generates nothing. A model whose
// prompt then ends with that reply goes on with it. A server that shows nothing
// says nothing of its models either; it then may generate one token.
func (c *Client) Continues(ctx context.Context, m llm.Model) (bool, error) {
	m.NumPredict = 1
	probe := llm.Request{Model: m, Turns: []llm.Turn{{Assistant: true, Text: unfinished}}}
	probe.Messages.User = "Write."
	req, no := chatRequest(probe), false
	req.Stream, req.DebugRenderOnly = &no, true
	x := c.slow(&guard.Exchange{Limits: c.loading(c.opts.FirstToken)}, "show what the template of "+m.Name+" makes of a reply")
	var shown *api.DebugInfo
	err := c.chat(ctx, x, req, func(r api.ChatResponse) error {
		shown = r.DebugInfo
		return nil
	})
	switch {
	case ctx.Err() != nil:
		return false, context.Cause(ctx)
	case x.Broke():
		return false, c.broken(ctx, c.fault(m.Name, x.Err()))
	case err == nil && x.Err() != nil:
		return false, c.fault(m.Name, x.Err())
	case err != nil:
		return false, c.fault(m.Name, err)
	case shown == nil:
		return false, nil
	}
	return strings.HasSuffix(shown.RenderedTemplate, unfinished), nil
}
