// Package hint attaches to an error what a person can type or do about it. An
// error type with its own hint has a method Hint() string; any other error is
// wrapped. Of returns the hints of an error.
package hint

import (
	"fmt"
	"strings"
)

// Hinter is an error that knows what to do about it; "" is nothing.
type Hinter interface {
	error
	Hint() string
}

// Wrap returns err with a hint. The text of err does not change. A nil err
// stays nil, and an empty hint adds nothing.
func Wrap(err error, text string) error {
	if err == nil || text == "" {
		return err
	}
	return &hinted{err, text}
}

// Wrapf is Wrap with a formatted hint.
func Wrapf(err error, format string, args ...any) error {
	return Wrap(err, fmt.Sprintf(format, args...))
}

type hinted struct {
	error
	text string
}

func (h *hinted) Unwrap() error { return h.error }
func (h *hinted) Hint() string  { return h.text }

// Of collects the hints of an error and of all that it wraps, outermost first,
// each once.
func Of(err error) []string {
	var hints []string
	seen := map[string]bool{}
	var visit func(error)
	visit = func(e error) {
		if e == nil {
			return
		}
		if h, ok := e.(Hinter); ok && h.Hint() != "" && !seen[h.Hint()] {
			seen[h.Hint()] = true
			hints = append(hints, h.Hint())
		}
		switch u := e.(type) {
		case interface{ Unwrap() error }:
			visit(u.Unwrap())
		case interface{ Unwrap() []error }:
			for _, part := range u.Unwrap() {
				visit(part)
			}
		}
	}
	visit(err)
	return hints
}

// Text is an error with its hints on one line, for a record that keeps text
// alone: "what failed (hint: what to do)".
func Text(err error) string {
	hints := Of(err)
	if len(hints) == 0 {
		return err.Error()
	}
	return err.Error() + " (hint: " + strings.Join(hints, "; ") + ")"
}
