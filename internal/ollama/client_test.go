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
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/ollama"
)

// client returns a client of a server that chats with h and is there when
// probed.
func client(t *testing.T, h http.HandlerFunc) *ollama.Client {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/api/version", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"version":"0.17.4"}`) })
	mux.Handle("/", h)
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return ollama.New(u, ollama.Options{FirstToken: 300 * time.Millisecond, Idle: 300 * time.Millisecond})
}

func generate(ctx context.Context, c *ollama.Client, fn func(llm.Chunk) error) (llm.Usage, error) {
	m := llm.Model{Name: "m", NumCtx: 100, NumPredict: 50}
	return c.Generate(ctx, llm.Request{Model: m, Messages: llm.Messages{User: "hello"}, Seed: 1}, fn)
}

func chunk(text string) string {
	return fmt.Sprintf(`{"message":{"role":"assistant","content":%q},"done":false}`+"\n", text)
}

const last = `{"message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","prompt_eval_count":5,"eval_count":2}` + "\n"

// stall waits for the client to go away. The body must be read for that: the
// server looks for the connection's end only behind it.
func stall(r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

func abort(w http.ResponseWriter) {
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

// Each server does what the client package reports as success, or hardly
// reports at all.
func TestWhatAServerDoesBecomesTheRightKindOfFault(t *testing.T) {
	body := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) }
	}
	for name, c := range map[string]struct {
		h    http.HandlerFunc
		kind llm.FaultKind
		text string
	}{
		"the repeat guard ends the reply": {body(chunk("a")), llm.FaultRetry, "repeated itself"},
		"the connection breaks":           {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, chunk("a")); abort(w) }, llm.FaultRetry, "EOF"},
		"the connection breaks in a line": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, chunk("a")+`{"mess`); abort(w) }, llm.FaultRetry, "EOF"},
		"an error in the middle":          {body(chunk("a") + `{"error":"an error was encountered while running the model: unexpected EOF"}` + "\n"), llm.FaultRetry, "running the model"},
		"silence before the first token":  {func(_ http.ResponseWriter, r *http.Request) { stall(r) }, llm.FaultRetry, "no answer within"},
		"silence between tokens": {func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, chunk("a"))
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, llm.FaultRetry, "silent"},
		"a reply from another machine": {body(`{"message":{"content":"a"},"remote_host":"https://ollama.com","remote_model":"x"}` + "\n"), llm.FaultRun, "another machine"},
		"an unknown end":               {body(chunk("a") + strings.Replace(last, "stop", "unload", 1)), llm.FaultRetry, "unload"},
		"a window that overflowed":     {body(chunk("a") + strings.Replace(last, `"prompt_eval_count":5,"eval_count":2`, `"prompt_eval_count":90,"eval_count":50`, 1)), llm.FaultRetry, "forgot"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := generate(t.Context(), client(t, c.h), func(llm.Chunk) error { return nil })
			var f *llm.Fault
			if !errors.As(err, &f) {
				t.Fatalf("no fault: %v", err)
			}
			if f.Kind != c.kind || !strings.Contains(err.Error(), c.text) {
				t.Errorf("%s: %v", f.Kind, err)
			}
		})
	}
}

func TestNobodyAtTheAddressIsAPause(t *testing.T) {
	s := httptest.NewServer(nil)
	u, _ := url.Parse(s.URL)
	s.Close()
	_, err := generate(t.Context(), ollama.New(u, ollama.Options{}), func(llm.Chunk) error { return nil })
	var f *llm.Fault
	if !errors.As(err, &f) || f.Kind != llm.FaultPause {
		t.Errorf("%v", err)
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	asked := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer other.Close()
	c := client(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	})
	if _, err := generate(t.Context(), c, func(llm.Chunk) error { return nil }); err == nil || asked {
		t.Errorf("error %v, the prompt went elsewhere: %v", err, asked)
	}
}

func TestAWholeReplyComesWithTheServersCounts(t *testing.T) {
	var text string
	u, err := generate(t.Context(), client(t, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, chunk("a"), chunk("b"), last)
	}), func(c llm.Chunk) error { text += c.Content; return nil })
	if err != nil || text != "ab" || u.EvalCount != 2 || u.PromptEvalCount != 5 || u.DoneReason != "stop" || u.Estimated {
		t.Errorf("%q, %+v, %v", text, u, err)
	}
}

