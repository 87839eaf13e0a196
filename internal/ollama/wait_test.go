package ollama_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/ollama"
)

// limited returns a client with limits of a fraction of a second.
func limited(t *testing.T, h http.Handler) *ollama.Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	const short = 100 * time.Millisecond
	return ollama.New(u, ollama.Options{FirstToken: 5 * short, Idle: short, Load: 5 * short, Lookup: short})
}

// hangs takes a request and says nothing; drips says a byte at a time.
func hangs(_ http.ResponseWriter, r *http.Request) { stall(r) }

func drips(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for r.Context().Err() == nil {
		fmt.Fprint(w, " ")
		w.(http.Flusher).Flush()
		<-tick.C
	}
}

var m = llm.Model{Name: "m", NumCtx: 100, NumPredict: 50}

// requests are all that a client asks of a server.
var requests = map[string]func(context.Context, *ollama.Client) error{
	"version":   func(ctx context.Context, c *ollama.Client) error { _, err := c.Version(ctx); return err },
	"probe":     func(ctx context.Context, c *ollama.Client) error { return c.Probe(ctx) },
	"list":      func(ctx context.Context, c *ollama.Client) error { _, err := c.List(ctx); return err },
	"inspect":   func(ctx context.Context, c *ollama.Client) error { _, err := c.Inspect(ctx, "m"); return err },
	"cloud":     func(ctx context.Context, c *ollama.Client) error { _, err := c.CloudStatus(ctx); return err },
	"loaded":    func(ctx context.Context, c *ollama.Client) error { _, err := c.Loaded(ctx); return err },
	"resident":  func(ctx context.Context, c *ollama.Client) error { _, err := c.Resident(ctx, m); return err },
	"load":      func(ctx context.Context, c *ollama.Client) error { return c.Load(ctx, m) },
	"unload":    func(ctx context.Context, c *ollama.Client) error { return c.Unload(ctx, m) },
	"continues": func(ctx context.Context, c *ollama.Client) error { _, err := c.Continues(ctx, m); return err },
	"delete":    func(ctx context.Context, c *ollama.Client) error { return c.Delete(ctx, "m") },
	"create": func(ctx context.Context, c *ollama.Client) error {
		return c.Create(ctx, "m", strings.NewReader("GGUF"), "", nil)
	},
	"generate": func(ctx context.Context, c *ollama.Client) error {
		_, err := generate(ctx, c, func(llm.Chunk) error { return nil })
		return err
	},
}

// The server as a whole has stopped, as after kill -STOP, or drips: no request
// waits forever, and each is a pause, which the engine waits out.
func TestAServerThatTakesEveryConnectionAndAnswersNoneIsAPause(t *testing.T) {
	for how, h := range map[string]http.HandlerFunc{"hangs": hangs, "drips": drips} {
		for name, ask := range requests {
			t.Run(how+"/"+name, func(t *testing.T) {
				t.Parallel()
				err := ask(t.Context(), limited(t, h))
				var f *llm.Fault
				if !errors.As(err, &f) || f.Kind != llm.FaultPause {
					t.Errorf("%v", err)
				}
				if ollama.Silent(err) && len(hint.Of(err)) == 0 {
					t.Errorf("no hint: %v", err)
				}
			})
		}
	}
}

