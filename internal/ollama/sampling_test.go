package ollama_test

import (
	"net/url"
	"testing"

	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/ollama"
	"github.com/nightpress/nightpress/internal/scripted"
)

// What is sent does not depend on the server's version: our values, then those
// of the model's file, then those of models.toml.
func TestSamplingParametersAreSentWhateverTheServersOwnAre(t *testing.T) {
	for _, d := range scripted.Dialects {
		t.Run(d.Version, func(t *testing.T) {
			s, err := scripted.Start("m:latest")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(s.Away)
			s.Speak(d)
			s.Parameters("temperature                    0.3\ntop_k                          20\nstop                           \"<|end|>\"\nnum_ctx 99\n")
			c := ollama.New(&url.URL{Scheme: "http", Host: s.Host()}, ollama.Options{})
			local, err := c.Inspect(t.Context(), "m")
			if err != nil {
				t.Fatal(err)
			}
			m := llm.Model{Name: "m:latest", NumCtx: 8192, NumPredict: 4096, Sampling: local.Sampling, Options: map[string]any{"top_k": 5}}
			if _, err := c.Generate(t.Context(), llm.Request{Model: m, Messages: llm.Messages{User: "Write."}, Seed: 7}, func(llm.Chunk) error { return nil }); err != nil {
				t.Fatal(err)
			}
			got := s.Seen().Options
			for name, want := range map[string]any{
				"temperature": 0.3, "top_k": 5.0, "top_p": 0.9, "min_p": 0.0, "repeat_last_n": 64.0, "repeat_penalty": 1.1,
				"presence_penalty": 0.0, "frequency_penalty": 0.0, "num_ctx": 8192.0, "num_predict": 4096.0, "seed": 7.0,
			} {
				if got[name] != want {
					t.Errorf("%s is %v, want %v", name, got[name], want)
				}
			}
			if _, sent := got["stop"]; sent {
				t.Error("a stop list that is sent replaces the model's own")
			}
		})
	}
}
