package ollama

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"
)

// The first look at thousands of models takes long though no single answer does. What
// is waited for is said once, for all of them together.
func TestALookAtManyModelsSaysOnceWhatItWaitsFor(t *testing.T) {
	const models = 300
	said := make(chan string, models)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/tags" {
			fmt.Fprint(w, `{"models":[]}`)
			return
		}
		// No answer comes before the note.
		select {
		case text := <-said:
			said <- text
		case <-r.Context().Done():
		}
		fmt.Fprint(w, `{"model_info":{"general.architecture":"llama","llama.context_length":4096},"capabilities":["completion"]}`)
	}))
	t.Cleanup(s.Close)
	base, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := New(base, Options{Waiting: func(text string) { said <- text }, slowAfter: time.Millisecond})
	var names []string
	for i := range models {
		names = append(names, fmt.Sprintf("model-%d", i))
	}
	if err := c.InspectAll(t.Context(), names); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("waiting for Ollama at %s to show the models that match (%d)", base.Host, models)
	if got := <-said; got != want || len(said) > 0 {
		t.Errorf("%q and %d more, want %q", got, len(said), want)
	}
}
