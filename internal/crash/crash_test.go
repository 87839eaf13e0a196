package crash_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/crash"
)

func TestAPanicBecomesAnErrorThatKnowsWhereItWas(t *testing.T) {
	err := crash.Guarded(func() error { return explode(io.ErrUnexpectedEOF) })()
	c, ok := errors.AsType[*crash.Error](err)
	if !ok || !strings.Contains(string(c.Stack), "explode") || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%v\n%s", err, c.Stack)
	}
	if err := crash.Guard(func() error { return io.EOF }); err != io.EOF {
		t.Errorf("an error of its own: %v", err)
	}
}

func TestAPanicOfAnotherGoroutineGoesToTheOneWhoStartedIt(t *testing.T) {
	failed := make(chan error, 1)
	crash.Go(func() { _ = explode(io.ErrUnexpectedEOF) }, func(err error) { failed <- err })
	if err := <-failed; !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
	crash.Caught(func() {}, func(err error) { t.Error(err) })()
}

func explode(v any) error { panic(v) }
