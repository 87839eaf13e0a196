package ollama_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/ollama"
)

// A prompt can end a server only if the server worked on it: one that was away
// before, or that broke off a single reply, says nothing about the prompt.
func TestAServerThatEndsInMidRequestIsToldFromOneThatWasAway(t *testing.T) {
	const chat = "/api/chat"
	for _, c := range []struct {
		name string
		// serve answers a request; kill ends the server for later ones.
		serve func(w http.ResponseWriter, r *http.Request, kill func())
		kind  llm.FaultKind
		died  bool
	}{
		{"it ends before the first token", func(w http.ResponseWriter, _ *http.Request, kill func()) {
			kill()
			panic(http.ErrAbortHandler)
		}, llm.FaultPause, true},
		{"it ends in the middle of a reply", func(w http.ResponseWriter, _ *http.Request, kill func()) {
			fmt.Fprint(w, chunk("a"))
			kill()
			abort(w)
		}, llm.FaultPause, true},
		{"it ends behind a proxy", func(w http.ResponseWriter, r *http.Request, _ func()) {
			if r.URL.Path != chat {
				w.WriteHeader(http.StatusBadGateway)
				return
			}
			fmt.Fprint(w, chunk("a"))
			abort(w)
		}, llm.FaultPause, true},
		{"one reply breaks off", func(w http.ResponseWriter, r *http.Request, _ func()) {
			if r.URL.Path != chat {
				fmt.Fprint(w, `{"version":"0.17.4"}`)
				return
			}
			fmt.Fprint(w, chunk("a"))
			abort(w)
		}, llm.FaultRetry, false},
		{"it falls silent and is then away", func(w http.ResponseWriter, r *http.Request, kill func()) {
			fmt.Fprint(w, chunk("a"))
			w.(http.Flusher).Flush()
			kill()
			stall(r)
		}, llm.FaultPause, false},
		{"a proxy says that it is away", func(w http.ResponseWriter, _ *http.Request, _ func()) {
			w.WriteHeader(http.StatusBadGateway)
		}, llm.FaultPause, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var s *httptest.Server
			s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				c.serve(w, r, func() { s.Listener.Close() })
			}))
			defer s.Close()
			u, err := url.Parse(s.URL)
			if err != nil {
				t.Fatal(err)
			}
			_, err = generate(t.Context(), ollama.New(u, ollama.Options{FirstToken: 300 * time.Millisecond, Idle: 300 * time.Millisecond}), func(llm.Chunk) error { return nil })
			fault, ok := errors.AsType[*llm.Fault](err)
			if !ok || fault.Kind != c.kind || fault.Died != c.died {
				t.Errorf("%+v; want %s, died %t", err, c.kind, c.died)
			}
			if ok {
				t.Logf("%s, died %t: %v", fault.Kind, fault.Died, fault)
			}
		})
	}
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	_, err = generate(t.Context(), ollama.New(u, ollama.Options{FirstToken: 300 * time.Millisecond, Idle: 300 * time.Millisecond}), func(llm.Chunk) error { return nil })
	if fault, ok := errors.AsType[*llm.Fault](err); !ok || fault.Kind != llm.FaultPause || fault.Died {
		t.Errorf("a server that was away before: %+v", err)
	}
}
