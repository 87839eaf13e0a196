package output

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/nightpress/nightpress/internal/errtype"
	"github.com/nightpress/nightpress/internal/ledger"
)

// SpaceError reports a file system that is too full for more posts.
type SpaceError struct {
	Dir string
	// Free and Need are in bytes. Free is -1 if unknown.
	Free, Need int64
	// Err is the failed write, or nil if there was none.
	Err error
}

func (e *SpaceError) Error() string {
	free := ""
	if e.Free >= 0 {
		free = " (" + Bytes(e.Free) + " free)"
	}
	if e.Err != nil {
		return fmt.Sprintf("no disk space for more posts in %s%s: %v", e.Dir, free, e.Err)
	}
	return fmt.Sprintf("no disk space for more posts in %s%s: at least %s must be free", e.Dir, free, Bytes(e.Need))
}

func (e *SpaceError) Unwrap() error { return e.Err }

// Hint returns what the user can do.
func (e *SpaceError) Hint() string {
	return fmt.Sprintf("free at least %s on the file system of %s (or raise its quota or file-size limit), then run the same command again", Bytes(e.Need), e.Dir)
}

// WriteError reports a folder that cannot be written for a reason other than a
// full file system.
type WriteError struct {
	Dir string
	Err error
}

func (e *WriteError) Error() string {
	switch {
	case isReadOnly(e.Err):
		return fmt.Sprintf("%s is on a file system that is mounted read-only", e.Dir)
	case isBroken(e.Err):
		return fmt.Sprintf("the disk of %s reports errors: %v", e.Dir, e.Err)
	}
	return fmt.Sprintf("cannot write to %s: %v", e.Dir, e.Err)
}

func (e *WriteError) Unwrap() error { return e.Err }

// Hint returns what the user can do.
func (e *WriteError) Hint() string {
	switch {
	case isReadOnly(e.Err):
		return "mount it writable, or write to another folder with --out"
	case isBroken(e.Err):
		return "check the disk and its cable, or write to a folder on another disk with --out"
	}
	return "make the folder writable for this user (and raise its file-size limit, if it has one), or write to another folder with --out"
}

// IsDiskError reports whether err means that a disk is full, failing, or
// read-only. Such an error is never a usage error.
func IsDiskError(err error) bool {
	return errtype.Is[*SpaceError](err) || errtype.Is[*WriteError](err) ||
		errors.Is(err, ledger.ErrFull) || errors.Is(err, ledger.ErrWrite) ||
		isFull(err) || isReadOnly(err) || isBroken(err)
}

// Explain turns a failed write to the folder or its ledger into a *SpaceError or
// a *WriteError, which have hints. It returns other errors, and nil, unchanged.
// The Folder may be nil.
func (f *Folder) Explain(err error) error {
	if f == nil || !IsDiskError(err) && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return explain(f.dir, err)
}

func explain(dir string, err error) error {
	if access, ok := errors.AsType[*ledger.AccessError](err); ok && IsDiskError(err) {
		err = access.Err // its hint would be a second one
	}
	switch {
	case err == nil:
		return nil
	case errtype.Is[*SpaceError](err), errtype.Is[*WriteError](err):
		return err
	case isFull(err), errors.Is(err, ledger.ErrFull):
		free, ok := free(dir)
		if !ok {
			free = -1
		}
		return &SpaceError{dir, free, Reserve, err}
	case isReadOnly(err), isBroken(err), errors.Is(err, ledger.ErrWrite), errors.Is(err, fs.ErrPermission):
		return &WriteError{dir, err}
	}
	return fmt.Errorf("output folder %s: %w", dir, err)
}

// Reserve is the disk space in bytes that must be free before another request is
// sent: enough for the posts in progress, their replies, and the ledger's log.
const Reserve = 32 << 20

// Free returns the free bytes on the folder's file system, and whether they are
// known.
func (f *Folder) Free() (int64, bool) { return free(f.dir) }

// FreeIn returns the free bytes on a folder's file system, and whether they are known.
func FreeIn(dir string) (int64, bool) { return free(dir) }

// CheckSpace returns a *SpaceError if less than Reserve is free.
func (f *Folder) CheckSpace() error {
	if free, ok := free(f.dir); ok && free < Reserve {
		return &SpaceError{Dir: f.dir, Free: free, Need: Reserve}
	}
	return nil
}

// Bytes formats a size in decimal units, such as "1.5 MB".
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