func TestAStoppedReplyBringsTheCountsWhenItsEndFollowsAndIsCancelledElse(t *testing.T) {
	stop := func(llm.Chunk) error { return llm.ErrStop }
	u, err := generate(t.Context(), client(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, chunk("a"), chunk("b"), last) }), stop)
	if err != nil || u.Estimated || u.EvalCount != 2 {
		t.Errorf("%+v, %v", u, err)
	}
	gone := make(chan struct{})
	u, err = generate(t.Context(), client(t, func(w http.ResponseWriter, r *http.Request) {
		defer close(gone)
		_, _ = io.Copy(io.Discard, r.Body)
		for r.Context().Err() == nil {
			fmt.Fprint(w, chunk("and on "))
			w.(http.Flusher).Flush()
		}
	}), stop)
	if err != nil || !u.Estimated || u.EvalCount == 0 {
		t.Errorf("%+v, %v", u, err)
	}
	<-gone
}

// A text that is complete stays one, whatever comes behind its end, but what
// failed there is known.
func TestAnErrorAfterACompleteTextLeavesATrace(t *testing.T) {
	stop := func(llm.Chunk) error { return llm.ErrStop }
	for name, c := range map[string]struct {
		then func(http.ResponseWriter)
		want string
	}{
		"an error":              {func(w http.ResponseWriter) { fmt.Fprintln(w, `{"error":"llama runner process has terminated"}`) }, "runner process has terminated"},
		"a broken connection":   {func(w http.ResponseWriter) { abort(w) }, "the connection broke"},
		"a call of a tool":      {func(w http.ResponseWriter) { fmt.Fprintln(w, `{"message":{"tool_calls":[{"function":{"name":"f"}}]}}`) }, "tool call"},
		"a web page":            {func(w http.ResponseWriter) { fmt.Fprintln(w, `<html>`) }, "answers with a web page"},
		"the end":               {func(w http.ResponseWriter) { fmt.Fprint(w, last) }, ""},
		"more, and then an end": {func(w http.ResponseWriter) { fmt.Fprint(w, chunk("b"), last) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			u, err := generate(t.Context(), client(t, func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprint(w, chunk("a"))
				c.then(w)
			}), stop)
			if err != nil || !strings.Contains(u.AfterEnd, c.want) || (u.AfterEnd == "") != (c.want == "") {
				t.Errorf("%q, %v; want %q", u.AfterEnd, err, c.want)
			}
		})
	}
}

// A slow reply is cancelled in the middle of a token's time, a fast one is
// read to its end: the server could lose a slot over it.
func TestAHopelessReplyIsCancelledUnlessItsTokensComeTooFast(t *testing.T) {
	abort := func(llm.Chunk) error { return llm.ErrAbort }
	gone := make(chan struct{})
	u, err := generate(t.Context(), client(t, func(w http.ResponseWriter, r *http.Request) {
		defer close(gone)
		_, _ = io.Copy(io.Discard, r.Body)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for r.Context().Err() == nil {
			fmt.Fprint(w, chunk("and on "))
			w.(http.Flusher).Flush()
			<-tick.C
		}
	}), abort)
	if err != nil || !u.Estimated || u.EvalCount < 2 || u.EvalCount > 20 {
		t.Errorf("slow: %+v, %v", u, err)
	}
	<-gone
	u, err = generate(t.Context(), client(t, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, strings.Repeat(chunk("and on "), 40), last)
	}), abort)
	if err != nil || u.Estimated || u.DoneReason != "stop" {
		t.Errorf("fast: %+v, %v", u, err)
	}
}

func TestACancelledRequestIsNoFault(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	_, err := generate(ctx, client(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, chunk("a"))
		w.(http.Flusher).Flush()
		stall(r)
	}), func(llm.Chunk) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) || errors.As(err, new(*llm.Fault)) {
		t.Errorf("%v", err)
	}
}

func TestAddressesOfServers(t *testing.T) {
	for in, want := range map[string]string{
		"": "http://127.0.0.1:11434", "1.2.3.4": "http://1.2.3.4:11434", "1.2.3.4:5": "http://1.2.3.4:5", ":5": "http://127.0.0.1:5",
		"0.0.0.0": "http://127.0.0.1:11434", "http://h": "http://h:80", "HTTPS://h": "https://h:443", "http://h/x/": "http://h:80/x", " \"h:1\" ": "http://h:1",
		"[::1]:7": "http://[::1]:7", "::1": "http://[::1]:11434", "localhost": "http://localhost:11434",
	} {
		if u, err := ollama.ParseHost(in); err != nil || u.String() != want {
			t.Errorf("%q: %v, %v, want %s", in, u, err, want)
		}
	}
	for _, in := range []string{"h:99999", "h:x", "http://u:p@h:1", "ollama.com", "https://api.ollama.com", "ftp://h", "a b"} {
		if u, err := ollama.ParseHost(in); err == nil {
			t.Errorf("%q became %v", in, u)
		}
	}
}
