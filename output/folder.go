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
)

const (
	inner    = ".nightpress"
	rejected = inner + "/rejected"
	replaced = inner + "/replaced"
	temps    = inner + "/tmp"
	// ledgerName is the ledger, below the folder.
	ledgerName = inner + "/ledger.db"
)

// Folder is an output folder, opened by its one writer (Open) or to be looked
// at (View). Writing is for one goroutine at a time; Hash, Stat and Own may be
// called from many.
type Folder struct {
	dir string
	// root is nil for a view of a folder that is not there: an empty one.
	root *os.Root
	site Site
	// lock is nil for a view.
	lock *os.File
	// seen is what the folder was made of, for a writer.
	seen seen
}

// Open opens the folder as its one writer, making it when it is not there, and
// removes the temporary files of a writer that was killed. command is told to
// whoever finds the folder taken: a *HeldError. Close lets the next one in.
func Open(dir, command string) (_ *Folder, err error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, explain(dir, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, explain(dir, err)
	}
	f := &Folder{dir: dir, root: root}
	defer func() {
		if err != nil {
			_ = f.Close()
		}
	}()
	if err := f.checkInner(); err != nil {
		return nil, err
	}
	if err := root.MkdirAll(temps, 0o777); err != nil {
		return nil, explain(dir, err)
	}
	if f.lock, err = lock(root, dir, command); err != nil {
		if held := new(HeldError); errors.As(err, &held) || errors.As(err, new(*LockError)) {
			return nil, err
		}
		return nil, explain(dir, err)
	}
	if err := f.sweep(); err != nil {
		return nil, f.Explain(err)
	}
	return f, f.remember()
}

// View opens the folder to look at it: nothing is written, made or locked, and
// a folder that is not there is an empty one.
func View(dir string) (*Folder, error) {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return &Folder{dir: dir}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("output folder %s: %w", dir, err)
	}
	f := &Folder{dir: dir, root: root}
	if err := f.checkInner(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Close releases the folder and, for a writer, its lock.
func (f *Folder) Close() error {
	var errs []error
	if f.lock != nil {
		errs = append(errs, unlock(f.lock))
	}
	if f.root != nil {
		errs = append(errs, f.root.Close())
	}
	f.lock, f.root = nil, nil
	return errors.Join(errs...)
}

// Dir is where the folder is, as it was opened.
func (f *Folder) Dir() string { return f.dir }

// LedgerPath is where the folder's ledger is.
func (f *Folder) LedgerPath() string { return LedgerPath(f.dir) }

// LedgerPath is where the ledger of an output folder is.
func LedgerPath(dir string) string { return filepath.Join(dir, filepath.FromSlash(ledgerName)) }

// SetSite says what the posts are for. It is called before anything else that
// concerns posts; without it they are plain.
func (f *Folder) SetSite(s Site) { f.site = s }

// PostPath is where a post is, below the folder and with "/".
func (f *Folder) PostPath(label, slug string) string { return f.site.path(label, slug) }

// Names are the label and slug that a post's file says by its path; label is
// "" where it says none. A path that leads into the folder is taken from there
// on; the file need not exist.
func (f *Folder) Names(file string) (label, slug string) {
	dir, err := filepath.Abs(f.dir)
	abs, err2 := filepath.Abs(file)
	if errors.Join(err, err2) == nil {
		if below, err := filepath.Rel(dir, abs); err == nil && filepath.IsLocal(below) {
			file = below
		}
	}
	return f.site.names(path.Clean(filepath.ToSlash(file)))
}

// Stat returns the size of a post's file in bytes and its time in nanoseconds
// since 1970, and whether there is one. Anything else at its location is a
// *BlockedError.
func (f *Folder) Stat(label, slug string) (size, modified int64, there bool, err error) {
	info, err := f.lstat(f.PostPath(label, slug))
	if info == nil || err != nil {
		return 0, 0, false, err
	}
	return info.Size(), info.ModTime().UnixNano(), true, nil
}

// Hash returns the SHA-256 of a post's file, hex, and whether there is one.
// Anything but a regular file that can be read is a *BlockedError.
func (f *Folder) Hash(label, slug string) (sum string, there bool, err error) {
	return f.hash(f.PostPath(label, slug))
}

func (f *Folder) hash(name string) (sum string, there bool, err error) {
	file, err := f.open(name)
	if file == nil || err != nil {
		return "", false, err
	}
	defer file.Close()
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return "", false, f.unreadable(name, err)
	}
	return hex.EncodeToString(h.Sum(nil)), true, nil
}

// sweep removes temporary files: those of a process that is gone, because the
// lock is ours. A link among them goes, and what it leads to stays.
func (f *Folder) sweep() error {
	left, err := fs.ReadDir(f.root.FS(), temps)
	if err != nil {
		return err
	}
	for _, e := range left {
		if err := f.root.RemoveAll(path.Join(temps, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// makeDir makes a folder below the root and makes its name durable.
func (f *Folder) makeDir(dir string) error {
	if err := f.checkDir(dir); err != nil {
		return err
	}
	if _, err := f.root.Lstat(dir); err == nil {
		return nil
	}
	if err := f.root.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	return syncDir(f.root, path.Dir(dir))
}

// retire moves a post out of the way of a newer one; id is the older job's. No
// post that was moved there before is lost.
func (f *Folder) retire(label, slug, id string) error {
	to := path.Join(replaced, label)
	if err := f.checkDir(to); err != nil {
		return err
	}
	if err := f.root.MkdirAll(to, 0o777); err != nil {
		return err
	}
	for n := 1; ; n++ {
		name := f.replacedPath(label, slug, id, n)
		if _, err := f.root.Lstat(name); err == nil {
			continue
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := f.root.Rename(f.PostPath(label, slug), name); err != nil {
			return err
		}
		return syncDir(f.root, to)
	}
}

// replacedPath is where the n-th post of a job that was replaced is kept.
func (f *Folder) replacedPath(label, slug, id string, n int) string {
	if len(id) > 8 {
		id = id[:8]
	}
	name := slug + "-" + id
	if n > 1 {
		name = fmt.Sprintf("%s-%d", name, n)
	}
	return path.Join(replaced, label, name+".md")
}

// Replaced returns the name of a job's post among those that were replaced,
// "" when it is not there as it was written.
func (f *Folder) Replaced(label, slug, id, sum string) (string, error) {
	for n := 1; sum != ""; n++ {
		name := f.replacedPath(label, slug, id, n)
		got, there, err := f.hash(name)
		if errors.As(err, new(*BlockedError)) {
			continue // not a post
		}
		if err != nil || !there {
			return "", err
		}
		if got == sum {
			return name, nil
		}
	}
	return "", nil
}

// moveBack puts a post that was replaced in place again.
func (f *Folder) moveBack(from, label, slug string) error {
	to := f.PostPath(label, slug)
	if err := f.makeDir(path.Dir(to)); err != nil {
		return err
	}
	if err := f.root.Rename(from, to); err != nil {
		return err
	}
	return syncDir(f.root, path.Dir(to))
}
