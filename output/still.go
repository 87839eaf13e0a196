package output

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// MovedError is a folder or ledger that was moved, deleted, or replaced while
// this process wrote to it.
type MovedError struct {
	Path string
	// Whole says that it is the folder itself: no post can be found where it
	// was.
	Whole bool
}

func (e *MovedError) Error() string {
	return fmt.Sprintf("%s was moved, deleted, or replaced during the run", e.Path)
}

// Hint says what to do.
func (e *MovedError) Hint() string {
	return "put it back and run the same command, or run it as it is: posts that are in the folder and that nobody edited are recognized"
}

// seen remembers files by their identity (on Unix the inode), not their name.
type seen struct {
	folder fs.FileInfo
	// files are those that must stay, by their path below the folder: the
	// inner folder, the lock, the ledger, and its log.
	files map[string]fs.FileInfo
	// labels are the folders of the labels, and changed reports whether one of
	// them was another when a post was put there.
	labels  map[string]fs.FileInfo
	changed bool
}

// remember notes what the folder is made of.
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

// noteLedger notes the ledger's files, as far as they exist.
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

// CheckStill returns a *MovedError when the folder, its ledger, or its lock is
// no longer the one that was opened. For a view it is nil.
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

// UseLabel is CheckLabel for a label that posts are written for: LabelsChanged
// reports later whether its folder is another one.
func (f *Folder) UseLabel(label string) error {
	if err := f.CheckLabel(label); err != nil {
		return err
	}
	f.note(f.labelDir(label))
	return nil
}

// note remembers the folder of a label. What lies in the inner folder is not
// one, and has no end.
func (f *Folder) note(dir string) {
	if f.lock == nil || strings.HasPrefix(dir, inner) {
		return
	}
	if info, err := f.root.Lstat(dir); err == nil {
		f.seen.labels[dir] = info
	}
}

// noteChange notes that the folder of a label is not the one it was.
func (f *Folder) noteChange(dir string) {
	was := f.seen.labels[dir]
	if was == nil {
		return
	}
	if info, err := f.root.Lstat(dir); err != nil || !os.SameFile(info, was) {
		f.seen.changed = true
	}
}

// LabelsChanged reports whether the folder of a label was deleted, moved, or
// replaced since UseLabel or the label's first post.
func (f *Folder) LabelsChanged() bool {
	for dir := range f.seen.labels {
		f.noteChange(dir)
	}
	return f.seen.changed
}

// Gone counts, by label, the posts that this run recorded and that are no
// longer in the folder.
func (s *Sink) Gone(ctx context.Context) (map[string]int, error) {
	gone := map[string]int{}
	for p, err := range s.Ledger.PlacedBy(ctx, s.RunID) {
		if err != nil {
			return nil, s.Folder.Explain(err)
		}
		_, _, there, err := s.Folder.Stat(p.Label, p.Slug)
		if err != nil && !errors.As(err, new(*BlockedError)) {
			return nil, err
		}
		if !there {
			gone[p.Label]++
		}
	}
	return gone, nil
}
