package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/notify"
	"github.com/nightpress/nightpress/internal/record"
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
	record.Summary
}

// OnFinish runs the command of models.toml's on_finish once a run has ended,
// with the summary as its input and out as its output. A usage error is no run,
// unless the run was refused because it would replace finished posts and nobody
// was there to be asked. The error of the command changes no exit code: that describes the posts.
func OnFinish(ctx context.Context, command string, environ []string, out io.Writer, runErr error, s record.Summary) error {
	if command == "" || !wasRun(runErr) {
		return nil
	}
	code := exit.Code(runErr)
	text, err := json.Marshal(finished{Event: "summary", ExitCode: code, Meaning: exit.Meaning(code), Error: errorText(runErr), Summary: s})
	if err == nil {
		env := append(slices.Clone(environ), doneMessage(runErr, s).Environ()...)
		err = shell.Run(shell.AfterRun(ctx), command, append(text, '\n'), out, env)
	}
	if err != nil {
		return fmt.Errorf("on_finish: %w", err)
	}
	return nil
}

// TellDone runs the command of on_event for the end of a run, and waits until
// it has run for every event.
func TellDone(ctx context.Context, n *notify.Notifier, now time.Time, runErr error, s record.Summary) {
	if wasRun(runErr) {
		m := doneMessage(runErr, s)
		m.Time = now
		n.Send(m)
	}
	n.Close(ctx)
}

// wasRun reports whether a command that ended with runErr counts as a run.
func wasRun(runErr error) bool {
	refused, ok := errors.AsType[*ReplaceError](runErr)
	unread := ok && !refused.Declined
	return unread || exit.Code(runErr) != exit.BadUsage
}

// errorText is an error's text, where it is to be printed.
func errorText(err error) string {
	if err == nil || exit.IsSilent(err) {
		return ""
	}
	return err.Error()
}

// doneMessage describes how a run ended.
func doneMessage(runErr error, s record.Summary) notify.Message {
	code := exit.Code(runErr)
	m := notify.Message{Event: notify.Done, ExitCode: &code, Meaning: exit.Meaning(code), Error: errorText(runErr), Counts: counts(&s)}
	m.Text = m.Meaning
	if m.Error != "" {
		m.Text += ": " + m.Error
	}
	if s.Jobs > 0 {
		m.Text = fmt.Sprintf("%s of %s there: %s", term.Number(s.There()), term.Count(s.Jobs, "post"), m.Text)
	}
	return m
}

// counts are those of a summary.
func counts(s *record.Summary) notify.Counts {
	return notify.Counts{
		Jobs: s.Jobs, Written: s.Written, AlreadyDone: s.AlreadyDone, Kept: s.Kept,
		Rejected: s.Rejected, SetAside: s.SetAside, Left: s.Left,
	}
}
