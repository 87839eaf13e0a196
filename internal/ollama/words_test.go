package ollama_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/ollama"
)

func at(t *testing.T, h http.Handler) (*ollama.Client, string) {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return ollama.New(u, ollama.Options{}), s.URL
}

// Each row's example must meet that row and no earlier one.
func TestEachRowOfTheFaultTableIsFoundByItsExample(t *testing.T) {
	for _, row := range ollama.Table() {
		if row.Since == "" || row.Says == "" {
			t.Errorf("%s: no versions or no words", row.Part)
		}
		if row.Status == 0 {
			continue
		}
		t.Run(row.Part, func(t *testing.T) {
			c := client(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(row.Status)
				if row.Example != "" {
					_ = json.NewEncoder(w).Encode(map[string]string{"error": row.Example})
				}
			})
			_, err := generate(t.Context(), c, func(llm.Chunk) error { return nil })
			f, ok := errors.AsType[*llm.Fault](err)
			if !ok || f.Kind != row.Kind || f.Trouble != row.Trouble {
				t.Fatalf("want %s, %s: %v", row.Kind, row.Trouble, err)
			}
			text := err.Error()
			if !strings.HasPrefix(text, "Ollama at http://127.0.0.1:") || !strings.Contains(text, row.Says) {
				t.Errorf("it reads %q, want %q in it", text, row.Says)
			}
			if !row.Server && !strings.Contains(text, "model m: ") {
				t.Errorf("the model is not named: %q", text)
			}
			if row.Hint != "" && len(hint.Of(err)) == 0 {
				t.Error("no hint")
			}
			for _, h := range hint.Of(err) {
				if strings.ContainsAny(h, "{}") {
					t.Errorf("the hint has a gap: %q", h)
				}
			}
		})
	}
}

func TestAnOversizedPromptNamesTheTokensAndAWindowThatIsEnough(t *testing.T) {
	for name, c := range map[string]struct {
		message, want, hint string
	}{
		"0.33, nested": {`{"error":{"code":400,"message":"request (42947 tokens) exceeds the available context size (8192 tokens), try increasing it","type":"exceed_context_size_error","n_prompt_tokens":42947,"n_ctx":8192}}`,
			"it has 42947 tokens and num_ctx is 8192", "set num_ctx = 43008 for m"},
		"escaped twice": {`{\"error\":{\"type\":\"exceed_context_size_error\",\"n_prompt_tokens\":500,\"n_ctx\":100}}`,
			"it has 500 tokens and num_ctx is 100", "set num_ctx = 1024 for m"},
		"a sentence alone": {"request (500 tokens) exceeds the available context size (100 tokens), try increasing it",
			"it has 500 tokens and num_ctx is 100", "set num_ctx = 1024 for m"},
		"0.17.4 gives no number": {"the input length exceeds the context length",
			"it has about 101 tokens and num_ctx is 100 (an estimate by its length: this server does not count them)", "set num_ctx = 1024 for m"},
	} {
		client := client(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			_ = json.NewEncoder(w).Encode(map[string]string{"error": c.message})
		})
		_, err := generate(t.Context(), client, func(llm.Chunk) error { return nil })
		f, ok := errors.AsType[*llm.Fault](err)
		if !ok || f.Kind != llm.FaultJob || !strings.HasSuffix(err.Error(), c.want) || !strings.Contains(strings.Join(hint.Of(err), ""), c.hint) {
			t.Errorf("%s: %v, hints %q", name, err, hint.Of(err))
		}
	}
}

func TestAServersTextIsBoundedWhereItEnters(t *testing.T) {
	long := strings.Repeat("überlang ", 100_000)
	line, err := json.Marshal(map[string]string{"error": long})
	if err != nil {
		t.Fatal(err)
	}
	for name, h := range map[string]http.HandlerFunc{
		"an error in a reply": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, "%s\n", line) },
		"an error status": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprintf(w, "%s\n", line)
		},
		"no JSON": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, long) },
	} {
		_, err := generate(t.Context(), client(t, h), func(llm.Chunk) error { return nil })
		if err == nil {
			t.Fatalf("%s: no error", name)
		}
		for e := err; e != nil; e = errors.Unwrap(e) {
			if n := len(fmt.Sprintf("%+v", e)); n > 5000 {
				t.Errorf("%s: %T holds %d bytes", name, e, n)
			}
		}
		if !utf8.ValidString(err.Error()) || !strings.Contains(err.Error(), "bytes more]") {
			t.Errorf("%s: no mark, or cut in a rune: %q", name, err.Error()[len(err.Error())-60:])
		}
	}
}

