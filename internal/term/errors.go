package term

import (
	"fmt"
	"io"
)

// PrintError prints an error, each of joined ones on its own line, and below
// each the hints that it alone has. Hints that hold for all of them come last.
// No hint is printed twice.
func PrintError(w io.Writer, err error) {
	printed := map[string]bool{}
	hint := func(e error) {
		for _, h := range Hints(e) {
			if !printed[h] {
				printed[h] = true
				fmt.Fprintf(w, "hint: %s\n", Clean(h))
			}
		}
	}
	for _, e := range leaves(err) {
		fmt.Fprintf(w, "nightpress: %s\n", Clean(e.Error()))
		hint(e)
	}
	hint(err)
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
		// Only a wrapper that adds no text may be looked through.
		inner, ok := e.(interface{ Unwrap() error })
		if !ok || inner.Unwrap() == nil || inner.Unwrap().Error() != e.Error() {
			break
		}
		e = inner.Unwrap()
	}
	return []error{err}
}

// Hints collects what the errors in a chain tell to do.
func Hints(err error) []string {
	var hints []string
	seen := map[string]bool{}
	var visit func(error)
	visit = func(e error) {
		if e == nil {
			return
		}
		if h, ok := e.(interface{ Hint() string }); ok && h.Hint() != "" && !seen[h.Hint()] {
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
