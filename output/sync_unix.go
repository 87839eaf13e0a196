//go:build unix

package output

import (
	"errors"
	"os"
	"syscall"
)

// syncDir makes a rename in the folder durable. A file system that cannot sync
// a folder says so with one of two errors, and has nothing better.
func syncDir(root *os.Root, dir string) error {
	d, err := root.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.ENOTSUP) || errors.Is(err, syscall.EINVAL) {
		err = nil
	}
	return errors.Join(err, d.Close())
}
