package ollama

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"

	"github.com/nightpress/nightpress/batch"
	"github.com/ollama/ollama/api"
)

// rule says what a message means. Servers change their words and their status
// codes (an option of the wrong type, a crash and a full memory are all HTTP
// 500), so rules look for the part of a message that stays.
type rule struct {
	part string
	kind batch.FaultKind
	hint string
}

// rules are tried in order, against the message in lower case. Texts of
// v0.17.4 and, where they differ, of v0.30 and later.
var rules = []rule{
	{"input length exceeds the context length", batch.FaultJob, "raise num_ctx for this model in models.toml"},
	{"prompt is longer than the context length", batch.FaultJob, "raise num_ctx for this model in models.toml"},
	{"exceeds the available context size", batch.FaultJob, "raise num_ctx for this model in models.toml"},
	{"exceed_context_size_error", batch.FaultJob, "raise num_ctx for this model in models.toml"},
	{"no input provided", batch.FaultJob, ""},
	{"entire prompt removed by truncation", batch.FaultJob, "raise num_ctx for this model in models.toml"},
	{"does not support thinking", batch.FaultModel, "take \"think\" away from this model in models.toml"},
	{"think value", batch.FaultModel, "set think = true or false for this model in models.toml"},
	{"does not support chat", batch.FaultModel, "its files are damaged or it is no language model: pull it again, or choose another"},
	{"does not support generate", batch.FaultModel, "its files are damaged or it is no language model: pull it again, or choose another"},
	{"cannot run this remote model", batch.FaultModel, "choose a local model"},
	{"ollama cloud is disabled", batch.FaultModel, "choose a local model"},
	{"remote model", batch.FaultModel, "choose a local model"},
	{"try pulling it first", batch.FaultModel, "ollama pull the model"},
	{"requires more system memory", batch.FaultModel, "choose a smaller model or a smaller num_ctx"},
	{"memory layout cannot be allocated", batch.FaultModel, "choose a smaller model or a smaller num_ctx"},
	{"failed to commit memory", batch.FaultModel, "choose a smaller model or a smaller num_ctx"},
	{"failed to allocate memory", batch.FaultModel, "choose a smaller model or a smaller num_ctx"},
	{"unable to load full model", batch.FaultModel, "choose a smaller model or a smaller num_ctx"},
	{"reported out-of-memory", batch.FaultModel, "choose a smaller model or a smaller num_ctx"},
	{"incompatible with your version", batch.FaultModel, "update Ollama"},
	{"not supported by your version", batch.FaultModel, "update Ollama"},
	{"no longer compatible", batch.FaultModel, "pull the model again"},
	{"exceeds file size", batch.FaultModel, "its file is damaged: pull the model again"},
	{"failed to load model vocabulary", batch.FaultModel, ""},
	{"must be of type", batch.FaultRun, "mend the option in models.toml"},
	{"invalid format", batch.FaultRun, ""},
	{"invalid json schema", batch.FaultRun, ""},
	{"model is required", batch.FaultRun, ""},
	{"404 page not found", batch.FaultRun, "is this address an Ollama server? export OLLAMA_HOST=127.0.0.1:11434"},
	{"server busy", batch.FaultPause, ""},
	{"maximum pending requests", batch.FaultPause, ""},
	{"request canceled", batch.FaultPause, ""},
}

// fault turns any failed request into a *batch.Fault. It is the one place that
// decides what a failure means; model may be "".
func fault(model string, err error) error {
	var known *batch.Fault
	if errors.As(err, &known) {
		return err
	}
	kind, hint := classify(err)
	if model != "" {
		err = fmt.Errorf("model %s: %w", model, err)
	}
	return &batch.Fault{Kind: kind, Err: err, Hint: strings.Replace(hint, "pull the model", "pull "+model, 1)}
}

func classify(err error) (batch.FaultKind, string) {
	message := strings.ToLower(err.Error())
	var status api.StatusError
	var auth api.AuthorizationError
	for _, r := range rules {
		if strings.Contains(message, r.part) {
			return r.kind, r.hint
		}
	}
	switch {
	case errors.As(err, &auth):
		return batch.FaultRun, "the server wants a login; nightpress works with servers of your own"
	case errors.As(err, &status):
		return byStatus(status, message)
	case isAway(err):
		return batch.FaultPause, ""
	case errors.As(err, new(*silence)):
		return batch.FaultRetry, ""
	}
	return batch.FaultRetry, ""
}

func byStatus(s api.StatusError, message string) (batch.FaultKind, string) {
	switch code := s.StatusCode; {
	case code == http.StatusNotFound && strings.Contains(message, "not found") && strings.Contains(message, "model"):
		return batch.FaultModel, "ollama pull the model"
	case code == http.StatusForbidden:
		return batch.FaultRun, "the server refuses this address: give it as 127.0.0.1, or set OLLAMA_ORIGINS at the server"
	case code == http.StatusNotFound, code == http.StatusMethodNotAllowed, code/100 == 3:
		return batch.FaultRun, "is this address an Ollama server? export OLLAMA_HOST=127.0.0.1:11434"
	case code == http.StatusServiceUnavailable, code == http.StatusBadGateway, code == http.StatusGatewayTimeout, code == http.StatusTooManyRequests, code == 499:
		return batch.FaultPause, ""
	case code/100 == 4:
		return batch.FaultRun, ""
	}
	return batch.FaultRetry, ""
}

// isAway tells whether nothing at the address took the connection.
func isAway(err error) bool {
	var op *net.OpError
	var dns *net.DNSError
	return errors.As(err, &dns) || errors.As(err, &op) && op.Op == "dial" ||
		errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.EHOSTUNREACH) || errors.Is(err, syscall.ENETUNREACH)
}
