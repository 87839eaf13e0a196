package main

import (
	"context"
	"errors"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/output"
)

// The exit codes; they are promised to scripts and never change.
const (
	exitDone        = 0
	exitCannotRun   = 1
	exitUsage       = 2
	exitIncomplete  = 3
	exitOwnLimit    = 4
	exitInterrupted = 130
)

// exitHelp ends every command's help.
const exitHelp = `Exit status: 0 all that was asked for is there; 1 could not run, or a check
failed; 2 usage, configuration or input error; 3 finished, but something asked
for is not there (rejected, set aside, bad rows skipped; validate and accept:
malformed; verify: a difference); 4 stopped by its own limit, the same command
goes on; 130 interrupted, the same command goes on. Any other code means
failure.`

// usageError is a wrong command line, configuration or input: exit code 2.
type usageError struct {
	error
	hint string
}

func (e usageError) Unwrap() error { return e.error }
func (e usageError) Hint() string  { return e.hint }

// silentExit ends a command whose output has already said everything.
type silentExit struct{ code int }

func (silentExit) Error() string { return "" }

// exitCode is the one switch from errors to exit codes.
func exitCode(err error) int {
	var (
		silent silentExit
		usage  usageError
	)
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &silent):
		return silent.code
	case output.IsDiskError(err):
		// Also where the command was reading its input or opening the folder.
		return exitCannotRun
	case errors.As(err, &usage):
		return exitUsage
	case errors.Is(err, batch.ErrLimit), errors.Is(err, batch.ErrUntil), errors.Is(err, batch.ErrPatience):
		return exitOwnLimit
	case errors.Is(err, context.Canceled), errors.Is(err, batch.ErrStopped):
		return exitInterrupted
	}
	return exitCannotRun
}

// meaning is what an exit code of a run says.
func meaning(code int) string {
	switch code {
	case exitDone:
		return "all is there"
	case exitIncomplete:
		return "finished, but something is not there"
	case exitOwnLimit:
		return "stopped by its own limit, the same command goes on"
	case exitInterrupted:
		return "interrupted, the same command goes on"
	}
	return "it could not go on"
}
