package output

import "os"

// syncDir does nothing: Windows cannot sync folders, and NTFS journals renames.
func syncDir(*os.Root, string) error { return nil }
