package regular

import (
	"io/fs"
	"os"
	"path/filepath"
)

// OpenBelow opens a regular file below a folder for reading, by a path with "/". Unlike
// Open, it follows no symbolic link in the place of the file, and none that leads out of
// the folder. Anything else there is an *Error.
func OpenBelow(root *os.Root, name string) (*os.File, error) {
	path := filepath.Join(root.Name(), filepath.FromSlash(name))
	if !fs.ValidPath(name) || !filepath.IsLocal(filepath.FromSlash(name)) {
		return nil, &Error{name, "is not a path below the folder"}
	}
	return open(path, func() (fs.FileInfo, error) { return root.Lstat(name) },
		func() (*os.File, error) { return root.OpenFile(name, os.O_RDONLY|NonBlock, 0) })
}
