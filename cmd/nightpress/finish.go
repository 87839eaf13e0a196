package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/term"
)

// finishLimit ends an on_finish command that does not end by itself.
const finishLimit = time.Minute

// finished is what an on_finish command reads: the object that run --json
// prints last, and how the command ends. It has counts, codes of problems and
// commands to type in it, and neither a topic's text nor a reply's.
type finished struct {
	Event    string `json:"event"`
	ExitCode int    `json:"exit_code"`
	// Meaning says the exit code in words; Error is there when the run could
	// not begin or go on.
	Meaning string `json:"meaning"`
	Error   string `json:"error,omitempty"`
	term.Summary
}

// onFinish runs the command of models.toml's on_finish once a run has ended,
// however it did; a usage error is no run. What comes of the command is told
// and changes no exit code, which speaks of the posts.
func (a *app) onFinish(ctx context.Context, command string, runErr error, s term.Summary) {
	code := exit.Code(runErr)
	if command == "" || code == exit.BadUsage {
		return
	}
	f := finished{Event: "summary", ExitCode: code, Meaning: exit.Meaning(code), Summary: s}
	if runErr != nil && !exit.IsSilent(runErr) {
		f.Error = runErr.Error()
	}
	text, err := json.Marshal(f)
	if err == nil {
		err = a.shell(ctx, command, append(text, '\n'), "NIGHTPRESS_EXIT_CODE="+strconv.Itoa(code))
	}
	if err != nil {
		fmt.Fprintf(a.stderr, "nightpress: on_finish: %s\n", term.Clean(err.Error()))
	}
}

// shell runs a command with the system's shell and sees to it that it ends. Its
// output goes to standard error: standard output has what was asked for.
func (a *app) shell(ctx context.Context, command string, stdin []byte, env ...string) error {
	if ctx.Err() != nil {
		// The signal that cancelled the run was not meant for this.
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, finishLimit, fmt.Errorf("ended after %s, it had not ended by itself", finishLimit))
	defer cancel()
	cmd := shellCommand(ctx, command)
	cmd.Env = append(a.environ(), env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), a.stderr, a.stderr
	// A process that it left behind may hold its output open.
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
