package hint

import (
	"errors"
	"io/fs"
	"path/filepath"
	"syscall"
)

// System gives an error of the operating system a hint if it has none: about a file that
// this user may not use, or a disk that is full or read-only. Other errors are returned
// as they are.
func System(err error) error {
	path, ok := errors.AsType[*fs.PathError](err)
	if !ok || len(Of(err)) > 0 {
		return err
	}
	folder := "this folder"
	if dir := filepath.Dir(path.Path); dir != "." {
		folder = dir
	}
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return Wrapf(err, "free space on the disk of %s, then run the same command again", folder)
	case errors.Is(err, syscall.EROFS):
		return Wrapf(err, "mount the disk of %s writable, or name a file on another one", folder)
	case errors.Is(err, fs.ErrPermission):
		return Wrapf(err, "make sure that this user may use %s and the folder it is in", path.Path)
	}
	return err
}
