//go:build linux || darwin || freebsd

package output

import (
	"errors"

	"golang.org/x/sys/unix"
)

// free returns the bytes available to an unprivileged user.
func free(dir string) (int64, bool) {
	var s unix.Statfs_t
	for {
		err := unix.Statfs(dir, &s)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		return int64(s.Bavail) * int64(s.Bsize), err == nil
	}
}
