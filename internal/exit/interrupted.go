package exit

import (
	"context"
	"errors"
)

// ErrInterrupted is the cause of a context that a signal canceled.
var ErrInterrupted error = interrupted{}

type interrupted struct{}

func (interrupted) Error() string        { return "interrupted" }
func (interrupted) Is(target error) bool { return target == context.Canceled }

// Canceled is err, or ErrInterrupted where a signal had canceled the context:
// not everything that a canceled context ends says so, and nothing says it for
// a person. What has been told already (Silent) stays.
func Canceled(ctx context.Context, err error) error {
	if context.Cause(ctx) != ErrInterrupted {
		return err
	}
	if code := Code(err); code == CannotRun || code == BadUsage || errors.Is(err, context.Canceled) {
		return ErrInterrupted
	}
	return err
}
