package ollama

import (
	"bytes"
	"io"
	"net/http"

	"github.com/nightpress/nightpress/internal/secret"
)

// withHeaders adds headers to each request. Their values are secrets: what an
// answer with an error repeats of them is masked before anybody reads it.
type withHeaders struct {
	next    http.RoundTripper
	headers map[string]string
}

func (h *withHeaders) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	for name, value := range h.headers {
		r.Header.Set(name, value)
	}
	resp, err := h.next.RoundTrip(r)
	if err != nil || resp.StatusCode < http.StatusBadRequest {
		return resp, err
	}
	resp.Body = h.masked(resp.Body)
	return resp, nil
}

// mostMasked bounds what is read of an answer with an error, in bytes.
const mostMasked = 64 << 10

// masked returns a body without the secrets.
func (h *withHeaders) masked(body io.ReadCloser) io.ReadCloser {
	text, err := io.ReadAll(io.LimitReader(body, mostMasked))
	for _, value := range h.headers {
		text = bytes.ReplaceAll(text, []byte(value), []byte(secret.Masked))
		if _, token, ok := bytes.Cut([]byte(value), []byte(" ")); ok && len(token) > 0 {
			text = bytes.ReplaceAll(text, token, []byte(secret.Masked))
		}
	}
	rest := io.Reader(bytes.NewReader(text))
	if err != nil {
		rest = io.MultiReader(rest, failing{err})
	}
	return struct {
		io.Reader
		io.Closer
	}{rest, body}
}

// failing is a reader that fails.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
