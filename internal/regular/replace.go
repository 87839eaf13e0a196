package regular

import (
	"errors"
	"os"
	"path/filepath"
)

// Replacement is a file that is not at its path before it is complete.
type Replacement struct {
	*os.File
	path string
}

// Replace begins a file. Until Commit, whatever is at the path stays there. Something
// other than a regular file there is an *Error. The caller ends with Discard in any case.
func Replace(path string) (*Replacement, error) {
	if info, err := os.Lstat(path); err == nil {
		if err := check(path, info); err != nil {
			return nil, err
		}
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return nil, err
	}
	return &Replacement{f, path}, nil
}

// Commit puts the file at its path, with the permissions of a file that others may read.
func (r *Replacement) Commit() error {
	err := errors.Join(r.Chmod(0o644), r.Sync())
	// Close, then rename: Windows does not like the reverse order.
	if err = errors.Join(err, r.Close()); err != nil {
		return err
	}
	return os.Rename(r.Name(), r.path)
}

// Discard removes the file unless it was committed.
func (r *Replacement) Discard() {
	_ = r.Close()
	_ = os.Remove(r.Name())
}
