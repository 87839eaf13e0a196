package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/shell"
	"github.com/nightpress/nightpress/internal/term"
)

// finished is what an on_finish command reads: the object that run --json
// prints last, and how the command ends. It holds counts, codes of problems, and
// commands to type, and neither a topic's text nor a reply's.
type finished struct {
	Event    string `json:"event"`
	ExitCode int    `json:"exit_code"`
	// Meaning is the exit code in words. Error is set when the run could not
	// begin or go on.
	Meaning string `json:"meaning"`
	Error   string `json:"error,omitempty"`
	term.Summary
}

// OnFinish runs the command of models.toml's on_finish once a run has ended,
// with the summary as its input and out as its output. A usage error is no run,
// unless the run was refused because it would replace finished posts and nobody
// was there to be asked. The error of the command changes no exit code: that describes the posts.
func OnFinish(ctx context.Context, command string, environ []string, out io.Writer, runErr error, s term.Summary) error {
	code := exit.Code(runErr)
	refused := new(ReplaceError)
	unread := errors.As(runErr, &refused) && !refused.Declined
	if command == "" || code == exit.BadUsage && !unread {
		return nil
	}
	f := finished{Event: "summary", ExitCode: code, Meaning: exit.Meaning(code), Summary: s}
	if runErr != nil && !exit.IsSilent(runErr) {
		f.Error = runErr.Error()
	}
	text, err := json.Marshal(f)
	if err == nil {
		env := append(slices.Clone(environ), "NIGHTPRESS_EXIT_CODE="+strconv.Itoa(code))
		err = shell.Run(ctx, command, append(text, '\n'), out, env)
	}
	if err != nil {
		return fmt.Errorf("on_finish: %w", err)
	}
	return nil
}
