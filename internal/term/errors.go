package term

import (
	"fmt"
	"io"

	"github.com/nightpress/nightpress/internal/hint"
)

// PrintError prints an error, each of joined ones on its own line, and below
// each the hints that it alone has. Hints that hold for all of them come last.
// No hint is printed twice.
func PrintError(w io.Writer, err error) {
	printed := map[string]bool{}
	hints := func(e error) {
		for _, h := range hint.Of(e) {
			if !printed[h] {
				printed[h] = true
				fmt.Fprintf(w, "hint: %s\n", Clean(h))
			}
		}
	}
	for _, e := range leaves(err) {
		fmt.Fprintf(w, "nightpress: %s\n", Clean(e.Error()))
		hints(e)
	}
	hints(err)
}

// leaves takes joined errors apart.
func leaves(err error) []error {
	for e := err; e != nil; {
		if joined, ok := e.(interface{ Unwrap() []error }); ok && fmt.Sprintf("%T", e) == "*errors.joinError" {
			var all []error
			for _, part := range joined.Unwrap() {
				all = append(all, leaves(part)...)
			}
			return all
		}
		// Only a wrapper that adds no text may be skipped.
		inner, ok := e.(interface{ Unwrap() error })
		if !ok || inner.Unwrap() == nil || inner.Unwrap().Error() != e.Error() {
			break
		}
		e = inner.Unwrap()
	}
	return []error{err}
}
