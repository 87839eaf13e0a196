//go:build unix

package regular

import "syscall"

// NonBlock is a flag of os.OpenFile: the file is opened without waiting for
// another process.
const NonBlock = syscall.O_NONBLOCK
