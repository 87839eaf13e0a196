package hint_test

import (
	"errors"
	"fmt"
	"slices"
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
