package ollama_test

import (
	"net/url"
	"testing"

	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/ollama"
	"github.com/nightpress/nightpress/internal/scripted"
)

// A server that starts a model's process with other attributes for the replies
// than for the load loads every model twice.
func TestALoadAndTheRepliesAfterItShareWhatAModelIsLaunchedWith(t *testing.T) {
	for _, d := range scripted.Dialects {
		t.Run(d.Version, func(t *testing.T) {
			s, err := scripted.Start("a:latest", "b:latest")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(s.Away)
			s.Speak(d)
			c := ollama.New(&url.URL{Scheme: "http", Host: s.Host()}, ollama.Options{})
			for _, name := range []string{"a:latest", "b:latest"} {
				m := llm.Model{Name: name, NumCtx: 8192, NumPredict: 4096, Options: map[string]any{"num_gpu": 1, "num_thread": 2, "temperature": 0.5}}
				if err := c.Load(t.Context(), m); err != nil {
					t.Fatal(err)
				}
				for seed := range int64(3) {
					m.NumPredict -= 100
					req := llm.Request{Model: m, Messages: llm.Messages{User: "Write."}, Seed: seed}
					if _, err := c.Generate(t.Context(), req, func(llm.Chunk) error { return nil }); err != nil {
						t.Fatal(err)
					}
				}
				if _, err := c.Continues(t.Context(), m); err != nil {
					t.Fatal(err)
				}
				if there, err := c.Resident(t.Context(), m); err != nil || !there {
					t.Errorf("resident: %v, %v", there, err)
				}
			}
			if seen := s.Seen(); seen.Requests != 6 || seen.Loads != 2 {
				t.Errorf("%d replies, %d loads of 2 models", seen.Requests, seen.Loads)
			}
		})
	}
}
