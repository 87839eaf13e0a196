package shell

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"
)

// Limit is how long a command may run before it is ended with its processes.
const Limit = time.Minute

// AfterRun returns the context of a command that runs when a run has ended: ctx,
// or, if ctx was already canceled, one that is not. The signal that ended the run
// was not meant for the command.
func AfterRun(ctx context.Context) context.Context {
	if ctx.Err() != nil {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

// Run runs a command line with input and an environment, and sends what it
// prints to out. A command that runs longer than Limit is ended. What it leaves
// running in the background is not waited for, and changes nothing about its success.
func Run(ctx context.Context, command string, stdin []byte, out io.Writer, env []string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, Limit, fmt.Errorf("the command ran for %s and was ended", Limit))
	defer cancel()
	cmd := shellCommand(ctx, command)
	cmd.Env = env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), out, out
	// A process that the command left behind may hold its output open.
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if errors.Is(err, exec.ErrWaitDelay) {
		return nil // the command itself succeeded
	}
	return err
}