// Where nothing came, or what no Ollama sends, no guard against repetition had
// a part in it.
func TestAnEmptyAnswerIsNotCalledARepetition(t *testing.T) {
	for name, c := range map[string]struct {
		h    http.HandlerFunc
		kind llm.FaultKind
		want string
	}{
		"nothing": {func(http.ResponseWriter, *http.Request) {}, llm.FaultRetry, "the server sent an empty answer"},
		"null":    {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "null") }, llm.FaultRetry, "the server sent an empty answer"},
		"{}":      {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "{}") }, llm.FaultRetry, "the server sent an empty answer"},
		"302 to a login": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "/login")
			w.WriteHeader(http.StatusFound)
		}, llm.FaultRun, "redirects the request: HTTP 302 to /login"},
		"301 with nothing": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusMovedPermanently) }, llm.FaultRun, "redirects the request: HTTP 301"},
		"a page": {func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintln(w, "<!DOCTYPE html><html><head><title>Sign in\n to Hotel</title>")
		}, llm.FaultRun, `answers with a web page`},
	} {
		_, err := generate(t.Context(), client(t, c.h), func(llm.Chunk) error { return nil })
		f, ok := errors.AsType[*llm.Fault](err)
		if !ok || f.Kind != c.kind || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "repeated") {
			t.Errorf("%s: %v", name, err)
		}
		if len(hint.Of(err)) == 0 {
			t.Errorf("%s: no hint", name)
		}
	}
}

// What other programs answer where people expect Ollama, as they were reported.
func TestWhatStandsInOllamasPlaceIsNamed(t *testing.T) {
	say := func(status int, kind, body string, headers ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			for i := 0; i < len(headers); i += 2 {
				w.Header().Set(headers[i], headers[i+1])
			}
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		}
	}
	const js, html = "application/json", "text/html"
	lmStudio := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/models" {
			fmt.Fprint(w, `{"data":[{"id":"qwen3-8b","object":"model","owned_by":"organization_owner"}],"object":"list"}`)
			return
		}
		fmt.Fprintf(w, `{"error":"Unexpected endpoint or method. (%s %s)"}`, r.Method, r.URL.Path)
	}
	fastAPI := func(owner string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Server", "uvicorn")
			if r.URL.Path == "/v1/models" && owner != "" {
				fmt.Fprintf(w, `{"object":"list","data":[{"id":"m","object":"model","owned_by":%q}]}`, owner)
				return
			}
			say(http.StatusNotFound, js, `{"detail":"Not Found"}`)(w, r)
		}
	}
	liteLLM := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			say(200, html, "<!DOCTYPE html><html><head><title>LiteLLM API - Swagger UI</title>")(w, r)
			return
		}
		fastAPI("")(w, r)
	}
	openWebUI := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/version" {
			fmt.Fprint(w, `{"version":"0.6.26","deployment_id":""}`)
			return
		}
		say(200, html, "<!doctype html>\n<html lang=\"en\"><head><title>Open WebUI</title>")(w, r)
	}
	underAPath := http.NewServeMux()
	underAPath.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "Ollama is running") })
	for name, c := range map[string]struct {
		h          http.HandlerFunc
		want, hint string
	}{
		"LM Studio":       {lmStudio, "is not Ollama but LM Studio", "ollama serve"},
		"llama-server":    {say(404, js, `{"error":{"code":404,"message":"File Not Found","type":"not_found_error"}}`, "Server", "llama.cpp"), "is not Ollama but llama-server", "ollama serve"},
		"vLLM":            {fastAPI("vllm"), "is not Ollama but vLLM", "ollama serve"},
		"LiteLLM":         {liteLLM, "is not Ollama but LiteLLM", "export OLLAMA_HOST="},
		"Open WebUI":      {openWebUI, "is not Ollama but Open WebUI", "export OLLAMA_HOST="},
		"another FastAPI": {fastAPI(""), "is not Ollama", "export OLLAMA_HOST="},
		"nginx's 404":     {say(404, html, "<html>\r\n<head><title>404 Not Found</title></head>", "Server", "nginx/1.24.0"), `is not Ollama but nginx: HTTP 404 and a web page "404 Not Found"`, "export OLLAMA_HOST="},
		"a captive portal": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://portal.example/login", http.StatusFound)
		}, "is not Ollama: HTTP 302 to http://portal.example/login", "export OLLAMA_HOST="},
		"a login page":   {say(200, html, "<!DOCTYPE html><html><title>Router login</title>"), `is not Ollama: a web page`, "export OLLAMA_HOST="},
		"a wanted login": {say(401, js, `{"detail":"Not authenticated"}`), "is not Ollama: HTTP 401", "nightpress works with servers of your own"},
		"nothing":        {say(200, js, ""), "is not Ollama", "export OLLAMA_HOST="},
		"null":           {say(200, js, "null"), "is not Ollama", "export OLLAMA_HOST="},
		"a list":         {say(200, js, "[]"), "is not Ollama", "export OLLAMA_HOST="},
	} {
		t.Run(name, func(t *testing.T) {
			client, address := at(t, c.h)
			_, err := client.Version(t.Context())
			if err == nil {
				_, err = client.List(t.Context())
			}
			f, ok := errors.AsType[*llm.Fault](err)
			if !ok || f.Kind != llm.FaultRun {
				t.Fatalf("no fault that ends the run: %v", err)
			}
			if text := err.Error(); !strings.Contains(text, c.want) || !strings.Contains(text, address) || strings.Contains(text, "Get ") {
				t.Errorf("it reads %q, want %q in it", text, c.want)
			}
			if got := strings.Join(hint.Of(err), "\n"); !strings.Contains(got, c.hint) {
				t.Errorf("hint %q, want %q in it", got, c.hint)
			}
		})
	}
	t.Run("Ollama with a path", func(t *testing.T) {
		_, address := at(t, underAPath)
		client := withPath(t, address+"/api")
		_, err := client.Version(t.Context())
		if err == nil || strings.Contains(err.Error(), "is not Ollama") || !strings.Contains(strings.Join(hint.Of(err), ""), "export OLLAMA_HOST="+address) {
			t.Errorf("%v, hints %q", err, hint.Of(err))
		}
	})
}

