package ollama

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"syscall"

	"github.com/nightpress/nightpress/internal/errtype"
	"github.com/nightpress/nightpress/internal/guard"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/ollama/ollama/api"
)

// Name is what a person calls the server: "Ollama at http://127.0.0.1:11434".
func (c *Client) Name() string { return "Ollama at " + c.base.String() }

// fault turns any failed request into a *llm.Fault. With the table of rules it
// is the one place that decides what a failure means; model may be "".
func (c *Client) fault(model string, err error) error {
	if _, known := errors.AsType[*llm.Fault](err); known {
		return err
	}
	r := classify(err)
	if errors.Is(err, errEmpty) {
		r = conditions[answersEmpty]
	}
	f := &failure{server: c.Name(), model: model, means: r.says}
	f.said, f.cause = words(err)
	if r.server || r.kind == llm.FaultPause {
		f.model = ""
	}
	return &llm.Fault{Kind: r.kind, Trouble: r.trouble, Busy: r.says == busy, Err: hint.Wrap(f, c.advice(r.hint, model))}
}

// advice fills in the names of a hint.
func (c *Client) advice(text, model string) string {
	if model == "" {
		model = "the model"
	}
	host := *c.base
	host.Path = ""
	return strings.NewReplacer("{model}", model, "{server}", host.String(), "{start}", c.start()).Replace(text)
}

// start is what to do about a server that is not there. Whoever names another
// address than the usual one has to start the server at it.
func (c *Client) start() string {
	host, port := c.base.Hostname(), c.base.Port()
	ip := net.ParseIP(host)
	switch {
	case host != "localhost" && (ip == nil || !ip.IsLoopback()):
		return "start Ollama on that machine; with OLLAMA_HOST=0.0.0.0 it answers other machines"
	case port == defaultPort && c.opts.Others:
		return "ollama serve"
	case port == defaultPort:
		return "ollama serve (or nightpress run --serve, which starts it)"
	}
	return "OLLAMA_HOST=" + c.base.Host + " ollama serve"
}

// classify finds the rule for an error.
func classify(err error) rule {
	message := strings.ToLower(err.Error())
	status, isStatus := errors.AsType[api.StatusError](err)
	// A truncated line is reported as an error with its text, which comes from
	// the model.
	if strings.HasPrefix(message, "{") && !isStatus {
		return rule{kind: llm.FaultRetry, says: "the reply ended in the middle of a line"}
	}
	if isPage(strings.ToLower(status.ErrorMessage)) {
		return byStatus(status.StatusCode, "")
	}
	for _, r := range rules {
		if strings.Contains(message, r.part) {
			return r
		}
	}
	switch {
	case status.StatusCode >= http.StatusInternalServerError && strings.TrimSpace(status.ErrorMessage) == "":
		return conditions[saysNothing]
	case isStatus:
		return byStatus(status.StatusCode, message)
	case errtype.Is[api.AuthorizationError](err):
		return conditions[wantsLogin]
	case errtype.Is[*guard.Redirected](err):
		return conditions[redirects]
	case isAway(err):
		return conditions[doesNotAnswer]
	case isPage(message):
		return conditions[answersPage]
	case errtype.Is[*json.SyntaxError](err), errtype.Is[*json.UnmarshalTypeError](err):
		return conditions[answersOther]
	case errtype.Is[*guard.Timeout](err):
		return conditions[isSilent]
	case isForeign(err):
		return conditions[speaksOther]
	}
	return rule{kind: llm.FaultRetry}
}

// byStatus finds the rule for an HTTP status whose message has none.
func byStatus(code int, message string) rule {
	switch {
	case code == http.StatusNotFound && strings.Contains(message, "not found") && strings.Contains(message, "model"):
		return conditions[hasNoModel]
	case code == http.StatusUnauthorized, code == http.StatusProxyAuthRequired, code == http.StatusNetworkAuthenticationRequired:
		return conditions[wantsLogin]
	case code == http.StatusForbidden:
		return conditions[refusesUs]
	case code == http.StatusNotFound, code == http.StatusMethodNotAllowed, code/100 == 3:
		return conditions[knowsNoPath]
	case code == http.StatusBadGateway, code == http.StatusGatewayTimeout:
		return conditions[proxyWaits]
	case code == http.StatusServiceUnavailable, code == http.StatusTooManyRequests, code == 499:
		return conditions[isBusy]
	case code/100 == 4:
		return conditions[refusesRequest]
	case strings.Contains(message, guard.EmptyBody):
		return conditions[saysNothing]
	}
	return rule{kind: llm.FaultRetry, says: "the server failed"}
}

// broken looks again at the fault of a connection that broke or fell silent.
// Whether that was one reply or the whole server is found out by asking for
// something else: a server that ended costs no attempt.
func (c *Client) broken(ctx context.Context, err error) error {
	if f, ok := errors.AsType[*llm.Fault](err); ok && f.Kind != llm.FaultRetry {
		return err
	}
	if away, ok := errors.AsType[*llm.Fault](c.Probe(ctx)); ok && away.Kind == llm.FaultPause {
		died := *away
		died.Died = isGone(away) && !errtype.Is[*guard.Timeout](err)
		return &died
	}
	return err
}

// isGone reports whether the machine or a proxy answers and no server listens there.
// Where nothing answers, it can be the network.
func isGone(err error) bool {
	if f, ok := errors.AsType[*failure](err); ok && f.means == conditions[proxyWaits].says {
		return true
	}
	const windows = syscall.Errno(10061) // WSAECONNREFUSED, which is no ECONNREFUSED
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, windows)
}

// isAway reports whether nothing accepted the connection at the address.
func isAway(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return errtype.Is[*net.DNSError](err) || ok && op.Op == "dial" ||
		errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.EHOSTUNREACH) || errors.Is(err, syscall.ENETUNREACH)
}

// isNoHTTP reports whether an error of net/http (Go 1.26) means that what answers does
// not speak HTTP. The second text is for bytes that came before the request.
func isNoHTTP(text string) bool {
	return strings.Contains(text, "malformed HTTP") || strings.Contains(text, "readLoopPeekFailLocked")
}

// isBadHTTP reports whether an error of net/http (Go 1.26) means that an answer began
// like HTTP and is not correct.
func isBadHTTP(text string) bool {
	return strings.Contains(text, "transport connection broken") || strings.Contains(text, "chunk length") || strings.Contains(text, "chunked encoding")
}

// isForeign reports whether what answers speaks another protocol, or is not
// trusted.
func isForeign(err error) bool {
	return errors.Is(err, http.ErrSchemeMismatch) || errtype.Is[*tls.CertificateVerificationError](err) ||
		errtype.Is[tls.RecordHeaderError](err) || isNoHTTP(err.Error())
}
