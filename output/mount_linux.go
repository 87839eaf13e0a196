package output

import (
	"os"

	"golang.org/x/sys/unix"
)

// sameMount reports whether files can be renamed from one folder to the other.
// Linux renames nothing between two mounts, even of one file system (rename(2)).
func sameMount(a, b *os.File) bool {
	mount := func(f *os.File) (id, device uint64, ok bool) {
		var s unix.Statx_t
		err := unix.Statx(int(f.Fd()), "", unix.AT_EMPTY_PATH, unix.STATX_MNT_ID, &s)
		id, device = s.Mnt_id, uint64(s.Dev_major)<<32|uint64(s.Dev_minor)
		if s.Mask&unix.STATX_MNT_ID == 0 {
			id = 0 // Linux before 5.8
		}
		return id, device, err == nil
	}
	idA, devA, okA := mount(a)
	idB, devB, okB := mount(b)
	return !okA || !okB || idA == idB && devA == devB
}
