//go:build unix

package main

import (
	"errors"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
)

// fatal are the ways in which the Go runtime ends a program by itself, with what
// it says.
var fatal = map[string]struct {
	how  func()
	says string
}{
	"a map that two goroutines write to": {func() {
		m := map[int]int{}
		for range 8 {
			go func() {
				for {
					m[1]++
				}
			}()
		}
		select {}
	}, "concurrent map"},
	"a stack that is too large": {func() {
		debug.SetMaxStack(1 << 20)
		var deeper func(n int) int
		deeper = func(n int) int { return deeper(n+1) + 1 }
		_ = deeper(0)
	}, "stack overflow"},
	"no more memory": {func() {
		limit := syscall.Rlimit{Cur: 1 << 30, Max: 1 << 30}
		if err := syscall.Setrlimit(syscall.RLIMIT_AS, &limit); err != nil {
			panic(err)
		}
		var all [][]byte
		for {
			all = append(all, make([]byte, 64<<20))
			clear(all[len(all)-1])
		}
	}, "fatal error: "}, // "out of memory", or other words under the race detector
	"a panic in a goroutine without a guard": {func() { go panic("no guard"); select {} }, "no guard"},
}

const fatalVariable = "NIGHTPRESS_TEST_FATAL"

// TestFatalChild is the program that ends. It does nothing by itself.
func TestFatalChild(_ *testing.T) {
	if one, ok := fatal[os.Getenv(fatalVariable)]; ok {
		abortWhenFatal()
		one.how()
	}
}

// No exit code of the program can be taken for what the runtime does: by default it
// would be that of a usage error.
func TestAFatalErrorOfTheRuntimeHasNoExitCodeOfOurs(t *testing.T) {
	for name, one := range fatal {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0], "-test.run=^TestFatalChild$")
			// No core is written where the system would write one.
			cmd.Dir, cmd.Env = t.TempDir(), append(os.Environ(), fatalVariable+"="+name)
			out, err := cmd.CombinedOutput()
			var ended *exec.ExitError
			if !errors.As(err, &ended) || !strings.Contains(string(out), one.says) {
				t.Fatalf("%v\n%.2000s", err, out)
			}
			if status, ok := ended.Sys().(syscall.WaitStatus); !ok || !status.Signaled() || status.Signal() != syscall.SIGABRT {
				t.Errorf("it ended with %v, not with an abort", err)
			}
		})
	}
}
