package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var (
	// program is the built nightpress.
	program string
	// host is the address of the server that all tests share.
	host string
	// serverLog is the file that the server writes its log to.
	serverLog string
)

func TestMain(m *testing.M) {
	code, err := withServer(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		code = 1
	}
	os.Exit(code)
}

// withServer builds the program, starts a server of its own with the rehearsal
// models in it, and runs the tests.
func withServer(run func() int) (int, error) {
	binary := os.Getenv("NIGHTPRESS_TEST_OLLAMA")
	if binary == "" {
		return 1, errors.New("NIGHTPRESS_TEST_OLLAMA is not set: make test sets it")
	}
	dir, err := os.MkdirTemp("", "nightpress-e2e-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "nightpress")
	build := exec.Command("go", "-C", "..", "build", "-o", program, "./cmd/nightpress")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return 1, fmt.Errorf("build: %w\n%s", err, out)
	}
	stop, err := startServer(binary, dir)
	if err != nil {
		return 1, err
	}
	defer stop()
	if r := nightpress(dir, "rehearse"); r.code != 0 {
		return 1, fmt.Errorf("rehearse: %s", r.stderr)
	}
	return run(), nil
}

// startServer starts the real server on a free port with its own home.
func startServer(binary, dir string) (stop func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	host = l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, err
	}
	serverLog = filepath.Join(dir, "server.log")
	log, err := os.Create(serverLog)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(binary, "serve")
	cmd.Env = append(os.Environ(),
		"HOME="+dir, "OLLAMA_MODELS="+filepath.Join(dir, "models"), "OLLAMA_HOST="+host,
		"OLLAMA_NO_CLOUD=1", "OLLAMA_NUM_PARALLEL=2", "OLLAMA_MAX_LOADED_MODELS=1")
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	exited := make(chan struct{})
	go func() { _ = cmd.Wait(); close(exited) }()
	stop = func() {
		_ = cmd.Process.Signal(os.Interrupt)
		select {
		case <-exited:
		case <-time.After(10 * time.Second):
			_ = cmd.Process.Kill()
			<-exited
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if resp, err := http.Get("http://" + host + "/api/version"); err == nil {
			_ = resp.Body.Close()
			return stop, nil
		}
		select {
		case <-tick.C:
		case <-exited:
			return nil, fmt.Errorf("%s serve ended at once; see its log", binary)
		case <-ctx.Done():
			stop()
			return nil, errors.New("the server did not answer within a minute")
		}
	}
}

// ran is what became of a command.
type ran struct {
	code           int
	stdout, stderr string
}

// command returns the program as a command in dir, talking to the tests'
// server.
func command(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "OLLAMA_HOST="+host, "HOME="+dir)
	return cmd
}

func nightpress(dir string, args ...string) ran {
	return finish(command(dir, args...))
}

func finish(cmd *exec.Cmd) ran {
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	code := cmd.ProcessState.ExitCode()
	if err != nil && code == 0 {
		code = -1
	}
	return ran{code, out.String(), errs.String()}
}

// mustRun fails the test when the command does not exit with want.
func mustRun(t *testing.T, want int, dir string, args ...string) ran {
	t.Helper()
	r := nightpress(dir, args...)
	if r.code != want {
		t.Fatalf("nightpress %s: exit %d, want %d\n%s%s", strings.Join(args, " "), r.code, want, r.stdout, r.stderr)
	}
	return r
}
