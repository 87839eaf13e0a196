package ollama_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/llm/llmtest"
	"github.com/nightpress/nightpress/internal/ollama"
	"github.com/nightpress/nightpress/internal/scripted"
)

func TestTheClientIsABackend(t *testing.T) {
	llmtest.Run(t, func(t *testing.T) *llmtest.Backend {
		server, err := scripted.Start("m")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(server.Away)
		base, err := url.Parse("http://" + server.Host())
		if err != nil {
			t.Fatal(err)
		}
		next := func(r scripted.Reply) func() { return func() { server.Next(r) } }
		says := func(status int, message string) func() {
			return next(scripted.Reply{Status: status, Error: message})
		}
		return &llmtest.Backend{
			Generator: ollama.New(base, ollama.Options{FirstToken: 500 * time.Millisecond, Idle: 500 * time.Millisecond}),
			Model:     llm.Model{Name: "m", NumCtx: 4096, NumPredict: 2048}, Prompt: "Write about the sea.",
			Cut: next(scripted.Reply{Cut: true}), Hang: next(scripted.Reply{Hang: true}),
			Away: server.Away,
			Back: func() {
				if err := server.Back(); err != nil {
					t.Error(err)
				}
			},
			Failures: []llmtest.Failure{
				{Name: "busy", Cause: says(503, "server busy, please try again"), Kind: llm.FaultPause},
				{Name: "crash", Cause: says(500, "llama runner process has terminated: exit status 2"), Kind: llm.FaultRetry, Trouble: llm.Crash},
				{Name: "memory", Cause: says(500, "cudaMalloc failed: out of memory"), Kind: llm.FaultRetry, Trouble: llm.Memory},
				{Name: "an unknown error", Cause: says(500, "something"), Kind: llm.FaultRetry},
				{Name: "too long a prompt", Cause: says(400, "the input length exceeds the context length"), Kind: llm.FaultJob},
				{Name: "a model that is gone", Cause: says(404, "model 'm' not found"), Kind: llm.FaultModel},
				{Name: "a login", Cause: says(401, "unauthorized"), Kind: llm.FaultRun},
			},
		}
	})
}
