//go:build unix

package ollama_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/ollama"
)

// The test binary stands in for a server, and for the runner that it starts.
func TestMain(m *testing.M) {
	switch os.Getenv("NIGHTPRESS_TEST_ROLE") {
	case "server":
		serve()
	case "runner":
		select {}
	}
	os.Exit(m.Run())
}

// serve is a server that has a runner, tells both process IDs, and crashes when
// it is told to.
func serve() {
	runner := exec.Command(os.Args[0])
	runner.Env = append(os.Environ(), "NIGHTPRESS_TEST_ROLE=runner")
	if err := runner.Start(); err != nil {
		panic(err)
	}
	http.HandleFunc("/api/version", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"version":"0.17.4"}`) })
	http.HandleFunc("/pids", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, os.Getpid(), " ", runner.Process.Pid) })
	http.HandleFunc("/models", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, os.Getenv("OLLAMA_MODELS")) })
	http.HandleFunc("/crash", func(http.ResponseWriter, *http.Request) { os.Exit(2) })
	fmt.Fprintln(os.Stderr, http.ListenAndServe(os.Getenv("OLLAMA_HOST"), nil))
	os.Exit(1)
}

// ours is a server started by the package, and what to ask of it.
type ours struct {
	*ollama.Server
	addr string
}

func startOurs(t *testing.T, o ollama.ServeOptions) *ours {
	t.Helper()
	o.Env = append(o.Env, "NIGHTPRESS_TEST_ROLE=server")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := ollama.StartServer(t.Context(), os.Args[0], addr, o)
	if err != nil {
		t.Fatal(err)
	}
	return &ours{s, addr}
}

// pids returns the server's process and its runner's.
func (o *ours) pids(t *testing.T) (server, runner int) {
	t.Helper()
	resp, err := http.Get("http://" + o.addr + "/pids")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := fmt.Fscan(resp.Body, &server, &runner); err != nil {
		t.Fatal(err)
	}
	return server, runner
}

// gone waits until no process has the ID, or only one that nobody has taken
// leave of yet.
func gone(t *testing.T, pid int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for tick := time.NewTicker(10 * time.Millisecond); ; {
		stat, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) || strings.Contains(string(stat), ") Z ") {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Errorf("process %d is still there", pid)
			return
		}
	}
}

func TestAServerOfOursThatCrashesIsStartedAgainAndNothingOfItStays(t *testing.T) {
	o := startOurs(t, ollama.ServeOptions{})
	server, runner := o.pids(t)
	if resp, err := http.Get("http://" + o.addr + "/crash"); err == nil {
		_ = resp.Body.Close()
	}
	gone(t, server)
	gone(t, runner)
	u, err := url.Parse("http://" + o.addr)
	if err != nil {
		t.Fatal(err)
	}
	c := ollama.New(u, ollama.Options{})
	for tick := time.NewTicker(20 * time.Millisecond); c.Probe(t.Context()) != nil; <-tick.C {
	}
	again, runner := o.pids(t)
	if again == server {
		t.Fatal("the same process answers")
	}
	if err := o.Stop(); err != nil {
		t.Error(err)
	}
	gone(t, again)
	gone(t, runner)
	if _, err := os.Stat(o.Log); err != nil {
		t.Errorf("the log of a server that crashed is lost: %v", err)
	}
	_ = os.Remove(o.Log)
}

func TestAServerOfOursIsStoppedWithItsRunnersAndItsLog(t *testing.T) {
	o := startOurs(t, ollama.ServeOptions{})
	server, runner := o.pids(t)
	if err := o.Stop(); err != nil {
		t.Error(err)
	}
	gone(t, server)
	gone(t, runner)
	if _, err := os.Stat(o.Log); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the log is still there: %v", err)
	}
}

func TestAServerOfATestHasAHomeOfItsOwnAndIsStartedOnce(t *testing.T) {
	home := t.TempDir()
	log := filepath.Join(home, "server.log")
	if err := os.WriteFile(log, []byte("before\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := startOurs(t, ollama.ServeOptions{Home: home, Log: log, Once: true})
	resp, err := http.Get("http://" + o.addr + "/models")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if models, err := io.ReadAll(resp.Body); err != nil || string(models) != filepath.Join(home, "models") {
		t.Errorf("its models are in %q, %v", models, err)
	}
	server, runner := o.pids(t)
	if o.Pid() != server || o.Addr() != o.addr {
		t.Errorf("process %d at %s, want %d at %s", o.Pid(), o.Addr(), server, o.addr)
	}
	if err := syscall.Kill(server, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-o.Ended()
	gone(t, server)
	gone(t, runner)
	if text, err := os.ReadFile(log); err != nil || !strings.HasPrefix(string(text), "before\n") {
		t.Errorf("the log is %q, %v", text, err)
	}
	if err := o.Stop(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(log); err != nil {
		t.Errorf("a log that was named is gone: %v", err)
	}
}

func TestAServerThatEndsAtOnceIsNotStartedAgain(t *testing.T) {
	// The port is taken, by something that is no Ollama.
	taken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }))
	defer taken.Close()
	_, err := ollama.StartServer(t.Context(), os.Args[0], strings.TrimPrefix(taken.URL, "http://"), ollama.ServeOptions{Env: []string{"NIGHTPRESS_TEST_ROLE=server"}})
	if err == nil || !strings.Contains(err.Error(), "its log is") {
		t.Fatalf("error: %v", err)
	}
	_ = os.Remove(err.Error()[strings.LastIndex(err.Error(), " ")+1:])
}
