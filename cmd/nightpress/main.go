// Command nightpress turns a file of topics into a folder of Markdown posts
// with local models.
//
// The commands live in one file each, cmd_NAME.go: flags in, one use case called,
// exit code out. The use cases are packages: settings (flags over environment over
// models.toml), preflight (which models, and whether the server has them), plan
// (topics and models become jobs, each with its disposition), run (asking and
// writing, and the exit code), status, and report.
package main

import (
	"context"
	"os"
	"runtime/debug"
	"time"
)

// version is set by the Makefile.
var version = "dev"

func main() {
	// The runtime ends a panic that nothing can recover with exit code 2, which
	// is a usage error's. With "crash" it aborts instead, and prints all stacks.
	debug.SetTraceback("crash")
	a := &app{
		args: os.Args, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		getenv: os.Getenv, environ: os.Environ, wall: time.Now, clock: time.Now,
	}
	os.Exit(a.run(context.Background()))
}
