package hint_test

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"syscall"
	"testing"

	"github.com/nightpress/nightpress/internal/hint"
)

func TestHintsAreFoundHoweverAnErrorIsWrapped(t *testing.T) {
	cause := errors.New("cause")
	inner := hint.Wrap(cause, "inner")
	err := hint.Wrapf(fmt.Errorf("a: %w", errors.Join(inner, hint.Wrap(cause, "second"), inner)), "outer %d", 1)
	if got, want := hint.Of(err), []string{"outer 1", "inner", "second"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if err.Error() != "a: cause\ncause\ncause" || !errors.Is(err, cause) {
		t.Errorf("the error changed: %v", err)
	}
	if hint.Wrap(nil, "x") != nil || hint.Wrap(cause, "") != cause || hint.Of(nil) != nil || hint.Of(cause) != nil {
		t.Error("no error, or no hint, is not left alone")
	}
}

func TestAnErrorOfTheSystemHasAHint(t *testing.T) {
	at := func(err error) error {
		return fmt.Errorf("write: %w", &fs.PathError{Op: "open", Path: "posts/x", Err: err})
	}
	for _, c := range []struct {
		err  error
		want []string
	}{
		{at(syscall.ENOSPC), []string{"free space on the disk of posts, then run the same command again"}},
		{at(syscall.EROFS), []string{"mount the disk of posts writable, or name a file on another one"}},
		{at(syscall.EACCES), []string{"make sure that this user may use posts/x and the folder it is in"}},
		{hint.Wrap(at(syscall.EACCES), "its own"), []string{"its own"}},
		{at(syscall.ENOENT), nil},
		{syscall.EACCES, nil},
		{nil, nil},
	} {
		if err := hint.System(c.err); !slices.Equal(hint.Of(err), c.want) || !errors.Is(err, c.err) {
			t.Errorf("%v: %q, want %q", err, hint.Of(err), c.want)
		}
	}
}
