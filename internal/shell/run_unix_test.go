//go:build unix

package shell

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// cancelling cancels once something was written, and remembers it.
type cancelling struct {
	text   bytes.Buffer
	cancel context.CancelFunc
}

func (c *cancelling) Write(p []byte) (int, error) {
	defer c.cancel()
	return c.text.Write(p)
}

func TestAShellCommandThatDoesNotEndIsEndedWithAllItsProcesses(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	out := &cancelling{cancel: cancel}
	if err := Run(ctx, "sleep 600 & echo $!; wait", nil, out, os.Environ()); !errors.Is(err, context.Canceled) {
		t.Errorf("error: %v", err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(out.text.String()))
	if err != nil {
		t.Fatal(err)
	}
	// Its parent is gone, so it takes an instant until it is nobody's.
	for end := time.Now().Add(10 * time.Second); syscall.Kill(pid, 0) == nil && !zombie(pid); {
		if time.Now().After(end) {
			t.Fatalf("process %d is still there", pid)
		}
	}
}

func TestAShellCommandRunsAlthoughASignalHadCancelledTheRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out bytes.Buffer
	if err := Run(AfterRun(ctx), "cat; echo $X", []byte("in\n"), &out, append(os.Environ(), "X=out")); err != nil || out.String() != "in\nout\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
}

// A process in the background has the output open for longer than the command runs.
func TestAShellCommandThatLeavesAProcessBehindSucceedsOrFailsByItself(t *testing.T) {
	for _, c := range []struct{ command, want string }{
		{"sleep 600 & echo $!", ""},
		{"sleep 600 & echo $!; exit 3", "exit status 3"},
	} {
		var out bytes.Buffer
		err := Run(t.Context(), c.command, nil, &out, os.Environ())
		if pid, bad := strconv.Atoi(strings.TrimSpace(out.String())); bad == nil {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		if got := fmt.Sprint(err); c.want == "" && err != nil || c.want != "" && got != c.want {
			t.Errorf("%s: %v", c.command, err)
		}
	}
}

// zombie reports whether a process has ended and waits for somebody to ask how.
func zombie(pid int) bool {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && strings.Contains(string(text), ") Z ")
}
