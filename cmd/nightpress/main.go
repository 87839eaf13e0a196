// Command nightpress turns a file of topics into a folder of Markdown posts
// with local models.
//
// The commands live in one file each, cmd_NAME.go. A run goes through, in this
// order: settings.go (flags over environment over models.toml), lineup.go
// (which models, and whether the server has them), workload.go (topics and
// models become jobs, those already done are left out), package batch (asking
// and judging), package output (writing), and outcome.go (the summary and the
// exit code).
package main

import (
	"context"
	"os"
	"runtime/debug"
)

// version is set by the Makefile.
var version = "dev"

func main() {
	// The runtime ends a panic that nothing can recover with exit code 2, which
	// is a usage error's. With "crash" it aborts instead, and prints all stacks.
	debug.SetTraceback("crash")
	a := &app{
		args: os.Args, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		getenv: os.Getenv,
	}
	os.Exit(a.run(context.Background()))
}
