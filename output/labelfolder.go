package output

import (
	"errors"
	"io/fs"
	"os"
	"path"
)

// LabelFolder is the folder of a label's posts, opened to examine many of them. It takes
// half the time that Folder.Stat takes for each. It is safe for concurrent use.
type LabelFolder struct {
	// root is nil if there is no folder, and so no post.
	root *os.Root
	site Site
}

// OpenLabel opens the folder of a label's posts. It returns nil if that fails;
// Folder.Stat returns the reason. The caller closes it.
func (f *Folder) OpenLabel(label string) *LabelFolder {
	dir := f.labelDir(label)
	if f.root == nil || f.checkDir(dir) != nil {
		return nil
	}
	site := f.site
	site.Flat = true
	root, err := f.root.OpenRoot(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return &LabelFolder{root, site}
}

// Stat is Folder.Stat. known is false if something other than a post's file is there;
// Folder.Stat says what. A folder that was missing when it was opened has no posts.
func (l *LabelFolder) Stat(slug string) (size, modified int64, exists, known bool) {
	if l == nil {
		return 0, 0, false, false
	}
	if l.root == nil {
		return 0, 0, false, true
	}
	name := l.site.path("", slug)
	if l.site.Bundle {
		// A link in the place of the post's folder is followed otherwise.
		info, err := l.root.Lstat(path.Dir(name))
		if err != nil || !info.IsDir() {
			return 0, 0, false, errors.Is(err, fs.ErrNotExist)
		}
	}
	info, err := l.root.Lstat(name)
	if err != nil || !info.Mode().IsRegular() {
		return 0, 0, false, errors.Is(err, fs.ErrNotExist)
	}
	return info.Size(), info.ModTime().UnixNano(), true, true
}

// Close closes the folder; nil has nothing to close.
func (l *LabelFolder) Close() error {
	if l == nil || l.root == nil {
		return nil
	}
	return l.root.Close()
}
