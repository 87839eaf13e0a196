//go:build linux

package chaos

import (
	"bytes"
	"encoding/json"
	"io"
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
	mu   sync.Mutex
	// asked counts the requests for a post, by topic and model.
	asked map[string]int
	total int
}

var topicNumber = regexp.MustCompile(`chaos topic \d+`)

func newCounter(t *testing.T, s *server) *counter {
	t.Helper()
	c := &counter{asked: map[string]int{}}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: s.addr})
	proxy.FlushInterval = -1
	proxy.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
	door := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.count(r)
		proxy.ServeHTTP(w, r)
	}))
	// A reply that breaks off is told by breaking off, and logged.
	door.Config.ErrorLog, proxy.ErrorLog = silent, silent
	door.Start()
	t.Cleanup(door.Close)
	c.addr = strings.TrimPrefix(door.URL, "http://")
	return c
}

// count looks for the topic that a chat is about; a load has no message.
func (c *counter) count(r *http.Request) {
	if r.URL.Path != "/api/chat" {
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	var chat struct {
		Model    string
		Messages []struct{ Content string }
	}
	if json.Unmarshal(body, &chat) != nil || len(chat.Messages) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked[strings.TrimSuffix(chat.Model, ":latest")+" "+topicNumber.FindString(string(body))]++
	c.total++
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
