// Command nightpress turns a file of topics into a folder of Markdown posts
// with local models.
//
// Each command has a file, cmd_NAME.go. It reads the flags, calls one use case, and
// returns an error, which package exit turns into an exit code. ARCHITECTURE.md lists
// the packages of the use cases.
package main

import (
	"context"
	"os"
	"runtime/debug"
	"time"
)

// version is set by the Makefile.
var version = "dev"

// abortWhenFatal makes the Go runtime abort where it ends the program by itself: no
// more memory, a stack that is too large, a map that two goroutines write to, a
// panic that nothing recovers. By default the exit code is 2 then, a usage error's
// (runtime/panic.go, fatalthrow, Go 1.26). An abort is a signal, SIGABRT, which a
// shell shows as 134. The runtime prints all stacks before.
func abortWhenFatal() { debug.SetTraceback("crash") }

func main() {
	abortWhenFatal()
	if os.Getenv("GOGC") == "" {
		// A run holds little and makes much garbage. Collecting at half as much
		// saves a fifth of its memory, and takes no time that shows.
		debug.SetGCPercent(50)
	}
	a := &app{
		args: os.Args, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		getenv: os.Getenv, environ: os.Environ, wall: time.Now, clock: time.Now,
	}
	os.Exit(a.run(context.Background()))
}