// A lookup hangs and the server says its version all the same.
func TestALookupThatHangsAloneEndsToo(t *testing.T) {
	for how, h := range map[string]http.HandlerFunc{"hangs": hangs, "drips": drips} {
		for name, path := range map[string]string{"list": "/api/tags", "inspect": "/api/show", "resident": "/api/ps", "loaded": "/api/ps", "cloud": "/api/status"} {
			t.Run(how+"/"+name, func(t *testing.T) {
				t.Parallel()
				mux := http.NewServeMux()
				mux.HandleFunc("/api/version", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"version":"0.17.4"}`) })
				mux.HandleFunc("/api/tags", func(w http.ResponseWriter, _ *http.Request) {
					fmt.Fprint(w, `{"models":[{"name":"m:latest","size":1000000,"details":{"format":"gguf"}}]}`)
				})
				over := http.NewServeMux()
				over.Handle("/", mux)
				over.HandleFunc(path, h)
				err := requests[name](t.Context(), limited(t, over))
				if !ollama.Silent(err) || !strings.Contains(err.Error(), "does not answer") {
					t.Errorf("%v", err)
				}
			})
		}
	}
}

func TestACancelEndsARequestThatHangs(t *testing.T) {
	stop := errors.New("stop it")
	for name, ask := range requests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancelCause(t.Context())
			s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { cancel(stop); stall(r) }))
			t.Cleanup(s.Close)
			u, err := url.Parse(s.URL)
			if err != nil {
				t.Fatal(err)
			}
			if err := ask(ctx, ollama.New(u, ollama.Options{})); !errors.Is(err, stop) || errors.As(err, new(*llm.Fault)) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestLinesWithoutTextAreASilence(t *testing.T) {
	for name, c := range map[string]struct{ first, line string }{
		"empty": {chunk("It begins"), chunk("")}, "white space": {chunk("It begins"), chunk(" \t")},
		"empty thinking": {chunk("It begins"), `{"message":{"role":"assistant","content":"","thinking":"\n"},"done":false}` + "\n"},
		// The time for the queue and the prompt is over when a line comes.
		"from the beginning": {"", chunk("")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := client(t, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				tick := time.NewTicker(5 * time.Millisecond)
				defer tick.Stop()
				fmt.Fprint(w, c.first)
				for r.Context().Err() == nil {
					fmt.Fprint(w, c.line)
					w.(http.Flusher).Flush()
					<-tick.C
				}
			})
			_, err := generate(t.Context(), client, func(llm.Chunk) error { return nil })
			var f *llm.Fault
			if !errors.As(err, &f) || f.Trouble != llm.Hang || !strings.Contains(err.Error(), "silent") {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestABlankLineIsAnErrorWithWords(t *testing.T) {
	_, err := generate(t.Context(), client(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, chunk("a"), "\n", last) }),
		func(llm.Chunk) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "blank line") {
		t.Errorf("%v", err)
	}
}

func TestALineOrAnAnswerThatIsTooLongIsAnErrorWithWords(t *testing.T) {
	long := strings.Repeat("x", 9_000_000) // more than the client package reads
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, chunk("a"), chunk(long), last) }))
	defer s.Close()
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	_, err = generate(t.Context(), ollama.New(u, ollama.Options{}), func(llm.Chunk) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "line of the answer is longer than") {
		t.Errorf("a line: %v", err)
	}
	var sent atomic.Int64
	for name, path := range map[string]string{"list": "/api/tags", "inspect": "/api/tags", "resident": "/api/ps", "cloud": "/api/status"} {
		c := client(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != path {
				t.Errorf("asked for %s", r.URL.Path)
			}
			fmt.Fprint(w, `{"x":"`)
			for r.Context().Err() == nil && sent.Load() < 1<<30 {
				n, err := io.WriteString(w, long)
				sent.Add(int64(n))
				if err != nil {
					return
				}
			}
		})
		sent.Store(0)
		err := requests[name](t.Context(), c)
		var f *llm.Fault
		if !errors.As(err, &f) || f.Kind != llm.FaultRun || !strings.Contains(err.Error(), "longer than") || sent.Load() > 200<<20 {
			t.Errorf("%s: %d bytes, %v", name, sent.Load(), err)
		}
	}
}

// A connection that breaks twice costs no model; a third time, a person reads what to
// look at.
func TestALookupWhoseConnectionBreaksIsMadeAgain(t *testing.T) {
	answers := map[string]string{
		"/api/version": `{"version":"0.17.4"}`, "/api/tags": `{"models":[{"name":"m:latest","size":1000000,"details":{"format":"gguf"}}]}`,
		"/api/show": `{"modelfile":"FROM /x","details":{"format":"gguf"}}`,
	}
	for _, c := range []struct {
		breaks int
		fails  bool
	}{{2, false}, {3, true}} {
		var mu sync.Mutex
		asked := map[string]int{}
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			asked[r.URL.Path]++
			n := asked[r.URL.Path]
			mu.Unlock()
			if n <= c.breaks {
				abort(w)
			}
			fmt.Fprint(w, answers[r.URL.Path])
		}))
		t.Cleanup(s.Close)
		u, err := url.Parse(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		client := ollama.New(u, ollama.Options{})
		for _, name := range []string{"version", "inspect"} {
			err := requests[name](t.Context(), client)
			if (err != nil) != c.fails || c.fails && !strings.Contains(strings.Join(hint.Of(err), ""), "the server's log") {
				t.Errorf("%s, after %d breaks: %v, hints %q", name, c.breaks, err, hint.Of(err))
			}
		}
	}
}
