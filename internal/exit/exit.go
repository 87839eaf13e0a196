// Package exit turns the errors of commands into exit codes. The codes are
// promised to scripts and never change.
package exit

import (
	"context"
	"errors"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/errtype"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/regular"
	"github.com/nightpress/nightpress/output"
)

// The exit codes.
const (
	Done        = 0
	CannotRun   = 1
	BadUsage    = 2
	Incomplete  = 3
	OwnLimit    = 4
	Interrupted = 130
)

// usageError is a wrong command line, configuration, or input.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// Usage returns err as a fault of the command line, the configuration, or the
// input, with hints. A nil err stays nil.
func Usage(err error, hints ...string) error {
	if err == nil {
		return nil
	}
	for _, h := range hints {
		err = hint.Wrap(err, h)
	}
	return usageError{err}
}

// Silent is the exit code of a command whose output has already said
// everything.
type Silent int

func (Silent) Error() string { return "" }

// IsSilent reports whether nothing of the error is to be printed.
func IsSilent(err error) bool { return errtype.Is[Silent](err) }

// Code is the one switch from errors to exit codes.
func Code(err error) int {
	silent, isSilent := errors.AsType[Silent](err)
	switch {
	case err == nil:
		return Done
	case isSilent:
		return int(silent)
	case output.IsDiskError(err):
		// Also where the command was reading its input or opening the folder.
		return CannotRun
	case errtype.Is[*regular.TempError](err):
		return CannotRun
	case errtype.Is[usageError](err), errtype.Is[*output.NoLedgerError](err):
		return BadUsage
	case errors.Is(err, batch.ErrLimit), errors.Is(err, batch.ErrUntil), errors.Is(err, batch.ErrPatience):
		return OwnLimit
	case errors.Is(err, context.Canceled), errors.Is(err, batch.ErrStopped):
		return Interrupted
	}
	return CannotRun
}

// Meaning says what the exit code of a run means.
func Meaning(code int) string {
	switch code {
	case Done:
		return "everything requested exists"
	case Incomplete:
		return "finished, but some posts are missing"
	case OwnLimit:
		return "stopped by its own limit; the same command resumes the run"
	case Interrupted:
		return "interrupted; the same command resumes the run"
	}
	return "could not run"
}
