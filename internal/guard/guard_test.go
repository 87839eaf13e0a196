package guard_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/guard"
)

// get reads what h answers to a request that x follows.
func get(t *testing.T, x *guard.Exchange, h http.HandlerFunc) (string, error) {
	t.Helper()
	s := httptest.NewServer(h)
	defer s.Close()
	base, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return read(guard.Follow(t.Context(), x), guard.NewClient(base, 2, guard.Limits{}), s.URL)
}

func read(ctx context.Context, c *http.Client, address string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	resp, err := c.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return string(text), err
}

// drip sends a byte at a time until the client goes away.
func drip(w http.ResponseWriter, r *http.Request) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for r.Context().Err() == nil {
		_, _ = w.Write([]byte(" "))
		w.(http.Flusher).Flush()
		<-tick.C
	}
}

func TestEveryPartOfAnAnswerHasItsLimit(t *testing.T) {
	const short, long = 60 * time.Millisecond, time.Minute
	hang := func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	begin := func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("a"))
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
	for name, c := range map[string]struct {
		x     *guard.Exchange
		h     http.HandlerFunc
		phase guard.Phase
	}{
		"no answer":                  {&guard.Exchange{Limits: guard.Limits{First: short, Idle: long}}, hang, guard.First},
		"silent in the middle":       {&guard.Exchange{Limits: guard.Limits{First: long, Idle: short}}, begin, guard.Idle},
		"a byte at a time, for ever": {&guard.Exchange{Limits: guard.Limits{First: long, Idle: long, Total: short}}, drip, guard.Total},
		"no answer in all the time":  {&guard.Exchange{Limits: guard.Limits{Total: short}}, hang, guard.First},
		"bytes that say nothing":     {&guard.Exchange{Limits: guard.Limits{First: short, Idle: long}, ByHand: true}, drip, guard.First},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := get(t, c.x, c.h)
			var late *guard.Timeout
			if !errors.As(err, &late) || late.Phase != c.phase || late.Limit != short {
				t.Errorf("%v", err)
			}
			if !errors.As(c.x.Err(), &late) {
				t.Errorf("the exchange ended with %v", c.x.Err())
			}
		})
	}
}

func TestAnAnswerThatIsTooLongEndsWithWords(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(make([]byte, 64<<20))
	_ = z.Close()
	for name, c := range map[string]struct {
		limits guard.Limits
		h      http.HandlerFunc
		words  string
	}{
		"the whole": {guard.Limits{Bytes: 1000}, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1001)) }, "answer is longer than 1000 bytes"},
		"a line": {guard.Limits{Line: 1000}, func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "ok\n"+strings.Repeat("x", 1001)+"\nok\n")
		}, "line of the answer is longer than 1000 bytes"},
		"compressed although nobody asked for that": {guard.Limits{Bytes: 1000}, func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Accept-Encoding") != "" {
				t.Errorf("asked for %s", r.Header.Get("Accept-Encoding"))
			}
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(packed.Bytes())
		}, "answer is longer than 1000 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			text, err := get(t, &guard.Exchange{Limits: c.limits}, c.h)
			if !errors.As(err, new(*guard.TooLong)) || !strings.Contains(err.Error(), c.words) || len(text) > 1100 {
				t.Errorf("%d bytes, %v", len(text), err)
			}
		})
	}
	if text, err := get(t, &guard.Exchange{Limits: guard.Limits{Bytes: 1000, Line: 998}}, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, strings.Repeat("x", 998)+"\n\n")
	}); err != nil || len(text) != 1000 {
		t.Errorf("at its limits: %d bytes, %v", len(text), err)
	}
}

func TestASlowServerIsReportedOnceAndAFastOneNever(t *testing.T) {
	var slow atomic.Int32
	said := make(chan struct{})
	x := func(after time.Duration) *guard.Exchange {
		return &guard.Exchange{SlowAfter: after, Slow: func() { slow.Add(1); close(said) }}
	}
	text, err := get(t, x(time.Millisecond), func(w http.ResponseWriter, _ *http.Request) {
		<-said
		_, _ = io.WriteString(w, "here")
	})
	if err != nil || text != "here" || slow.Load() != 1 {
		t.Errorf("%q, %v, reported %d times", text, err, slow.Load())
	}
	if _, err := get(t, x(time.Hour), func(http.ResponseWriter, *http.Request) {}); err != nil || slow.Load() != 1 {
		t.Errorf("%v, reported %d times", err, slow.Load())
	}
}

func TestOnlyTheConfiguredAddressIsReached(t *testing.T) {
	var asked atomic.Bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Store(true) }))
	defer other.Close()
	t.Setenv("HTTP_PROXY", other.URL)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	}))
	defer s.Close()
	base, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := guard.NewClient(base, 2, guard.Limits{Total: time.Minute})
	_, err = read(t.Context(), c, s.URL)
	if moved, ok := errors.AsType[*guard.Redirected](err); !ok || moved.Status != http.StatusTemporaryRedirect || moved.To != other.URL || asked.Load() {
		t.Errorf("%v, the redirect was followed: %v", err, asked.Load())
	}
	if _, err := read(t.Context(), c, other.URL); err == nil || asked.Load() {
		t.Errorf("%v, another address was reached: %v", err, asked.Load())
	}
}

// A server that changes to another protocol keeps the connection, and nothing would end
// the wait for its body.
func TestAnotherProtocolIsNotWaitedFor(t *testing.T) {
	done := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		fmt.Fprint(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
		<-done
	}))
	defer s.Close()
	defer close(done)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	_, err = guard.NewClient(u, 1, guard.Limits{}).Get(s.URL)
	if moved, ok := errors.AsType[*guard.Redirected](err); !ok || moved.Status != http.StatusSwitchingProtocols {
		t.Errorf("error %v", err)
	}
}

func TestARequestThatNothingFollowsHasTheUsualLimits(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(drip))
	defer s.Close()
	base, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	_, err = read(t.Context(), guard.NewClient(base, 2, guard.Limits{Total: 50 * time.Millisecond}), s.URL)
	if !errors.As(err, new(*guard.Timeout)) {
		t.Errorf("%v", err)
	}
}

func TestAnErrorWithoutABodySaysItsStatus(t *testing.T) {
	text, err := get(t, &guard.Exchange{}, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	if err != nil || text != `{"error":"HTTP 403 with an empty body"}` {
		t.Errorf("%s, %v", text, err)
	}
}
