package ollama_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/llm"
	"github.com/ollama/ollama/api"
)

// asked decodes the request that a server got.
func asked(t *testing.T, r *http.Request) api.ChatRequest {
	t.Helper()
	var req api.ChatRequest
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil {
		t.Error(err)
	}
	return req
}

func TestTurnsFollowThePromptByteForByteAndTheReplysFormIsASchema(t *testing.T) {
	var got api.ChatRequest
	c := client(t, func(w http.ResponseWriter, r *http.Request) {
		got = asked(t, r)
		fmt.Fprint(w, chunk("more")+last)
	})
	cut := "TITLE: A day \n\nIt was "
	req := llm.Request{
		Model: llm.Model{Name: "m", NumCtx: 100, NumPredict: 50}, Messages: llm.Messages{System: "Be brief.", User: "Write."},
		Turns:  []llm.Turn{{Text: "Go on."}, {Assistant: true, Text: cut, Thinking: "Hm."}},
		Format: json.RawMessage(`{"type":"object"}`), Seed: 7,
	}
	if _, err := c.Generate(t.Context(), req, func(llm.Chunk) error { return nil }); err != nil {
		t.Fatal(err)
	}
	want := []api.Message{
		{Role: "system", Content: "Be brief."}, {Role: "user", Content: "Write."},
		{Role: "user", Content: "Go on."}, {Role: "assistant", Content: cut, Thinking: "Hm."},
	}
	if fmt.Sprint(got.Messages) != fmt.Sprint(want) {
		t.Errorf("messages %+v", got.Messages)
	}
	if string(got.Format) != `{"type":"object"}` {
		t.Errorf("format %s", got.Format)
	}
}

func TestWhetherAModelGoesOnIsReadFromWhatItsTemplateMakesOfAReply(t *testing.T) {
	for name, c := range map[string]struct {
		render func(reply string) string
		want   bool
	}{
		"left open":           {func(s string) string { return "<|user|>Write.<|assistant|>" + s }, true},
		"closed":              {func(s string) string { return "<|assistant|>" + s + "<|end|>" }, false},
		"trimmed":             {strings.TrimSpace, false},
		"open, a turn begins": {func(s string) string { return s + "<|assistant|>" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			c2 := client(t, func(w http.ResponseWriter, r *http.Request) {
				req := asked(t, r)
				if !req.DebugRenderOnly {
					t.Error("the request would generate")
				}
				line, err := json.Marshal(api.ChatResponse{DebugInfo: &api.DebugInfo{RenderedTemplate: c.render(req.Messages[1].Content)}})
				if err != nil {
					t.Error(err)
				}
				_, _ = w.Write(line)
			})
			got, err := c2.Continues(t.Context(), llm.Model{Name: "m", NumCtx: 100, NumPredict: 50})
			if err != nil || got != c.want {
				t.Errorf("%t, %v", got, err)
			}
		})
	}
}

// A server that does not know of the request's debug field generates a token.
func TestAServerThatDoesNotShowItsTemplateIsNotGuessedAt(t *testing.T) {
	c := client(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, last) })
	if continues, err := c.Continues(t.Context(), llm.Model{Name: "m", NumCtx: 100, NumPredict: 50}); continues || err != nil {
		t.Errorf("%t, %v", continues, err)
	}
}
