package output

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

const (
	inner    = ".nightpress"
	rejected = inner + "/rejected"
	replaced = inner + "/replaced"
)

// Folder is an output folder. It is used by one goroutine at a time but for
// Hash, which may be called from many.
type Folder struct {
	dir  string
	root *os.Root
	site Site
}

// Open opens the folder, making it when it is not there, and removes the
// temporary files of a run that was killed.
func Open(dir string) (*Folder, error) {
	if err := os.MkdirAll(filepath.Join(dir, inner), 0o777); err != nil {
		return nil, fmt.Errorf("output folder %s: %w", dir, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("output folder %s: %w", dir, err)
	}
	f := &Folder{dir: dir, root: root}
	if err := f.sweep(); err != nil {
		return nil, errors.Join(fmt.Errorf("output folder %s: %w", dir, err), root.Close())
	}
	return f, nil
}

// Close releases the folder.
func (f *Folder) Close() error { return f.root.Close() }

// LedgerPath is where the folder's ledger is.
func (f *Folder) LedgerPath() string { return filepath.Join(f.dir, inner, "ledger.db") }

// SetSite says what the posts are for. It is called before anything else that
// concerns posts; without it they are plain.
func (f *Folder) SetSite(s Site) { f.site = s }

// PostPath is where a post is, below the folder and with "/".
func (f *Folder) PostPath(label, slug string) string { return f.site.path(label, slug) }

// Hash returns the SHA-256 of a post's file, hex, and whether there is one.
func (f *Folder) Hash(label, slug string) (sum string, there bool, err error) {
	file, err := f.root.Open(f.PostPath(label, slug))
	if errors.Is(err, fs.ErrNotExist) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	defer file.Close()
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return "", false, err
	}
	return hex.EncodeToString(h.Sum(nil)), true, nil
}

// sweep removes temporary files: those of a process that is gone, because a
// folder has one writer.
func (f *Folder) sweep() error {
	return fs.WalkDir(f.root.FS(), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		// Posts are two levels deep and the rejected replies four; below that
		// is nothing of ours.
		if d.IsDir() && strings.Count(p, "/") > 4 {
			return fs.SkipDir
		}
		if !d.IsDir() && isTemp(d.Name()) {
			return f.root.Remove(p)
		}
		return nil
	})
}

// retire moves a post out of the way of a newer one; id is the older job's.
func (f *Folder) retire(label, slug, id string) error {
	to := path.Join(replaced, label)
	if err := f.root.MkdirAll(to, 0o777); err != nil {
		return err
	}
	if len(id) > 8 {
		id = id[:8]
	}
	return f.root.Rename(f.PostPath(label, slug), path.Join(to, slug+"-"+id+".md"))
}
