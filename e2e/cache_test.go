package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/nightpress/nightpress/internal/ollama/ollamatest"
	"github.com/ollama/ollama/api"
)

// wholeTemplate shows a model the whole conversation, as the templates of most models
// do. That of the rehearsal model leaves the earlier requests out.
const wholeTemplate = `{{ range .Messages }}<|{{ .Role }}|>{{ .Content }}</s>{{ end }}<|assistant|>`

// chats is a door to a server that keeps the requests for replies.
type chats struct {
	addr string
	mu   sync.Mutex
	all  []*api.ChatRequest
}

func newChats(t *testing.T, addr string) *chats {
	t.Helper()
	c := &chats{}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: addr})
	proxy.FlushInterval = -1
	door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/chat" {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			var req api.ChatRequest
			if err := json.Unmarshal(body, &req); err == nil && len(req.Messages) > 0 {
				c.mu.Lock()
				c.all = append(c.all, &req)
				c.mu.Unlock()
			}
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(door.Close)
	c.addr = door.Listener.Addr().String()
	return c
}

// slotLine is what the server's debug log says of a request: the tokens of its prompt,
// and how many of them the cache held (runner/ollamarunner/cache.go, v0.17.4).
var slotLine = regexp.MustCompile(`msg="loading cache slot" .*prompt=(\d+) used=(\d+)`)

type cached struct{ prompt, used int }

func slotLines(t *testing.T, log string) (all []cached) {
	t.Helper()
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range slotLine.FindAllSubmatch(text, -1) {
		prompt, _ := strconv.Atoi(string(m[1]))
		used, _ := strconv.Atoi(string(m[2]))
		all = append(all, cached{prompt, used})
	}
	return all
}

// The requests of a long post are one conversation that only grows, so that a server
// evaluates what is new in a request, and has the rest in its cache. A run's requests are
// sent once more to a model whose template shows the whole conversation.
func TestTheServersCacheHoldsAllButTheNewPartOfALongPost(t *testing.T) {
	s, err := ollamatest.Start(context.Background(), t.TempDir(), "", "OLLAMA_DEBUG=1", "OLLAMA_NUM_PARALLEL=1")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Stop() }()
	door := newChats(t, s.Addr())
	dir := t.TempDir()
	topicsFile(t, dir, 1)
	for _, args := range [][]string{{"rehearse", "-p", "long-post"}, {"run", "topics.csv", "-m", longModel, "-p", "long-post"}} {
		cmd := command(dir, args...)
		cmd.Env = append(cmd.Env, "OLLAMA_HOST="+door.addr)
		if r := finish(cmd); r.code != 0 {
			t.Fatal(r.stderr)
		}
	}
	client := api.NewClient(&url.URL{Scheme: "http", Host: s.Addr()}, http.DefaultClient)
	name := wholeModel(t, client)
	noted := len(slotLines(t, s.Log))
	for _, req := range door.all {
		again := *req
		again.Model, again.Format = name, nil
		again.Options = map[string]any{"num_predict": 1, "num_ctx": 32768}
		if err := client.Chat(t.Context(), &again, func(api.ChatResponse) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	lines := slotLines(t, s.Log)[noted:]
	if len(lines) != len(door.all) {
		t.Fatalf("the log has %d of %d requests", len(lines), len(door.all))
	}
	sections := 0
	for i, req := range door.all {
		t.Logf("request %d: %d messages, %d tokens, %d of them in the cache", i+1, len(req.Messages), lines[i].prompt, lines[i].used)
		if i == 0 || !continues(req, door.all[i-1]) {
			continue // a remedy ends in other words than the request before
		}
		// The server evaluates the last token of a prompt in any case.
		if lines[i].used < lines[i-1].prompt-1 {
			t.Errorf("request %d continues one of %d tokens, and %d were in the cache", i+1, lines[i-1].prompt, lines[i].used)
		}
		if len(req.Messages) < secondSection {
			continue
		}
		if sections++; 2*lines[i].used < lines[i].prompt {
			t.Errorf("request %d: %d of %d tokens were in the cache", i+1, lines[i].used, lines[i].prompt)
		}
	}
	if sections < 7 {
		t.Errorf("%d requests continue the one before", sections)
	}
}

// secondSection is how many messages the request for a second section has: the system
// message, the first request, the outline, the request for the first section, the
// section, and the request itself.
const secondSection = 6

// continues reports whether a request is the one before with its reply, and with a
// message more.
func continues(req, before *api.ChatRequest) bool {
	n := len(before.Messages)
	return len(req.Messages) == n+2 && slices.EqualFunc(req.Messages[:n], before.Messages, func(a, b api.Message) bool { return a.Role == b.Role && a.Content == b.Content })
}

// wholeModel installs the rehearsal model with a template that shows the whole
// conversation.
func wholeModel(t *testing.T, client *api.Client) string {
	t.Helper()
	const name = "whole"
	req := &api.CreateRequest{Model: name, From: longModel, Template: wholeTemplate}
	if err := client.Create(t.Context(), req, func(api.ProgressResponse) error { return nil }); err != nil {
		t.Fatal(err)
	}
	return name
}
