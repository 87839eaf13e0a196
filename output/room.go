package output

import (
	"errors"
	"fmt"
	"io/fs"
)

// SpaceError is a file system without room for what is to be written.
type SpaceError struct {
	Dir string
	// Free and Need are in bytes; Free is -1 where it is not known.
	Free, Need int64
	// Err is what a write said, nil when nothing was tried.
	Err error
}

func (e *SpaceError) Error() string {
	free := ""
	if e.Free >= 0 {
		free = ", " + Bytes(e.Free) + " are free"
	}
	if e.Err != nil {
		return fmt.Sprintf("no room for more posts in %s%s: %v", e.Dir, free, e.Err)
	}
	return fmt.Sprintf("no room for more posts in %s%s and %s are needed to go on", e.Dir, free, Bytes(e.Need))
}

func (e *SpaceError) Unwrap() error { return e.Err }

// Hint is what to do.
func (e *SpaceError) Hint() string {
	return fmt.Sprintf("free at least %s on the file system of %s (or lift its quota or file-size limit); then the same command goes on", Bytes(e.Need), e.Dir)
}

// WriteError is a folder that cannot be written to.
type WriteError struct {
	Dir string
	Err error
}

func (e *WriteError) Error() string {
	if isReadOnly(e.Err) {
		return fmt.Sprintf("%s is on a file system that is mounted read-only", e.Dir)
	}
	return fmt.Sprintf("%s cannot be written to: %v", e.Dir, e.Err)
}

func (e *WriteError) Unwrap() error { return e.Err }

// Hint is what to do.
func (e *WriteError) Hint() string {
	return "make the folder writable for you (and lift its limit of file sizes, if it has one), or write to another one: --out"
}

// explain says of a failed write what a person can do about it.
func (f *Folder) explain(err error) error { return explain(f.dir, err) }

func explain(dir string, err error) error {
	switch {
	case err == nil:
		return nil
	case isFull(err):
		free, ok := free(dir)
		if !ok {
			free = -1
		}
		return &SpaceError{dir, free, Reserve, err}
	case isReadOnly(err), errors.Is(err, fs.ErrPermission):
		return &WriteError{dir, err}
	}
	return fmt.Errorf("output folder %s: %w", dir, err)
}

// Reserve is what must be free before another request is made, in bytes: room
// for the posts under way, their replies and the ledger's log.
const Reserve = 32 << 20

// Free returns how many bytes can be written to the folder's file system, and
// whether that is known.
func (f *Folder) Free() (int64, bool) { return free(f.dir) }

// Room is an error when another post might find no room.
func (f *Folder) Room() error {
	if free, ok := free(f.dir); ok && free < Reserve {
		return &SpaceError{Dir: f.dir, Free: free, Need: Reserve}
	}
	return nil
}

// Bytes is a size for people.
func Bytes(n int64) string {
	const unit = 1000
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	div, exp := int64(unit), 0
	for m := n / unit; m >= unit; m /= unit {
		div *= unit
		exp++
	}
	return fmt.Sprintf("%.1f %cB", float64(n)/float64(div), "kMGTPE"[exp])
}
