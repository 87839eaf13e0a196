//go:build unix

package pack

import (
	"errors"
	"syscall"
)

// tooLarge reports that a file system takes no file so large.
func tooLarge(err error) bool { return errors.Is(err, syscall.EFBIG) }