func withPath(t *testing.T, address string) *ollama.Client {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return ollama.New(u, ollama.Options{})
}

// A proxy whose server has ended is waited for like the server.
func TestAProxyWithoutAServerIsWaitedFor(t *testing.T) {
	for _, server := range []string{"nginx/1.24.0", "Caddy", ""} {
		client, _ := at(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if server != "" {
				w.Header().Set("Server", server)
			}
			w.WriteHeader(http.StatusBadGateway)
			if server != "Caddy" {
				fmt.Fprint(w, "<html>\r\n<head><title>502 Bad Gateway</title></head></html>")
			}
		}))
		_, err := client.Version(t.Context())
		f, ok := errors.AsType[*llm.Fault](err)
		if !ok || f.Kind != llm.FaultPause || !strings.Contains(err.Error(), "a proxy answers in its place: HTTP 502") {
			t.Errorf("%s: %v", server, err)
		}
	}
}

func TestAConnectionThatFailsIsToldInOurWords(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	says := func(answer string) (address string) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				if strings.HasPrefix(answer, "HTTP") {
					_, _ = conn.Read(make([]byte, 1000))
				}
				fmt.Fprint(conn, answer)
				_ = conn.Close()
			}
		}()
		return "http://" + l.Addr().String()
	}
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	defer secure.Close()
	for address, want := range map[string]string{
		closed:                          " does not answer: connection refused",
		says("SSH-2.0-OpenSSH_9.6\r\n"): " speaks another protocol: it does not speak HTTP",
		says(""):                        ": the connection broke",
		says("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"):               ": the connection broke (EOF)",
		says("HTTP/1.1 200 OK\r\nno header\r\n\r\n"):                        ": its answer is not correct HTTP",
		says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"): ": its answer is not correct HTTP",
		strings.Replace(plain.URL, "http:", "https:", 1):                    " speaks another protocol: it speaks HTTP instead of HTTPS",
		secure.URL: " speaks another protocol: its certificate is not trusted",
		strings.Replace(secure.URL, "https:", "http:", 1): " speaks HTTPS instead of HTTP",
	} {
		_, err := withPath(t, address).Version(t.Context())
		if err == nil || !strings.HasPrefix(err.Error(), "Ollama at "+address+want) || len(hint.Of(err)) == 0 || strings.Contains(err.Error(), "Get ") {
			t.Errorf("%s: %v, hints %q; want %q", address, err, hint.Of(err), want)
		}
	}
}
