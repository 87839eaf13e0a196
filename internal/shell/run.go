package shell

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"time"
)

// Limit is how long a command may run before it is ended with its processes.
const Limit = time.Minute

// Run runs a command line with input and an environment, and sends what it
// prints to out. A command that runs longer than Limit is ended. A context that
// was already canceled does not count: its signal was not meant for the command.
func Run(ctx context.Context, command string, stdin []byte, out io.Writer, env []string) error {
	if ctx.Err() != nil {
		ctx = context.WithoutCancel(ctx)
	}
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
	return err
}
