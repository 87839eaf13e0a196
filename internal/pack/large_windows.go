package pack

import (
	"errors"

	"golang.org/x/sys/windows"
)

// tooLarge reports that a file system takes no file so large.
func tooLarge(err error) bool { return errors.Is(err, windows.ERROR_FILE_TOO_LARGE) }
