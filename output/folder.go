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

	"github.com/nightpress/nightpress/internal/errtype"
	"github.com/nightpress/nightpress/internal/regular"
)

const (
	inner    = ".nightpress"
	rejected = inner + "/rejected"
	temps    = inner + "/tmp"
	// ledgerName is the ledger's path below the folder.
	ledgerName = inner + "/ledger.db"
)

// Replaced is the folder of replaced posts, below an output folder, with slashes.
const Replaced = inner + "/replaced"

// Folder is an output folder, opened by its only writer (Open) or for reading
// (View). One goroutine at a time may write, apart from a Sink. Hash, Stat and Own
// are safe for concurrent use.
type Folder struct {
	dir string
	// root is nil for a view of a missing folder, which counts as empty.
	root *os.Root
	site Site
	// lock is nil for a view.
	lock *os.File
	// seen identifies the writer's files and folders.
	seen seen
	// staging has one element for each file that is written.
	staging chan struct{}
}

// Open opens the folder as its only writer. It creates a missing folder, and it
// removes the temporary files of a killed writer. If the folder has a writer, the
// error is a *HeldError; other processes see command in theirs. Close releases
// the folder.
func Open(dir, command string) (_ *Folder, err error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, explain(dir, err)
	}
	root, err := regular.OpenRoot(dir)
	if err != nil {
		return nil, explain(dir, err)
	}
	f := &Folder{dir: dir, root: root, staging: make(chan struct{}, mostStaged)}
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
		if errtype.Is[*HeldError](err) || errtype.Is[*LockError](err) {
			return nil, err
		}
		return nil, explain(dir, err)
	}
	if err := f.sweep(); err != nil {
		return nil, f.Explain(err)
	}
	return f, f.remember()
}

// View opens the folder for reading. It writes, creates and locks nothing. A
// missing folder counts as empty.
func View(dir string) (*Folder, error) {
	root, err := regular.OpenRoot(dir)
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

// Dir is the folder's path as it was given to Open or View.
func (f *Folder) Dir() string { return f.dir }

// LedgerPath is the path of the folder's ledger.
func (f *Folder) LedgerPath() string { return LedgerPath(f.dir) }

// LedgerPath is the path of the ledger of an output folder.
func LedgerPath(dir string) string { return filepath.Join(dir, filepath.FromSlash(ledgerName)) }

// SetSite sets the site generator. Call it before any other method that concerns
// posts. The default is plain.
func (f *Folder) SetSite(s Site) { f.site = s }

// PostPath is the path of a post below the folder, with "/".
func (f *Folder) PostPath(label, slug string) string { return f.site.path(label, slug) }

// Path is the path of a post that leads to it from the working directory.
func (f *Folder) Path(label, slug string) string {
	return filepath.Join(f.dir, filepath.FromSlash(f.PostPath(label, slug)))
}

// Names returns the label and slug in a post's path. label is "" if the path has
// none. The path may be below the folder or lead to it. The file may be missing.
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

// Stat returns the size of a post's file in bytes and its modification time in
// nanoseconds since 1970. exists reports whether there is a file. Anything else
// at its path is a *BlockedError.
func (f *Folder) Stat(label, slug string) (size, modified int64, exists bool, err error) {
	info, err := f.lstat(f.PostPath(label, slug))
	if info == nil || err != nil {
		return 0, 0, false, err
	}
	return info.Size(), info.ModTime().UnixNano(), true, nil
}

// Hash returns the SHA-256 of a post's file in hex. exists reports whether there
// is a file. Anything but a readable regular file is a *BlockedError.
func (f *Folder) Hash(label, slug string) (sum string, exists bool, err error) {
	return f.hash(f.PostPath(label, slug))
}

func (f *Folder) hash(name string) (sum string, exists bool, err error) {
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

// sweep removes temporary files. They belong to a process that has ended, because
// this one holds the lock. sweep removes links, not their targets.
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

// makeDir creates a folder below the root and syncs its parents.
func (f *Folder) makeDir(dir string) error {
	changed, err := f.makeDirs(dir)
	for _, parent := range changed {
		err = errors.Join(err, syncDir(f.root, parent))
	}
	return err
}

// makeDirs creates a folder below the root, where it is missing. It returns the
// folders to sync for it.
func (f *Folder) makeDirs(dir string) (changed []string, err error) {
	if err := f.checkDir(dir); err != nil {
		return nil, err
	}
	for d := dir; d != "."; d = path.Dir(d) {
		if _, err := f.root.Lstat(d); err == nil {
			break
		}
		changed = append(changed, path.Dir(d))
	}
	if len(changed) == 0 {
		return nil, nil
	}
	return changed, f.root.MkdirAll(dir, 0o777)
}

// retire moves the post of an older job, whose ID is id, to the replaced posts. It
// overwrites no earlier one. It returns the folder that is to be synced.
func (f *Folder) retire(label, slug, id string) (to string, err error) {
	to = path.Join(Replaced, label)
	if err := f.makeDir(to); err != nil {
		return "", err
	}
	for n := 1; ; n++ {
		name := f.replacedPath(label, slug, id, n)
		if _, err := f.root.Lstat(name); err == nil {
			continue
		} else if !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		return to, f.root.Rename(f.PostPath(label, slug), name)
	}
}

// replacedPath is the path of a job's n-th replaced post.
func (f *Folder) replacedPath(label, slug, id string, n int) string {
	if len(id) > 8 {
		id = id[:8]
	}
	name := slug + "-" + id
	if n > 1 {
		name = fmt.Sprintf("%s-%d", name, n)
	}
	return path.Join(Replaced, label, name+".md")
}

// Replaced returns the path of a job's replaced post with the given checksum, or
// "" if there is none.
func (f *Folder) Replaced(label, slug, id, sum string) (string, error) {
	for n := 1; sum != ""; n++ {
		name := f.replacedPath(label, slug, id, n)
		got, exists, err := f.hash(name)
		if errtype.Is[*BlockedError](err) {
			continue // not a post
		}
		if err != nil || !exists {
			return "", err
		}
		if got == sum {
			return name, nil
		}
	}
	return "", nil
}

// moveBack moves a replaced post back to its path.
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
