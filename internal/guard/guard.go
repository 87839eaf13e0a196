package guard

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
	"time"

	"github.com/nightpress/nightpress/internal/crash"
)

// NewClient returns a client of the server at base, for so many connections at
// once. usual bounds the requests that no Exchange follows.
func NewClient(base *url.URL, connections int, usual Limits) *http.Client {
	return &http.Client{
		Transport: &roundTripper{newTransport(base, connections), usual},
		// A redirect would send the prompt elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// newTransport returns a transport that reaches one address and nothing else:
// no proxy, no redirect (see NewClient), no other host whatever a URL says.
func newTransport(base *url.URL, connections int) *http.Transport {
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	return &http.Transport{
		Proxy: nil,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if addr != base.Host {
				return nil, fmt.Errorf("refused to connect to %s: only %s is configured", addr, base.Host)
			}
			return dialer.DialContext(ctx, network, addr)
		},
		// With the default of two idle connections, nearly every request would
		// open a new one.
		MaxIdleConnsPerHost: connections,
		MaxConnsPerHost:     connections,
		IdleConnTimeout:     90 * time.Second,
		TLSHandshakeTimeout: 10 * time.Second,
		// A compressed answer of a few megabytes can unpack to gigabytes. A
		// server that is near enough to run a model does not need to compress.
		DisableCompression: true,
	}
}

// Redirected is the error of a server that sends a request elsewhere, or changes to
// another protocol (HTTP 101). A client package could take such an answer for a whole
// reply.
type Redirected struct {
	Status int
	// To is the target as the server wrote it. It may be empty.
	To string
}

func (r *Redirected) Error() string {
	if r.To == "" {
		return fmt.Sprintf("HTTP %d", r.Status)
	}
	return fmt.Sprintf("HTTP %d to %s", r.Status, r.To)
}

// roundTripper works between a client and the transport.
type roundTripper struct {
	next  http.RoundTripper
	usual Limits
}

func (r *roundTripper) RoundTrip(req *http.Request) (*http.Response, error) {
	x, _ := req.Context().Value(exchangeKey{}).(*Exchange)
	if x == nil {
		x = &Exchange{Limits: r.usual}
	}
	ctx, cancel := context.WithCancelCause(req.Context())
	x.err = errNoBody
	x.watch(cancel)
	if x.Slow != nil {
		slow := time.AfterFunc(x.SlowAfter, crash.Caught(x.Slow, cancel))
		defer slow.Stop()
	}
	resp, err := r.next.RoundTrip(req.WithContext(ctx))
	if err != nil {
		x.watchdog.stop()
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		cancel(nil)
		x.err = err
		return nil, err
	}
	// After HTTP 101, which was not asked for, a body is the bare connection, and the end
	// of the context does not end it (net/http, Go 1.26).
	if to := resp.Header.Get("Location"); resp.StatusCode/100 == 3 || resp.StatusCode == http.StatusSwitchingProtocols {
		x.watchdog.stop()
		cancel(nil)
		x.err = &Redirected{resp.StatusCode, to}
		return nil, errors.Join(x.err, resp.Body.Close())
	}
	resp.Body = &body{ReadCloser: resp.Body, exchange: x, ctx: ctx, cancel: cancel}
	return named(resp), nil
}

// body records how a response's body ended, which a client package may hide. It ends a
// body that is silent, late, or too long.
type body struct {
	io.ReadCloser
	exchange   *Exchange
	ctx        context.Context // of the one request that a body is for
	cancel     context.CancelCauseFunc
	read, line int64
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if long := b.count(p[:n]); long != nil {
		b.exchange.err = long
		b.cancel(long)
		return 0, long
	}
	switch {
	case err == io.EOF:
		b.exchange.err = nil
	case err != nil:
		if cause := context.Cause(b.ctx); cause != nil {
			err = cause
		}
		b.exchange.err = err
	case n > 0:
		b.exchange.err = errNotEnded
		if !b.exchange.ByHand {
			b.exchange.Heard()
		}
	}
	return n, err
}

// count returns an error once the body, or a line of it, is too long.
func (b *body) count(p []byte) error {
	limits := b.exchange.Limits
	b.read += int64(len(p))
	if limits.Bytes > 0 && b.read > limits.Bytes {
		return &TooLong{Limit: limits.Bytes}
	}
	if limits.Line == 0 {
		return nil
	}
	for rest := p; ; {
		end := bytes.IndexByte(rest, '\n')
		if end < 0 {
			b.line += int64(len(rest))
			break
		}
		if b.line+int64(end) > limits.Line {
			return &TooLong{Limit: limits.Line, Line: true}
		}
		b.line, rest = 0, rest[end+1:]
	}
	if b.line > limits.Line {
		return &TooLong{Limit: limits.Line, Line: true}
	}
	return nil
}

func (b *body) Close() error {
	b.exchange.watchdog.stop()
	b.cancel(nil)
	return b.ReadCloser.Close()
}

// EmptyBody is part of the text of an error response that had no body.
const EmptyBody = "an empty body"

// named gives an error response without a body one that says its status: a
// client package may take an empty body for success (ollama's api/client.go,
// v0.17.4).
func named(resp *http.Response) *http.Response {
	if resp.StatusCode < http.StatusBadRequest {
		return resp
	}
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if len(bytes.TrimSpace(text)) == 0 {
		text, _ = json.Marshal(map[string]string{"error": fmt.Sprintf("HTTP %d with %s", resp.StatusCode, EmptyBody)})
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{bytes.NewReader(text), resp.Body}
	return resp
}
