//go:build unix

package output

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// tryLock locks the file until it is closed and reports whether it could. The
// lock is exclusive for a writer and shared for others. A flock belongs to the
// open file: a second open in this process does not share it, and a child does
// not inherit it, because Go opens files close-on-exec.
func tryLock(f *os.File, writer bool) (bool, error) {
	how := unix.LOCK_SH | unix.LOCK_NB
	if writer {
		how = unix.LOCK_EX | unix.LOCK_NB
	}
	for {
		err := unix.Flock(int(f.Fd()), how)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EWOULDBLOCK):
			return false, nil
		default:
			return false, err
		}
	}
}
