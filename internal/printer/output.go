package printer

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// OutputError reports that the requested output could not be written. It says nothing
// of the disk with the posts: the output goes somewhere else.
type OutputError struct{ Err error }

func (e *OutputError) Error() string {
	err := e.Err
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err // its path is always /dev/stdout
	}
	return fmt.Sprintf("cannot write to standard output: %v", err)
}

func (e *OutputError) Unwrap() error { return e.Err }

// Hint returns what the user can do.
func (e *OutputError) Hint() string {
	return "look at where standard output goes to: its disk may be full"
}

// Output returns a writer whose errors are *OutputError.
func Output(w io.Writer) io.Writer { return output{w} }

type output struct{ io.Writer }

func (o output) Write(p []byte) (int, error) {
	n, err := o.Writer.Write(p)
	if err != nil {
		err = &OutputError{err}
	}
	return n, err
}
