// Package crash turns a panic into an error, so that a bug in the program ends a run
// as any other error does: posts are complete, the ledger is closed, and the exit
// code is not that of a usage error.
//
// A panic can be caught only in its own goroutine. Every goroutine of the program
// therefore starts with Go, or runs a Guarded function in an errgroup. Fatal errors of
// the Go runtime (out of memory, concurrent map writes) cannot be caught. For those,
// main makes the runtime abort (SetTraceback), which matches no exit code of the
// program.
package crash

import (
	"fmt"
	"runtime/debug"
)

// Error is a panic. Its text is the panic's value on one line.
type Error struct {
	Value any
	// Stack is the stack of the goroutine that panicked.
	Stack []byte
}

func (e *Error) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Unwrap is the value, where that is an error.
func (e *Error) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// Guard calls fn and returns its error, or an *Error where it panics.
func Guard(fn func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &Error{Value: v, Stack: debug.Stack()}
		}
	}()
	return fn()
}

// Guarded is Guard for later, as an argument of a function that starts a
// goroutine.
func Guarded(fn func() error) func() error {
	return func() error { return Guard(fn) }
}

// Go starts fn in a goroutine. Its panic, if it has one, goes to failed as an
// *Error, in the same goroutine.
func Go(fn func(), failed func(error)) { go Caught(fn, failed)() }

// Caught is what Go starts, for what something else starts: a timer, or the end
// of a context.
func Caught(fn func(), failed func(error)) func() {
	return func() {
		if err := Guard(func() error { fn(); return nil }); err != nil {
			failed(err)
		}
	}
}
