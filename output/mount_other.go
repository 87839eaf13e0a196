//go:build unix && !linux

package output

import (
	"os"
	"syscall"
)

// sameMount reports whether files can be renamed from one folder to the other.
func sameMount(a, b *os.File) bool {
	device := func(f *os.File) (any, bool) {
		info, err := f.Stat()
		if err != nil {
			return nil, false
		}
		s, ok := info.Sys().(*syscall.Stat_t)
		if !ok {
			return nil, false
		}
		return s.Dev, true
	}
	devA, okA := device(a)
	devB, okB := device(b)
	return !okA || !okB || devA == devB
}
