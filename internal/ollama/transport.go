package ollama

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"
)

// newTransport returns a transport that reaches one address and nothing else:
// no proxy, no redirect (see New), no other host whatever a URL says.
func newTransport(base *url.URL, workers int) *http.Transport {
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	return &http.Transport{
		Proxy: nil,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if addr != base.Host {
				return nil, fmt.Errorf("refused to connect to %s: only %s is configured", addr, base.Host)
			}
			return dialer.DialContext(ctx, network, addr)
		},
		// One connection a worker and a few for looking: the default of two
		// idle ones closes and opens a connection for nearly every request.
		MaxIdleConnsPerHost: workers + 4,
		MaxConnsPerHost:     workers + 4,
		IdleConnTimeout:     90 * time.Second,
		TLSHandshakeTimeout: 10 * time.Second,
	}
}

// stream follows the body of one response. It is made by the caller, handed
// down in the context, and read after the call.
type stream struct {
	// first bounds the silence before the first byte of the body, idle the one
	// between later bytes.
	first, idle time.Duration
	// more, when set, is asked once first is over how much longer to wait for a
	// request that has lasted so long.
	more func(lasted time.Duration) time.Duration
	// vigil is nil until the request is sent.
	vigil *vigil
	// err is how the body ended; nil only after a clean end.
	err error
	// began is set by the first byte.
	began atomic.Bool
}

type streamKey struct{}

// guard is the RoundTripper between the client package and the transport.
type guard struct{ next http.RoundTripper }

func (g guard) RoundTrip(req *http.Request) (*http.Response, error) {
	s, _ := req.Context().Value(streamKey{}).(*stream)
	if s == nil {
		resp, err := g.next.RoundTrip(req)
		return named(resp), err
	}
	ctx, cancel := context.WithCancelCause(req.Context())
	s.err = errNoBody
	s.watch(cancel)
	resp, err := g.next.RoundTrip(req.WithContext(ctx))
	if err != nil {
		s.vigil.stop()
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		cancel(nil)
		s.err = err
		return nil, err
	}
	resp.Body = &body{ReadCloser: resp.Body, stream: s, ctx: ctx, cancel: cancel}
	return named(resp), nil
}

// watch cancels a request that is silent for too long.
func (s *stream) watch(cancel context.CancelCauseFunc) {
	s.vigil = keepVigil(s.first, func(lasted time.Duration) time.Duration {
		if s.more != nil && !s.began.Load() {
			if d := s.more(lasted); d > 0 {
				return d
			}
		}
		cancel(s.silence())
		return 0
	})
}

// took is how long the request has lasted; 0 when it was not sent.
func (s *stream) took() time.Duration {
	if s.vigil == nil {
		return 0
	}
	return s.vigil.took()
}

// broke tells whether the body did not come to its end although it was read
// for that.
func (s *stream) broke() bool {
	return s.err != nil && !errors.Is(s.err, errNotEnded) && !errors.Is(s.err, errNoBody)
}

func (s *stream) silence() error {
	if s.began.Load() {
		return &silence{s.idle, false}
	}
	return &silence{s.first, true}
}

var errNoBody = errors.New("no reply came")

// silence is the error of a server that sent nothing for too long.
type silence struct {
	limit time.Duration
	first bool
}

func (s *silence) Error() string {
	if s.first {
		return fmt.Sprintf("no token came within %s", s.limit)
	}
	return fmt.Sprintf("silent for %s in the middle of a reply", s.limit)
}

// body records how a response's body really ended, which the client package
// does not say, and cancels a silent one.
type body struct {
	io.ReadCloser
	stream *stream
	ctx    context.Context
	cancel context.CancelCauseFunc
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	switch {
	case err == io.EOF:
		b.stream.err = nil
	case err != nil:
		b.stream.err = err
		if cause := context.Cause(b.ctx); cause != nil {
			b.stream.err = cause
		}
	case n > 0:
		b.stream.began.Store(true)
		b.stream.vigil.heard(b.stream.idle)
		b.stream.err = errNotEnded
	}
	return n, err
}

var errNotEnded = errors.New("the reply was not read to its end")

func (b *body) Close() error {
	b.stream.vigil.stop()
	b.cancel(nil)
	return b.ReadCloser.Close()
}

const emptyBody = "an empty body"

// named gives an error response without a body one that says its status: the
// client package takes an empty body for success (api/client.go, v0.17.4).
func named(resp *http.Response) *http.Response {
	if resp == nil || resp.StatusCode < http.StatusBadRequest {
		return resp
	}
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if len(bytes.TrimSpace(text)) == 0 {
		text, _ = json.Marshal(map[string]string{"error": fmt.Sprintf("HTTP %d with %s", resp.StatusCode, emptyBody)})
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{bytes.NewReader(text), resp.Body}
	return resp
}
