//go:build unix

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/prompts"
	"golang.org/x/sync/errgroup"
)

// BenchmarkRunOverAPlainLoop compares a whole run with the least that any
// client must do: the same prompts, seeds and options, sent by as many workers
// to the same server, the replies read and thrown away. The two take turns.
// The metric is their ratio, so that the machine's speed does not matter; 1
// would mean that checking, writing and remembering the posts costs no time.
func BenchmarkRunOverAPlainLoop(b *testing.B) {
	const topics, workers = 120, 2
	var ours, plain time.Duration
	for range b.N {
		dir := b.TempDir()
		writeTopics(b, filepath.Join(dir, "topics.csv"), topics)
		for range 3 {
			if err := os.RemoveAll(filepath.Join(dir, "posts")); err != nil {
				b.Fatal(err)
			}
			started := time.Now()
			if r := nightpress(dir, "run", "topics.csv", "-m", "rehearsal-steady", "-j", fmt.Sprint(workers), "--quiet"); r.code != 0 {
				b.Fatalf("exit %d: %s", r.code, r.stderr)
			}
			ours += time.Since(started)
			started = time.Now()
			plainLoop(b, dir, topics, workers)
			plain += time.Since(started)
		}
	}
	b.ReportMetric(ours.Seconds()/plain.Seconds(), "x-of-plain-loop")
	b.ReportMetric(ours.Seconds()/float64(3*b.N*topics), "s/post")
	b.ReportMetric(0, "ns/op")
}

func writeTopics(tb testing.TB, path string, n int) {
	tb.Helper()
	var text strings.Builder
	text.WriteString("topic\n")
	for i := range n {
		fmt.Fprintf(&text, "Topic number %d of a long night\n", i)
	}
	if err := os.WriteFile(path, []byte(text.String()), 0o666); err != nil {
		tb.Fatal(err)
	}
}

// plainLoop sends what the run sends as first attempts, and then takes the
// model out of memory as the run does.
func plainLoop(b *testing.B, dir string, topics, workers int) {
	prompt, err := prompts.Open(filepath.Join(dir, "prompts")).Get("blog-post")
	if err != nil {
		b.Fatal(err)
	}
	var group errgroup.Group
	group.SetLimit(workers)
	for i := range topics {
		topic := fmt.Sprintf("Topic number %d of a long night", i)
		group.Go(func() error {
			m, err := prompt.Render(map[string]string{"topic": topic})
			if err != nil {
				return err
			}
			return post("/api/chat", map[string]any{
				"model": "rehearsal-steady", "stream": true, "truncate": false, "shift": false,
				"messages": []map[string]string{{"role": "system", "content": m.System}, {"role": "user", "content": m.User}},
				"options":  map[string]any{"num_ctx": 8192, "num_predict": 4096, "seed": batch.JobSeed(1, topic, 0)},
			})
		})
	}
	if err := group.Wait(); err != nil {
		b.Fatal(err)
	}
	if err := post("/api/generate", map[string]any{"model": "rehearsal-steady", "keep_alive": 0}); err != nil {
		b.Fatal(err)
	}
}

func post(path string, body map[string]any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	resp, err := http.Post("http://"+host+path, "application/json", bytes.NewReader(text))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, resp.Status)
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

// BenchmarkOneJob is what one job costs the machine beside the server: the
// processor time, user and system, of a run against a server that answers at
// once, less that of a run with a hundredth of the topics, for each job.
func BenchmarkOneJob(b *testing.B) {
	server, address := atOnce(b)
	defer server.Close()
	cost := func(topics int) time.Duration {
		dir := b.TempDir()
		writeTopics(b, filepath.Join(dir, "topics.csv"), topics)
		cmd := command(dir, "run", "topics.csv", "-m", "at-once", "--quiet")
		cmd.Env = append(cmd.Env, "OLLAMA_HOST="+address)
		if r := finish(cmd); r.code != 0 {
			b.Fatalf("exit %d: %s", r.code, r.stderr)
		}
		return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
	var total time.Duration
	const many, few = 2000, 20
	for range b.N {
		total += cost(many) - cost(few)
	}
	b.ReportMetric(float64(total.Microseconds())/float64(b.N*(many-few)), "cpu-us/job")
	b.ReportMetric(0, "ns/op")
}

// atOnce is a server with one model whose reply of some 700 words, a token a
// line, is ready before it is asked for.
func atOnce(b *testing.B) (*http.Server, string) {
	b.Helper()
	reply := wholeReply(b)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	answer := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) }
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/version", answer(`{"version":"0.17.4"}`))
	mux.HandleFunc("GET /api/status", answer(`{"cloud":{"disabled":true}}`))
	mux.HandleFunc("GET /api/ps", answer(`{"models":[]}`))
	mux.HandleFunc("GET /api/tags", answer(`{"models":[{"name":"at-once:latest","model":"at-once:latest","size":99999,"digest":"`+strings.Repeat("a", 64)+`","details":{"format":"gguf"}}]}`))
	mux.HandleFunc("POST /api/show", answer(`{"capabilities":["completion"],"model_info":{"general.architecture":"llama","llama.context_length":8192}}`))
	mux.HandleFunc("POST /api/chat", func(w http.ResponseWriter, r *http.Request) {
		var asked struct {
			Messages []any
			KeepLive *json.RawMessage `json:"keep_alive"`
		}
		_ = json.NewDecoder(r.Body).Decode(&asked)
		switch {
		case len(asked.Messages) > 0:
			_, _ = w.Write(reply)
		case asked.KeepLive != nil && (string(*asked.KeepLive) == `"0s"` || string(*asked.KeepLive) == "0"):
			fmt.Fprint(w, `{"done":true,"done_reason":"unload"}`)
		default:
			fmt.Fprint(w, `{"done":true,"done_reason":"load"}`)
		}
	})
	s := &http.Server{Handler: mux}
	go func() { _ = s.Serve(l) }()
	return s, l.Addr().String()
}

// wholeReply asks the real server for a post and keeps its lines.
func wholeReply(b *testing.B) []byte {
	b.Helper()
	text, err := json.Marshal(map[string]any{
		"model": "rehearsal-steady", "messages": []map[string]string{{"role": "user", "content": "Go on."}},
		"options": map[string]any{"seed": 1, "num_ctx": 8192},
	})
	if err != nil {
		b.Fatal(err)
	}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://"+host+"/api/chat", bytes.NewReader(text))
	if err != nil {
		b.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	reply, err := io.ReadAll(resp.Body)
	if err != nil || !bytes.Contains(reply, []byte(`"done":true`)) {
		b.Fatalf("%v: %.200s", err, reply)
	}
	return reply
}
