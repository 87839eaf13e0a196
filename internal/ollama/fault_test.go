package ollama_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/ollama"
)

// said is what a server said and what it means.
type said struct {
	status  int
	message string
	kind    llm.FaultKind
	trouble llm.Trouble
}

// The messages as the servers write them. v0.17.4 is the version of the client
// package, v0.30 serves all models with llama-server, "newer" is what was
// changed after v0.33.
var catalogue = map[string][]said{
	"v0.17.4": {
		{400, "the input length exceeds the context length", llm.FaultJob, 0},
		{500, "Failed to create new sequence: no input provided", llm.FaultJob, 0},
		{500, "Failed to create new sequence: entire prompt removed by truncation", llm.FaultJob, 0},
		{400, `"m" does not support thinking`, llm.FaultModel, 0},
		{400, `invalid think value: "max" (must be "high", "medium", "low", true, or false)`, llm.FaultModel, 0},
		{400, `think value "high" is not supported for this model`, llm.FaultModel, 0},
		{400, `"m" does not support chat`, llm.FaultModel, 0},
		{400, `"m" does not support generate`, llm.FaultModel, 0},
		{400, "this server cannot run this remote model", llm.FaultModel, 0},
		{403, "ollama cloud is disabled: remote model is unavailable", llm.FaultModel, 0},
		{404, "model 'm' not found", llm.FaultModel, 0},
		{404, `model "m" not found, try pulling it first`, llm.FaultModel, 0},
		{500, "this model may be incompatible with your version of Ollama. If you previously pulled this model, try updating it", llm.FaultModel, 0},
		{500, "this model is not supported by your version of Ollama. You may need to upgrade", llm.FaultModel, 0},
		{500, "'llama3.2-vision' is no longer compatible with your version of Ollama and has been replaced by a newer version", llm.FaultModel, 0},
		{500, `tensor "blk.0.attn_q.weight" offset+size (2000) exceeds file size (1000)`, llm.FaultModel, 0},
		{500, "failed to load model vocabulary required for format", llm.FaultModel, 0},
		{500, "model requires more system memory (65.5 GiB) than is available (23.0 GiB)", llm.FaultRetry, llm.Memory},
		{500, "model requires more system memory than is currently available unable to load full model on GPU", llm.FaultRetry, llm.Memory},
		{500, "memory layout cannot be allocated with num_gpu = 99", llm.FaultRetry, llm.Memory},
		{500, "memory layout cannot be allocated", llm.FaultRetry, llm.Memory},
		{500, "failed to commit memory for model", llm.FaultRetry, llm.Memory},
		{500, "failed to allocate memory for model", llm.FaultRetry, llm.Memory},
		{500, "llama runner process has terminated: cudaMalloc failed: out of memory", llm.FaultRetry, llm.Memory},
		{500, "model failed to load, this may be due to resource limitations or an internal error, check ollama server logs for details", llm.FaultRetry, llm.Crash},
		{500, "timed out waiting for llama runner to start - progress 0.45 - ", llm.FaultRetry, llm.Crash},
		{500, "timed out waiting for llama runner to start: context canceled", llm.FaultRetry, llm.Crash},
		{500, "llama runner process has terminated: exit status 2", llm.FaultRetry, llm.Crash},
		{500, "llama runner process no longer running: -1 ", llm.FaultRetry, llm.Crash},
		{500, "error starting runner: fork/exec /usr/bin/ollama: cannot allocate memory ", llm.FaultRetry, llm.Memory},
		{500, "model runner has unexpectedly stopped, this may be due to resource limitations or an internal error, check ollama server logs for details", llm.FaultRetry, llm.Crash},
		{200, "an error was encountered while running the model: unexpected EOF", llm.FaultRetry, llm.Crash},
		{200, "an error was encountered while running the model: CUDA error: an illegal memory access was encountered", llm.FaultRetry, llm.Crash},
		{200, "an error was encountered while running the model: GGML_ASSERT(is_full) failed", llm.FaultRetry, llm.Crash},
		{200, "an error was encountered while running the model: CUDA error: out of memory", llm.FaultRetry, llm.Memory},
		{500, "unexpected server status: llm server loading model", llm.FaultPause, 0},
		{500, "could not find an available sequence", llm.FaultRetry, 0},
		{500, "Failed to load cache: no slot", llm.FaultRetry, 0},
		{200, "error reading llm response: read tcp 127.0.0.1:1->127.0.0.1:2: connection reset by peer", llm.FaultRetry, 0},
		{200, "error unmarshalling llm prediction response: invalid character 'x'", llm.FaultRetry, 0},
		{200, "XML syntax error on line 1: element <a> closed by </b>", llm.FaultRetry, 0},
		// What a server quotes is the model's and decides nothing.
		{200, "error parsing tool call: raw='404 page not found: model is required, server busy', err=invalid", llm.FaultRetry, 0},
		{500, "", llm.FaultRetry, llm.Panic},
		{403, "", llm.FaultRun, 0},
		{401, "unauthorized", llm.FaultRun, 0},
		{500, `option "top_k" must be of type integer`, llm.FaultRun, 0},
		{500, `invalid format: "xml"; expected "json" or a valid JSON Schema object`, llm.FaultRun, 0},
		{500, "invalid JSON schema in format", llm.FaultRun, 0},
		{400, "model is required", llm.FaultRun, 0},
		{400, `time: invalid duration "abc"`, llm.FaultRun, 0},
		{405, "405 method not allowed", llm.FaultRun, 0},
		{503, "server busy, please try again.  maximum pending requests exceeded", llm.FaultPause, 0},
		{499, "request canceled", llm.FaultPause, 0},
	},
	"v0.30": {
		{400, "the prompt is longer than the context length currently available to the model; shorten the prompt", llm.FaultJob, 0},
		{400, "the request exceeds the available context size, try increasing it", llm.FaultJob, 0},
		{400, `{"type":"exceed_context_size_error","n_ctx":64}`, llm.FaultJob, 0},
		{500, "llama-server process has terminated: exit status 139", llm.FaultRetry, llm.Crash},
		{500, "llama-server process no longer running", llm.FaultRetry, llm.Crash},
		{500, "timed out waiting for llama-server to start", llm.FaultRetry, llm.Crash},
		{500, "llama-server reported out-of-memory during startup", llm.FaultRetry, llm.Memory},
		{500, "llama-server chat error: Failed to parse input at pos 12: model is required", llm.FaultRetry, 0},
	},
	"newer": {
		{500, "prediction aborted, token repeat limit reached", llm.FaultRetry, 0},
	},
	"something before a server": {
		{502, "<html>bad gateway</html>", llm.FaultPause, 0},
		{504, "<html>gateway timeout</html>", llm.FaultPause, 0},
		{429, "too many requests", llm.FaultPause, 0},
		{404, "404 page not found", llm.FaultRun, 0},
	},
}

