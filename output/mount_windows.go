package output

import "os"

// sameMount reports whether files can be renamed from one folder to the other. A
// volume that is mounted as a folder is a reparse point there, which CheckLabel
// refuses already.
func sameMount(_, _ *os.File) bool { return true }
