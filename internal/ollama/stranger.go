package ollama

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/nightpress/nightpress/internal/guard"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/llm"
)

// other is a program that people have in Ollama's place, and how it is known:
// by a part of what it answers on / or on /v1/models, headers first, in lower
// case.
type other struct {
	name string
	part []string
	hint string
}

const ollamaItself = "nightpress needs Ollama itself: ollama serve, then export OLLAMA_HOST=127.0.0.1:11434"

// others are tried in order. /v1/models names who owns a model: LM Studio
// "organization_owner", llama-server "llamacpp", vLLM "vllm". LM Studio answers
// any path it does not know with status 200 and an error
// (lmstudio-ai/lmstudio-bug-tracker#618).
var others = []other{
	{"LM Studio", []string{"unexpected endpoint or method", "organization_owner"}, ollamaItself},
	{"llama-server of llama.cpp", []string{"server: llama.cpp", `"llamacpp"`}, ollamaItself},
	{"vLLM", []string{`"vllm"`}, ollamaItself},
	{"LiteLLM", []string{"litellm", "no api key passed in"}, "give the address of Ollama behind it: export OLLAMA_HOST=127.0.0.1:11434"},
	{"Open WebUI", []string{"<title>open webui", "open-webui"}, "give the address of Ollama and not of its web page: export OLLAMA_HOST=127.0.0.1:11434"},
	{"LocalAI", []string{"localai"}, ollamaItself},
	{"nginx", []string{"server: nginx"}, ""},
	{"Caddy", []string{"server: caddy"}, ""},
	{"Apache", []string{"server: apache"}, ""},
	{"Traefik", []string{"404 page not found\n"}, ""},
}

// stranger finds out what answers in Ollama's place and returns that as a fault
// that ends the run. r and said are what is known already.
func (c *Client) stranger(ctx context.Context, r rule, said string) error {
	ctx, cancel := context.WithTimeout(ctx, probeLimit)
	defer cancel()
	root := c.look(ctx, "/")
	if root == "" {
		root = "\r\n"
	}
	at := c.base.String()
	f := &failure{server: "the server at " + at, means: "is not Ollama", said: said}
	advice := c.advice(r.hint, "")
	if strings.Contains(root, "Ollama is running") {
		// It is Ollama, but the address has a path too many.
		f.server, f.means = c.Name(), r.says
		return &llm.Fault{Kind: r.kind, Err: hint.Wrap(f, advice)}
	}
	if body := root[strings.LastIndex(root, "\r\n")+2:]; isPage(strings.ToLower(body)) && !strings.Contains(said, "HTTP ") {
		f.said = "a web page" + pageTitle(body)
	}
	all := strings.ToLower(said + "\n" + root + "\n" + c.look(ctx, "/v1/models"))
	for _, o := range others {
		for _, part := range o.part {
			if !strings.Contains(all, part) {
				continue
			}
			f.means = "is not Ollama but " + o.name
			if o.hint != "" {
				advice = o.hint
			}
			return &llm.Fault{Kind: r.kind, Err: hint.Wrap(f, advice)}
		}
	}
	return &llm.Fault{Kind: r.kind, Err: hint.Wrap(f, advice)}
}

// look returns the server's answer on a path: its headers and the beginning of its
// body, after the last "\r\n".
func (c *Client) look(ctx context.Context, path string) string {
	u := *c.base
	u.Path = path
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return ""
	}
	resp, err := c.http.Do(req)
	if err != nil {
		if moved, ok := errors.AsType[*guard.Redirected](err); ok {
			return "Location: " + moved.To + "\r\n"
		}
		return ""
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	var b strings.Builder
	for _, h := range []string{"Server", "X-Powered-By", "Location"} {
		b.WriteString(h + ": " + resp.Header.Get(h) + "\r\n")
	}
	b.WriteString(strings.ReplaceAll(string(text), "\r\n", "\n"))
	return b.String()
}

// identified asks what a server is whose answer no Ollama gives; another fault
// stays as it is.
func (c *Client) identified(ctx context.Context, err error) error {
	f, ok := errors.AsType[*llm.Fault](err)
	if !ok || f.Kind != llm.FaultRun {
		return err
	}
	what, ok := errors.AsType[*failure](err)
	if !ok || !isStrange[what.means] {
		return err
	}
	r := rule{kind: llm.FaultRun, says: what.means, hint: wrongServer}
	if hints := hint.Of(err); len(hints) > 0 {
		r.hint = hints[0]
	}
	return c.stranger(ctx, r, what.said)
}
