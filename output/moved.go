package output

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nightpress/nightpress/internal/errtype"
)

// MovedError reports a folder or ledger that was moved, deleted, or replaced
// while this process wrote to it.
type MovedError struct {
	Path string
	// Whole is set if it is the folder itself, so that no post is at its path
	// any more.
	Whole bool
}

func (e *MovedError) Error() string {
	return fmt.Sprintf("%s was moved, deleted, or replaced during the run", e.Path)
}

// Hint returns what the user can do.
func (e *MovedError) Hint() string {
	return "run the same command again, with or without moving it back: unedited posts in the folder are recognized"
}

// seen holds files by their identity (on Unix, the inode), not by their name.
type seen struct {
	folder fs.FileInfo
	// files holds the files that must not change, by their path below the
	// folder: the inner folder, the lock, the ledger, and its log.
	files map[string]fs.FileInfo
	// labels holds the labels' folders. changed is set if one of them was
	// found to be another folder.
	labels  map[string]fs.FileInfo
	changed bool
}

// remember stores the identity of the folder and its lock.
func (f *Folder) remember() (err error) {
	f.seen.files, f.seen.labels = map[string]fs.FileInfo{}, map[string]fs.FileInfo{}
	if f.seen.folder, err = f.root.Stat("."); err != nil {
		return f.Explain(err)
	}
	for _, name := range []string{inner, lockName} {
		if f.seen.files[name], err = f.root.Lstat(name); err != nil {
			return f.Explain(err)
		}
	}
	return nil
}

// noteLedger stores the identity of the ledger's files that exist.
func (f *Folder) noteLedger() {
	if f.lock == nil {
		return
	}
	for _, name := range []string{ledgerName, ledgerName + "-wal"} {
		if _, known := f.seen.files[name]; known {
			continue
		}
		if info, err := f.root.Lstat(name); err == nil {
			f.seen.files[name] = info
		}
	}
}

// CheckStill returns a *MovedError if the folder, its ledger, or its lock is no
// longer the one that was opened. For a view, it returns nil.
func (f *Folder) CheckStill() error {
	if f.lock == nil {
		return nil
	}
	info, err := os.Stat(f.dir)
	if err != nil || !os.SameFile(info, f.seen.folder) {
		return &MovedError{f.dir, true}
	}
	f.noteLedger()
	// The inner folder first: its name sorts before what is in it.
	for _, name := range slices.Sorted(maps.Keys(f.seen.files)) {
		if info, err := f.root.Lstat(name); err != nil || !os.SameFile(info, f.seen.files[name]) {
			return &MovedError{filepath.Join(f.dir, filepath.FromSlash(name)), false}
		}
	}
	return nil
}

// UseLabel is CheckLabel for a label that gets posts. LabelsChanged covers the
// label from then on.
func (f *Folder) UseLabel(label string) error {
	if err := f.CheckLabel(label); err != nil {
		return err
	}
	f.note(f.labelDir(label))
	return nil
}

// note stores the identity of a label's folder. It skips the inner folder, which
// has no labels and an unbounded number of folders.
func (f *Folder) note(dir string) {
	if f.lock == nil || strings.HasPrefix(dir, inner) {
		return
	}
	if info, err := f.root.Lstat(dir); err == nil {
		f.seen.labels[dir] = info
	}
}

// noteChange checks whether a label's folder is still the same.
func (f *Folder) noteChange(dir string) {
	was := f.seen.labels[dir]
	if was == nil {
		return
	}
	if info, err := f.root.Lstat(dir); err != nil || !os.SameFile(info, was) {
		f.seen.changed = true
	}
}

// LabelsChanged reports whether a label's folder was deleted, moved, or replaced
// since UseLabel or the label's first post.
func (f *Folder) LabelsChanged() bool {
	for dir := range f.seen.labels {
		f.noteChange(dir)
	}
	return f.seen.changed
}

// Gone counts, by label, the posts of this run that are missing from the folder.
func (s *Sink) Gone(ctx context.Context) (map[string]int, error) {
	missing := map[string]int{}
	for p, err := range s.Ledger.PostsOf(ctx, s.RunID) {
		if err != nil {
			return nil, s.Folder.Explain(err)
		}
		_, _, exists, err := s.Folder.Stat(p.Label, p.Slug)
		if err != nil && !errtype.Is[*BlockedError](err) {
			return nil, err
		}
		if !exists {
			missing[p.Label]++
		}
	}
	return missing, nil
}