func TestEachMessageOfEachServerHasItsConsequence(t *testing.T) {
	for version, all := range catalogue {
		for _, s := range all {
			t.Run(fmt.Sprintf("%s/%d %.60s", version, s.status, s.message), func(t *testing.T) {
				c := client(t, func(w http.ResponseWriter, _ *http.Request) {
					w.WriteHeader(s.status)
					if s.message != "" {
						_ = json.NewEncoder(w).Encode(map[string]string{"error": s.message})
					}
				})
				_, err := generate(t.Context(), c, func(llm.Chunk) error { return nil })
				var f *llm.Fault
				if !errors.As(err, &f) {
					t.Fatalf("no fault: %v", err)
				}
				if f.Kind != s.kind || f.Trouble != s.trouble {
					t.Errorf("%s, trouble %s; want %s, %s: %v", f.Kind, f.Trouble, s.kind, s.trouble, err)
				}
			})
		}
	}
}

func TestAConnectionThatBreaksCostsAnAttemptOnlyWhenTheServerIsStillThere(t *testing.T) {
	var there atomic.Bool
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path != "/api/version":
			fmt.Fprint(w, chunk("a"))
			abort(w)
		case there.Load():
			fmt.Fprint(w, `{"version":"0.17.4"}`)
		default:
			// As a proxy does whose server has ended.
			abort(w)
		}
	}))
	defer s.Close()
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := ollama.New(u, ollama.Options{})
	for _, want := range []llm.FaultKind{llm.FaultPause, llm.FaultRetry} {
		there.Store(want == llm.FaultRetry)
		_, err := generate(t.Context(), c, func(llm.Chunk) error { return nil })
		var f *llm.Fault
		if !errors.As(err, &f) || f.Kind != want {
			t.Errorf("want %s: %v", want, err)
		}
	}
}

func TestAProbeToldSomethingElseThanAVersionIsNoServer(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>router</html>") }))
	defer s.Close()
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	var f *llm.Fault
	if err := ollama.New(u, ollama.Options{}).Probe(t.Context()); !errors.As(err, &f) || f.Kind != llm.FaultRun || len(hint.Of(f)) == 0 {
		t.Errorf("%v", err)
	}
}

// A server with one slot answers the second request only after the first: no
// silence of its own.
func TestARequestThatWaitsBehindAnotherIsNotGivenUpWhileTheOtherGoesOn(t *testing.T) {
	slot := make(chan struct{}, 1)
	c := client(t, func(w http.ResponseWriter, r *http.Request) {
		slot <- struct{}{}
		defer func() { <-slot }()
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for range 16 {
			fmt.Fprint(w, chunk("word "))
			w.(http.Flusher).Flush()
			<-tick.C
		}
		fmt.Fprint(w, last)
	})
	failed := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := generate(context.Background(), c, func(llm.Chunk) error { return nil })
			failed <- err
		}()
	}
	for range 2 {
		if err := <-failed; err != nil {
			t.Errorf("%v", err)
		}
	}
}
