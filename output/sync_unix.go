//go:build unix

package output

import (
	"errors"
	"os"
	"syscall"
)

// syncDir makes a rename in the folder durable. It ignores the two errors with
// which a file system says that it cannot sync folders.
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
