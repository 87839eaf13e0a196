//go:build linux

package chaos

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// server is a real Ollama server with a home of its own, which can be killed
// and started again at the same address.
type server struct {
	addr, dir string
	cmd       *exec.Cmd
	exited    chan struct{}
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
	s := &server{addr: freeAddr(t), dir: filepath.Join(filepath.Dir(program), "server")}
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

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// start starts the server and waits until it answers.
func (s *server) start(t *testing.T) {
	t.Helper()
	log, err := os.OpenFile(filepath.Join(s.dir, "server.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	s.cmd = exec.Command(ollama, "serve")
	s.cmd.Env = append(os.Environ(),
		"HOME="+s.dir, "OLLAMA_MODELS="+filepath.Join(s.dir, "models"), "OLLAMA_HOST="+s.addr,
		"OLLAMA_NO_CLOUD=1", "OLLAMA_NUM_PARALLEL=2", "OLLAMA_MAX_LOADED_MODELS=1")
	s.cmd.Stdout, s.cmd.Stderr = log, log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan struct{})
	s.exited = exited
	go func(cmd *exec.Cmd) { _ = cmd.Wait(); close(exited) }(s.cmd)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for tick := time.NewTicker(20 * time.Millisecond); ; {
		if resp, err := http.Get("http://" + s.addr + "/api/version"); err == nil {
			_ = resp.Body.Close()
			return
		}
		select {
		case <-tick.C:
		case <-exited:
			t.Fatalf("the server ended at once; see %s", log.Name())
		case <-ctx.Done():
			t.Fatal("the server did not answer within a minute")
		}
	}
}

// kill ends the server in the middle of what it does, and its runners, which
// it leaves behind.
func (s *server) kill() {
	_ = syscall.Kill(s.cmd.Process.Pid, syscall.SIGKILL)
	<-s.exited
	_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
}

// killRunner kills the process that runs the model, and tells whether there
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
		if len(fields) < 2 || fields[1] != strconv.Itoa(s.cmd.Process.Pid) {
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
