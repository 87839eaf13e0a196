//go:build unix

package main

import (
	"os"
	"syscall"
	"testing"
)

// TestStoriesWithSignals tells those that need signals.
func TestStoriesWithSignals(t *testing.T) { inEachDialect(t, "testdata/stories/unix") }

// signals are those that a script can send.
var signals = map[string]os.Signal{
	"INT": os.Interrupt, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP, "KILL": syscall.SIGKILL,
	"STOP": syscall.SIGSTOP, "CONT": syscall.SIGCONT,
}
