package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/ollama"
	"github.com/nightpress/nightpress/internal/scripted"
)

// reads runs one command line against a server and returns everything that a
// person reads of it.
func reads(t *testing.T, host string, args ...string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"topics.csv": "topic\nTides\n", "models.toml": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for i, arg := range args {
		if arg == "topics.csv" {
			args[i] = filepath.Join(dir, arg)
		}
	}
	args = append([]string{"nightpress"}, append(args, "-m", "m", "-c", filepath.Join(dir, "models.toml"), "-o", filepath.Join(dir, "posts"))...)
	var both bytes.Buffer
	a := &app{args: args, environ: os.Environ, wall: time.Now, stdin: strings.NewReader(""), stdout: &both, stderr: &both, getenv: func(key string) string {
		if key == "OLLAMA_HOST" {
			return host
		}
		return ""
	}}
	if code := a.run(context.WithoutCancel(t.Context())); code == 0 {
		t.Errorf("exit 0:\n%s", both.String())
	}
	return both.String()
}

// wantRow checks that a text has a row's words and its hint.
func wantRow(t *testing.T, row ollama.Row, host, text string) {
	t.Helper()
	advice := strings.NewReplacer("{model}", "m:latest", "{server}", "http://"+host).Replace(row.Hint)
	if strings.HasPrefix(row.Hint, "raise num_ctx") {
		advice = "num_ctx"
	}
	for _, want := range []string{row.Says, advice} {
		if !strings.Contains(text, want) {
			t.Errorf("a person does not read %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "Get \"") || strings.Contains(text, "Post \"") || !strings.Contains(text, host) {
		t.Errorf("Go's words, or no server named:\n%s", text)
	}
}

func TestAPersonReadsEachRowOfTheFaultTable(t *testing.T) {
	for _, row := range ollama.Table() {
		if row.Status == 0 {
			continue
		}
		t.Run("run/"+row.Part, func(t *testing.T) {
			t.Parallel()
			server, err := scripted.Start("m:latest")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(server.Away)
			server.Rest(&scripted.Reply{Status: row.Status, Error: row.Example})
			wantRow(t, row, server.Host(), reads(t, server.Host(), "run", "topics.csv", "--attempts", "1", "--patience", "1s"))
		})
		if row.Status == http.StatusOK {
			continue // an error in the middle of a reply
		}
		t.Run("check/"+row.Part, func(t *testing.T) {
			t.Parallel()
			mux := http.NewServeMux()
			mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "Ollama is running") })
			mux.HandleFunc("GET /api/version", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"version":"0.33.0"}`) })
			mux.HandleFunc("GET /api/tags", func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprint(w, `{"models":[{"name":"m:latest","digest":"ab","size":1000000,"details":{"format":"gguf"}}]}`)
			})
			mux.HandleFunc("POST /api/show", func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(row.Status)
				_ = json.NewEncoder(w).Encode(map[string]string{"error": row.Example})
			})
			server := httptest.NewServer(mux)
			t.Cleanup(server.Close)
			host := strings.TrimPrefix(server.URL, "http://")
			wantRow(t, row, host, reads(t, host, "check"))
		})
	}
}
