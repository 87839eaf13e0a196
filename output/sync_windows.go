package output

import "os"

// syncDir does nothing: Windows syncs no folder, NTFS journals the rename.
func syncDir(*os.Root, string) error { return nil }
