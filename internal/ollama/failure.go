package ollama

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/nightpress/nightpress/internal/errtype"
	"github.com/nightpress/nightpress/internal/guard"
	"github.com/ollama/ollama/api"
)

// failure is a failed request as a person reads it: which server and model,
// what it means, and what the server said.
type failure struct {
	// server is a name such as "Ollama at http://127.0.0.1:11434".
	server string
	// model is "" if the failure concerns the server.
	model string
	// means explains the failure in our words. It is "" if only the server's
	// words are known.
	means string
	// said holds the words of the server or of the connection, bounded.
	said string
	// cause is the wrapped error, for errors.As. It never holds text from a
	// server, which has no bound.
	cause error
}

func (f *failure) Error() string {
	var b strings.Builder
	b.WriteString(f.server)
	if f.model != "" {
		b.WriteString(": model " + f.model)
	}
	for i, part := range []string{f.means, f.said} {
		switch {
		case part == "":
		case i == 0 && f.model == "":
			// "Ollama at H does not answer"
			b.WriteString(" " + strings.TrimPrefix(part, "the server "))
		default:
			b.WriteString(": " + part)
		}
	}
	return b.String()
}

func (f *failure) Unwrap() error { return f.cause }

// mostSaid bounds the quoted text of a server, in bytes.
const mostSaid = 4 << 10

// bounded cuts a server's words to mostSaid bytes, at a rune, with a mark. What
// is no text becomes text.
func bounded(s string) string {
	s = strings.TrimSpace(s)
	if len(s) <= mostSaid {
		return strings.ToValidUTF8(s, "\ufffd")
	}
	end := mostSaid
	for end > mostSaid-utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	return fmt.Sprintf("%s [... %d bytes more]", strings.ToValidUTF8(s[:end], "\ufffd"), len(s)-end)
}

// words returns what a server or a connection said, and the error below it that
// code may ask for. The texts of Go's packages name addresses and calls; they
// are replaced.
func words(err error) (said string, cause error) {
	if status, ok := errors.AsType[api.StatusError](err); ok {
		message := strings.TrimSpace(status.ErrorMessage)
		code := fmt.Sprintf("HTTP %d", status.StatusCode)
		if title := pageTitle(message); isPage(strings.ToLower(message)) {
			return fmt.Sprintf("%s and a web page%s", code, title), nil
		}
		if message == "" || strings.HasPrefix(message, code) {
			return bounded(max(message, code)), nil
		}
		return bounded(message + " (" + code + ")"), nil
	}
	if auth, ok := errors.AsType[api.AuthorizationError](err); ok {
		return fmt.Sprintf("HTTP %d", auth.StatusCode), nil
	}
	if text := connectionWords(err); text != "" {
		return text, err
	}
	if out, ok := errors.AsType[*guard.Timeout](err); ok {
		return out.Error(), err
	}
	if long, ok := errors.AsType[*guard.TooLong](err); ok {
		return long.Error(), err
	}
	if moved, ok := errors.AsType[*guard.Redirected](err); ok {
		return bounded(moved.Error()), moved
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		return bounded(u.Err.Error()), u.Err
	}
	if errtype.Is[*json.SyntaxError](err) || errtype.Is[*json.UnmarshalTypeError](err) {
		return bounded("its answer is not the JSON that Ollama sends: " + err.Error()), err
	}
	text := err.Error()
	if isPage(strings.ToLower(text)) {
		return "a web page" + pageTitle(text), nil
	}
	return bounded(text), nil
}

// connectionWords says why there was no connection, or why it broke; "" where
// neither is the case.
func connectionWords(err error) string {
	dns, isDNS := errors.AsType[*net.DNSError](err)
	op, isOp := errors.AsType[*net.OpError](err)
	cert, isCert := errors.AsType[*tls.CertificateVerificationError](err)
	isDial := isOp && op.Op == "dial"
	text := err.Error()
	switch {
	case isDNS && dns.IsNotFound:
		return "no such host: " + dns.Name
	case isDNS:
		return "the name " + dns.Name + " cannot be looked up"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "no route to it"
	case isDial && op.Timeout():
		return "the connection timed out"
	case isDial:
		return op.Err.Error()
	case isCert:
		return "its certificate is not trusted: " + cert.Err.Error()
	case errors.Is(err, http.ErrSchemeMismatch):
		return "it speaks HTTP instead of HTTPS"
	case isNoHTTP(text):
		return "it does not speak HTTP"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection broke (EOF)"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), isClosedIdle(text):
		return "the connection broke"
	case isBadHTTP(text):
		return "its answer is not correct HTTP"
	}
	return ""
}

// isClosedIdle reports whether the server closed the connection before the request
// reached it. net/http does not export that error (transport.go, errServerClosedIdle).
func isClosedIdle(text string) bool {
	return strings.Contains(text, "server closed idle connection")
}

// isPage reports whether the answer was a web page.
func isPage(lower string) bool {
	lower = strings.TrimSpace(lower)
	return strings.HasPrefix(lower, "<html") || strings.HasPrefix(lower, "<!doctype") || strings.HasPrefix(lower, "<head")
}

// pageTitle is the title of a web page as ` "Title"`, or "".
func pageTitle(page string) string {
	lower := strings.ToLower(page)
	begin := strings.Index(lower, "<title")
	if begin < 0 || len(lower) != len(page) {
		return ""
	}
	open := strings.IndexByte(page[begin:], '>')
	if open < 0 {
		return ""
	}
	title, _, _ := strings.Cut(page[begin+open+1:], "<")
	title = strings.Join(strings.Fields(title), " ")
	if title == "" {
		return ""
	}
	const most = 80
	if r := []rune(title); len(r) > most {
		title = string(r[:most]) + "..."
	}
	return fmt.Sprintf(" %q", title)
}
