package regular

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
)

// TempError reports a temporary folder that cannot be written to.
type TempError struct {
	Dir string
	Err error
}

func (e *TempError) Error() string {
	err := e.Err
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err // its path is a name of ours
	}
	return fmt.Sprintf("cannot write to the temporary folder %s: %v", e.Dir, err)
}

func (e *TempError) Unwrap() error { return e.Err }

// Hint returns what the user can do.
func (e *TempError) Hint() string {
	name := "another folder: export TMPDIR=FOLDER"
	if runtime.GOOS == "windows" {
		name = "another folder: set TMP=FOLDER"
	}
	return "free space there, or name " + name
}

// TempFile is a temporary file. On systems other than Windows it has no name, so that
// a killed process leaves nothing behind.
type TempFile struct {
	*os.File
	named bool
}

// Temp creates a temporary file. Its errors, and those of Write, are *TempError.
func Temp(pattern string) (*TempFile, error) {
	f, err := os.CreateTemp("", pattern)
	if err != nil {
		return nil, &TempError{os.TempDir(), err}
	}
	return &TempFile{f, os.Remove(f.Name()) != nil}, nil
}

func (f *TempFile) Write(p []byte) (int, error) {
	n, err := f.File.Write(p)
	if err != nil {
		err = &TempError{os.TempDir(), err}
	}
	return n, err
}

// Close closes the file and removes it.
func (f *TempFile) Close() error {
	err := f.File.Close()
	if f.named {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}
