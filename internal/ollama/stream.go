package ollama

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/ollama/ollama/api"
	"github.com/ollama/ollama/auth"
	"github.com/ollama/ollama/envconfig"
	"github.com/ollama/ollama/version"
)

// stream sends a chat request and calls fn for each line of the answer. It stands in
// for the method Chat of the client package, which decodes each line twice, takes a
// buffer of 8 MB for each reply, and does not say when the answer breaks off
// (v0.17.4, api/client.go). Its errors are that package's, and a failed read is one
// as well. The size of a line is bounded by the request's guard.Exchange.
func (c *Client) stream(ctx context.Context, req *api.ChatRequest, fn api.ChatResponseFunc) error {
	resp, err := c.post(ctx, "/api/chat", req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	lines := newLines(resp.Body)
	defer lines.release()
	var d decoder
	for {
		line, err := lines.next()
		if err != nil {
			if err == io.EOF {
				return nil
			}
			return err
		}
		if resp.StatusCode >= http.StatusBadRequest {
			return statusError(resp, line)
		}
		r, err := d.decode(line)
		if err != nil {
			return err
		}
		if err := fn(r); err != nil {
			return err
		}
	}
}

// post sends a request as the client package does.
func (c *Client) post(ctx context.Context, path string, body any) (*http.Response, error) {
	data, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	to := c.base.JoinPath(path)
	token := ""
	if envconfig.UseAuth() {
		if token, err = sign(ctx, http.MethodPost, path, to); err != nil {
			return nil, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/x-ndjson")
	req.Header.Set("User-Agent", fmt.Sprintf("ollama/%s (%s %s) Go/%s", version.Version, runtime.GOARCH, runtime.GOOS, runtime.Version()))
	if token != "" {
		req.Header.Set("Authorization", token)
	}
	return c.http.Do(req)
}

// sign signs a request with this machine's key, where OLLAMA_AUTH wants that.
func sign(ctx context.Context, method, path string, to *url.URL) (token string, err error) {
	now := strconv.FormatInt(time.Now().Unix(), 10)
	if token, err = auth.Sign(ctx, fmt.Appendf(nil, "%s,%s?ts=%s", method, path, now)); err != nil {
		return "", err
	}
	q := to.Query()
	q.Set("ts", now)
	to.RawQuery = q.Encode()
	return token, nil
}

// statusError is the error of an answer with an error status. line is its first.
func statusError(resp *http.Response, line []byte) error {
	var said struct {
		Error     string `json:"error"`
		SigninURL string `json:"signin_url"`
	}
	if json.Unmarshal(line, &said) != nil {
		return api.StatusError{StatusCode: resp.StatusCode, Status: resp.Status, ErrorMessage: string(line)}
	}
	if resp.StatusCode == http.StatusUnauthorized {
		return api.AuthorizationError{StatusCode: resp.StatusCode, Status: resp.Status, SigninURL: said.SigninURL}
	}
	return api.StatusError{StatusCode: resp.StatusCode, Status: resp.Status, ErrorMessage: said.Error}
}

// lines reads an answer by lines.
type lines struct {
	r *bufio.Reader
	// long holds a line that is longer than the reader's buffer.
	long []byte
}

// readers holds buffers for reuse. A line of a stream has some 150 bytes.
var readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 16<<10) }}

func newLines(r io.Reader) *lines {
	b := readers.Get().(*bufio.Reader)
	b.Reset(r)
	return &lines{r: b}
}

func (l *lines) release() {
	l.r.Reset(nil)
	readers.Put(l.r)
	l.r = nil
}

// next returns the next line without its end, until the next call. The last line may
// have no end. The error is io.EOF after the last line.
func (l *lines) next() ([]byte, error) {
	line, err := l.r.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		l.long = append(l.long[:0], line...)
		for err == bufio.ErrBufferFull {
			line, err = l.r.ReadSlice('\n')
			l.long = append(l.long, line...)
		}
		line = l.long
	}
	switch {
	case err == io.EOF && len(line) > 0:
	case err != nil:
		return nil, err
	}
	line = bytes.TrimSuffix(line, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r")), nil
}

// decodeAny decodes any line, as the client package does: a line that is no JSON
// is an error with that text, as is what the server says is one.
func decodeAny(line []byte) (r api.ChatResponse, err error) {
	var failed struct {
		Error string `json:"error"`
	}
	if err := json.Unmarshal(line, &failed); err != nil {
		return r, errors.New(string(line))
	}
	if failed.Error != "" {
		return r, errors.New(failed.Error)
	}
	err = json.Unmarshal(line, &r)
	return r, err
}
