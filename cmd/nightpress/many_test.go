package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/plan"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/run"
	"github.com/nightpress/nightpress/internal/scripted"
)

// BenchmarkManyNewJobs measures what the number of jobs costs before the first
// request: time, processor time, and memory at its peak where the system tells
// it. NIGHTPRESS_BENCH_JOBS is how many, by default 10,000.
func BenchmarkManyNewJobs(b *testing.B) {
	m := newManyJobs(b)
	b.Run("plan", func(b *testing.B) { m.measure(b, "plan", "topics.csv") })
	b.Run("first-request", m.firstRequest)
}

// BenchmarkManyDoneJobs measures the same when every post is there.
func BenchmarkManyDoneJobs(b *testing.B) {
	m := newManyJobs(b)
	m.fill(b)
	b.Run("plan", func(b *testing.B) { m.measure(b, "plan", "topics.csv") })
	b.Run("run", func(b *testing.B) { m.measure(b, "run", "topics.csv") })
	b.Run("verify", func(b *testing.B) { m.measure(b, "verify") })
	b.Run("status", func(b *testing.B) { m.measure(b, "status") })
}

type manyJobs struct {
	dir, program string
	server       *scripted.Server
}

func newManyJobs(b *testing.B) *manyJobs {
	b.Helper()
	n := 10_000
	if text := os.Getenv("NIGHTPRESS_BENCH_JOBS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	server, err := scripted.Start("m:latest")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(server.Away)
	m := &manyJobs{b.TempDir(), filepath.Join(b.TempDir(), "nightpress"), server}
	if out, err := exec.Command("go", "build", "-o", m.program, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	f, err := os.Create(filepath.Join(m.dir, "topics.csv"))
	if err != nil {
		b.Fatal(err)
	}
	fmt.Fprintln(f, "topic,audience")
	for i := range n {
		fmt.Fprintf(f, "What a careful gardener does in week %d,people with %d plants\n", i, i%97)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	return m
}

func (m *manyJobs) command(args ...string) *exec.Cmd {
	cmd := exec.Command(m.program, args...)
	cmd.Dir, cmd.Env = m.dir, append(os.Environ(), "OLLAMA_HOST="+m.server.Host(), "NIGHTPRESS_MODELS=m")
	return cmd
}

// measure runs a command to its end.
func (m *manyJobs) measure(b *testing.B, args ...string) {
	for b.Loop() {
		cmd := m.command(args...)
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		reportUse(b, cmd.ProcessState)
	}
}

func reportUse(b *testing.B, ended *os.ProcessState) {
	b.ReportMetric(peakMB(ended), "peak-MB")
	b.ReportMetric((ended.UserTime() + ended.SystemTime()).Seconds(), "cpu-s")
}

// firstRequest takes the time from the start of a run to its first request.
func (m *manyJobs) firstRequest(b *testing.B) {
	asked := func(ctx context.Context) (n int) {
		if err := m.server.Wait(ctx, func(s scripted.Seen) bool { n = s.Requests; return true }); err != nil {
			b.Fatal(err)
		}
		return n
	}
	for b.Loop() {
		before, started := asked(b.Context()), time.Now()
		cmd := m.command("run", "topics.csv", "--limit", "1")
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		if err := m.server.Wait(b.Context(), func(s scripted.Seen) bool { return s.Requests > before }); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(started).Seconds(), "s-to-first")
		_ = cmd.Wait() // it ends with the code of its own limit
		reportUse(b, cmd.ProcessState)
	}
}

// fill makes every job done, without asking for it: a small file in its place,
// and the entry that a run would have committed.
func (m *manyJobs) fill(b *testing.B) {
	b.Helper()
	b.Chdir(m.dir)
	b.Setenv("OLLAMA_HOST", m.server.Host())
	b.Setenv("NIGHTPRESS_MODELS", "m")
	a := &app{args: []string{"nightpress"}, stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, getenv: os.Getenv, environ: os.Environ, wall: time.Now, clock: time.Now}
	cmd, _, err := a.root().Find([]string{"run"})
	if err == nil {
		err = cmd.ParseFlags([]string{"--quiet"})
	}
	if err != nil {
		b.Fatal(err)
	}
	req, err := a.request(cmd, []string{"topics.csv"}, runFlags{})
	if err != nil {
		b.Fatal(err)
	}
	p, err := run.Prepare(b.Context(), req)
	if err != nil {
		b.Fatal(err)
	}
	l := p.Plan.Posts.Ledger
	id, err := l.BeginRun(b.Context(), "nightpress run", "", "")
	if err != nil {
		b.Fatal(err)
	}
	var entries []ledger.Entry
	var topics []ledger.TopicIdent
	commit := func() error {
		_, err := l.GiveSlugs(b.Context(), topics)
		err = errors.Join(err, l.Commit(b.Context(), id, entries))
		entries, topics = entries[:0], topics[:0]
		return err
	}
	err = p.Count(b.Context(), func(e *plan.Entry, c *plan.Candidate) error {
		if !c.Disposition.Asks() {
			return nil
		}
		files, err := placed(p.Plan.Posts.Folder.PostPath(e.Label, c.Slug), c)
		if err != nil {
			return err
		}
		topics = append(topics, ledger.TopicIdent{Key: c.Topic.Key, Text: c.Topic.Text, Slug: c.Slug, Clash: c.Slug + "-2", Source: "topics.csv"})
		entries = append(entries, ledger.Entry{Files: files, Result: &record.Result{
			ID: c.ID, Topic: c.Topic.Text, Slug: c.Slug, Label: e.Label, Model: e.Name, Digest: e.Digest, Prompt: e.Prompt.Name,
			Status: record.Done, Post: &contract.Post{Words: 300}, Attempts: []record.Attempt{{N: 1, Seconds: 9, Usage: llm.Usage{EvalCount: 400}}},
		}})
		if len(entries) < 4096 {
			return nil
		}
		return commit()
	})
	if err == nil {
		err = commit()
	}
	if err := p.Close(b.Context(), err); err != nil {
		b.Fatal(err)
	}
}

func placed(path string, c *plan.Candidate) (ledger.Files, error) {
	file := filepath.Join("posts", filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return ledger.Files{}, err
	}
	data := []byte("---\ntitle: \"" + c.Topic.Text + "\"\n---\n\nA post.\n")
	if err := os.WriteFile(file, data, 0o666); err != nil {
		return ledger.Files{}, err
	}
	info, err := os.Stat(file)
	if err != nil {
		return ledger.Files{}, err
	}
	return ledger.Files{Path: path, SHA256: fmt.Sprintf("%x", sha256.Sum256(data)), Size: info.Size(), Modified: info.ModTime().UnixNano()}, nil
}
