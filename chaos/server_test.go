//go:build linux

package chaos

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/nightpress/nightpress/internal/ollama"
	"github.com/nightpress/nightpress/internal/ollama/ollamatest"
)

// server is a real Ollama server with a home of its own, which can be killed
// and started again at the same address.
type server struct {
	addr, dir string
	// env is added to its environment.
	env     []string
	process *ollama.Server
}

// shared is the server of all tests: one is enough, and the models are
// installed once.
var shared *server

// newServer returns the server, started anew: what an earlier test did to it
// is over.
func newServer(t *testing.T) *server {
	t.Helper()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the server's log:\n%s", shared.log())
		}
	})
	if shared != nil {
		shared.kill()
		shared.start(t)
		return shared
	}
	s := &server{dir: filepath.Join(filepath.Dir(program), "server")}
	if err := os.Mkdir(s.dir, 0o777); err != nil {
		t.Fatal(err)
	}
	s.start(t)
	shared = s
	cmd := exec.Command(program, "rehearse")
	cmd.Env = append(os.Environ(), "OLLAMA_HOST="+s.addr, "HOME="+s.dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("rehearse: %v\n%s", err, out)
	}
	return s
}

// start starts the server, at its address if it has one, and waits until it
// answers.
func (s *server) start(t *testing.T) {
	t.Helper()
	// Not the test's context: the server is for all of them.
	process, err := ollamatest.Start(context.Background(), s.dir, s.addr, s.env...)
	if err != nil {
		t.Fatal(err)
	}
	s.process, s.addr = process, process.Addr()
}

// kill ends the server in the middle of what it does, and its runners, which
// it leaves behind.
func (s *server) kill() {
	select {
	case <-s.process.Ended():
		return
	default:
	}
	_ = syscall.Kill(s.process.Pid(), syscall.SIGKILL)
	<-s.process.Ended()
}

// stop stops the server as Ctrl-Z does: its connections stay and nothing on
// them is answered. The runners go on, as they do when a server hangs.
func (s *server) stop() { _ = syscall.Kill(s.process.Pid(), syscall.SIGSTOP) }

// resume lets a stopped server go on.
func (s *server) resume() { _ = syscall.Kill(s.process.Pid(), syscall.SIGCONT) }

// killRunner kills the process that runs the model, and reports whether there
// was one.
func (s *server) killRunner() bool {
	killed := false
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		// The fields behind the name: state, parent.
		fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
		if len(fields) < 2 || fields[1] != strconv.Itoa(s.process.Pid()) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil && syscall.Kill(pid, syscall.SIGKILL) == nil {
			killed = true
		}
	}
	return killed
}

// log is the end of the server's output.
func (s *server) log() string {
	text, err := os.ReadFile(filepath.Join(s.dir, "server.log"))
	if err != nil {
		return fmt.Sprint(err)
	}
	return string(text[max(0, len(text)-4000):])
}
