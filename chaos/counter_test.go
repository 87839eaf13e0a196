//go:build linux

package chaos

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// counter is a door before the server that counts who asks for what.
type counter struct {
	addr string
	door http.Handler
	mu   sync.Mutex
	// asked counts the requests for a post, by topic and model.
	asked map[string]int
	total int
	// arrives, when set, is told of each request before it is passed on, and
	// flows of each piece of a reply. When flows returns false, nothing more of
	// the reply comes.
	arrives func(step)
	flows   func() bool
	// deadly, when set, is the topic that kill is called for, in the middle of its
	// reply.
	deadly string
	kill   func()
}

// step is what a request is for.
type step string

const (
	atVersion step = "version"
	atTags    step = "tags"
	atShow    step = "show"
	atPs      step = "ps"
	atLoad    step = "load"
	atUnload  step = "unload"
	// atReply is before the first token of a reply, inReply after some.
	atReply step = "before the first token"
	inReply step = "in mid-stream"
)

var topicNumber = regexp.MustCompile(`chaos topic \d+`)

func newCounter(t *testing.T, s *server) *counter {
	t.Helper()
	c := &counter{asked: map[string]int{}}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: s.addr})
	proxy.FlushInterval = -1
	proxy.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
	proxy.ErrorLog = silent
	c.door = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at := c.count(r)
		c.mu.Lock()
		arrives := c.arrives
		c.mu.Unlock()
		if arrives != nil {
			arrives(at)
		}
		if at == atReply {
			w = &flow{w, c, r.Context().Done(), c.killer(r)}
		}
		proxy.ServeHTTP(w, r)
	})
	c.addr = c.open(t, nil)
	return c
}

// open opens another door, at a listener or on the loopback, and returns its address.
func (c *counter) open(t *testing.T, l net.Listener) (addr string) {
	t.Helper()
	door := httptest.NewUnstartedServer(c.door)
	if l != nil {
		door.Listener.Close()
		door.Listener = l
	}
	// A reply that breaks off is told by breaking off, and logged.
	door.Config.ErrorLog = silent
	door.Start()
	t.Cleanup(door.Close)
	return door.Listener.Addr().String()
}

// flow is a reply on its way.
type flow struct {
	http.ResponseWriter
	c    *counter
	gone <-chan struct{}
	kill func() // nil for most
}

func (f *flow) Unwrap() http.ResponseWriter { return f.ResponseWriter }

func (f *flow) Write(p []byte) (int, error) {
	n, err := f.ResponseWriter.Write(p)
	if f.kill != nil {
		f.kill()
	}
	f.c.mu.Lock()
	flows := f.c.flows
	f.c.mu.Unlock()
	if flows != nil && !flows() {
		<-f.gone
	}
	return n, err
}

// killer returns what ends the server in the reply to this request; nil for most.
func (c *counter) killer(r *http.Request) func() {
	if c.deadly == "" {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil || topicNumber.FindString(string(body)) != c.deadly {
		return nil
	}
	return sync.OnceFunc(c.kill)
}

// strike sets what is done to the requests that come from now on.
func (c *counter) strike(arrives func(step), flows func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.arrives, c.flows = arrives, flows
}

// count says what a request is for, and looks for the topic that a chat is about;
// a load has no message.
func (c *counter) count(r *http.Request) step {
	if r.URL.Path != "/api/chat" {
		return step(strings.TrimPrefix(r.URL.Path, "/api/"))
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return ""
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	var chat struct {
		Model     string
		Messages  []struct{ Content string }
		KeepAlive json.RawMessage `json:"keep_alive"`
		Render    bool            `json:"_debug_render_only"`
	}
	switch {
	case json.Unmarshal(body, &chat) != nil || chat.Render:
		return ""
	case len(chat.Messages) == 0 && strings.Trim(string(chat.KeepAlive), `"0s`) == "":
		return atUnload
	case len(chat.Messages) == 0:
		return atLoad
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked[strings.TrimSuffix(chat.Model, ":latest")+" "+topicNumber.FindString(string(body))]++
	c.total++
	return atReply
}

// requests is how many posts were asked for so far.
func (c *counter) requests() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.total
}

// of is how often one post was asked for.
func (c *counter) of(model, topic string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.asked[model+" "+topic]
}

// perTopic is how often each topic was asked for so far.
func (c *counter) perTopic(model string) map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := map[string]int{}
	for k, n := range c.asked {
		if topic, ok := strings.CutPrefix(k, model+" "); ok {
			all[topic] = n
		}
	}
	return all
}
