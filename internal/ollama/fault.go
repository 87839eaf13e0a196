package ollama

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"

	"github.com/nightpress/nightpress/internal/guard"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/ollama/ollama/api"
)

// fault turns any failed request into a *llm.Fault. With rules it is the one
// place that decides what a failure means; model may be "".
func fault(model string, err error) error {
	var known *llm.Fault
	if errors.As(err, &known) {
		return err
	}
	r := classify(err)
	if model != "" {
		err = fmt.Errorf("model %s: %w", model, err)
	}
	err = hint.Wrap(err, strings.Replace(r.hint, "pull the model", "pull "+model, 1))
	return &llm.Fault{Kind: r.kind, Trouble: r.trouble, Err: err}
}

func classify(err error) rule {
	message := strings.ToLower(err.Error())
	var status api.StatusError
	var auth api.AuthorizationError
	// A line that was cut is told as an error with its text, which is the
	// model's.
	if cut := strings.HasPrefix(message, "{") && !errors.As(err, &status); cut {
		return rule{kind: llm.FaultRetry}
	}
	for _, r := range rules {
		if strings.Contains(message, r.part) {
			return r
		}
	}
	switch {
	case errors.As(err, &auth):
		return rule{kind: llm.FaultRun, hint: "the server wants a login; nightpress works with servers of your own"}
	case errors.As(err, &status):
		return byStatus(status.StatusCode, message)
	case isAway(err):
		return rule{kind: llm.FaultPause}
	case isPage(message), errors.As(err, new(*json.SyntaxError)):
		return rule{kind: llm.FaultRun, hint: wrongServer}
	case errors.As(err, new(*guard.Timeout)):
		return rule{kind: llm.FaultRetry, trouble: llm.Hang}
	}
	return rule{kind: llm.FaultRetry}
}

func byStatus(code int, message string) rule {
	switch {
	case code == http.StatusNotFound && strings.Contains(message, "not found") && strings.Contains(message, "model"):
		return rule{kind: llm.FaultModel, hint: "ollama pull the model"}
	case code == http.StatusForbidden:
		return rule{kind: llm.FaultRun, hint: "the server refuses this address: give it as 127.0.0.1, or set OLLAMA_ORIGINS at the server"}
	case code == http.StatusNotFound, code == http.StatusMethodNotAllowed, code/100 == 3:
		return rule{kind: llm.FaultRun, hint: wrongServer}
	case code == http.StatusServiceUnavailable, code == http.StatusBadGateway, code == http.StatusGatewayTimeout, code == http.StatusTooManyRequests, code == 499:
		return rule{kind: llm.FaultPause}
	case code/100 == 4:
		return rule{kind: llm.FaultRun}
	case strings.Contains(message, guard.EmptyBody):
		// A panic that the server caught; it says nothing of it.
		return rule{kind: llm.FaultRetry, trouble: llm.Panic, hint: notAModel}
	}
	return rule{kind: llm.FaultRetry}
}

// isPage tells whether the answer was a web page.
func isPage(message string) bool {
	return strings.HasPrefix(message, "<html") || strings.HasPrefix(message, "<!doctype")
}

// isAway tells whether nothing at the address took the connection.
func isAway(err error) bool {
	var op *net.OpError
	var dns *net.DNSError
	return errors.As(err, &dns) || errors.As(err, &op) && op.Op == "dial" ||
		errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.EHOSTUNREACH) || errors.Is(err, syscall.ENETUNREACH)
}

// broken looks again at the fault of a connection that broke or fell silent.
// Whether that was one reply or the whole server is found out by asking for
// something else: a server that ended costs no attempt.
func (c *Client) broken(ctx context.Context, err error) error {
	var f, away *llm.Fault
	if errors.As(err, &f) && f.Kind != llm.FaultRetry {
		return err
	}
	if probe := c.Probe(ctx); errors.As(probe, &away) && away.Kind == llm.FaultPause {
		err = fmt.Errorf("%w, and the server does not answer any more", err)
		return &llm.Fault{Kind: llm.FaultPause, Err: hint.Wrap(err, strings.Join(hint.Of(probe), "; "))}
	}
	return err
}

// answered reports whether err tells what a server said, and not that none did.
func answered(err error) bool {
	return errors.As(err, new(api.StatusError)) || errors.As(err, new(*json.SyntaxError))
}
