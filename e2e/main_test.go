package e2e

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/ollama/ollamatest"
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
	if _, err := ollamatest.Program(); err != nil {
		return 1, err
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
	server, err := ollamatest.Start(context.Background(), dir, "")
	if err != nil {
		return 1, err
	}
	defer func() { _ = server.Stop() }()
	host, serverLog = server.Addr(), server.Log
	if r := nightpress(dir, "rehearse"); r.code != 0 {
		return 1, fmt.Errorf("rehearse: %s", r.stderr)
	}
	return run(), nil
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
