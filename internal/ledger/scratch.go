package ledger

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// scratchPattern names the temporary folders of copies.
const scratchPattern = "nightpress-ledger-*"

// scratch is a temporary folder. Its lock is held as long as the process lives,
// so that others see which folders a killed process left.
type scratch struct {
	dir  string
	lock *os.File
}

// newScratch makes a folder, after it has removed those that were left.
func newScratch() (_ *scratch, err error) {
	sweepScratch(os.TempDir(), time.Now())
	dir, err := os.MkdirTemp("", scratchPattern)
	if err != nil {
		return nil, scratchError(err)
	}
	s := &scratch{dir: dir}
	locked := false
	if s.lock, err = os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600); err == nil {
		locked, err = tryLock(s.lock)
	}
	if err == nil && !locked {
		// Another process took the folder for one that was left, just now.
		err = ErrBusy
	}
	if err != nil {
		return nil, errors.Join(scratchError(err), s.Close())
	}
	return s, nil
}

func scratchError(err error) error {
	if isFull(err) {
		err = errors.Join(ErrFull, err)
	}
	return &AccessError{filepath.Join(os.TempDir(), scratchPattern), err}
}

func (s *scratch) file() string { return filepath.Join(s.dir, "ledger.db") }

// Close removes the folder.
func (s *scratch) Close() error {
	if s.lock != nil {
		_ = s.lock.Close() // Windows removes no open file
	}
	return os.RemoveAll(s.dir)
}

// unlockedAge is when a folder without a lock is taken for left: older versions
// made none, and a new one is locked in an instant.
const unlockedAge = 24 * time.Hour

// sweepScratch removes the folders that dead processes left, as far as it may.
// A folder in use stays: its lock is held.
func sweepScratch(temp string, now time.Time) {
	dirs, _ := filepath.Glob(filepath.Join(temp, scratchPattern))
	for _, dir := range dirs {
		if info, err := os.Lstat(dir); err != nil || !info.IsDir() {
			continue
		} else if isLeft(dir, now.Sub(info.ModTime())) {
			_ = os.RemoveAll(dir) // somebody else's folder stays
		}
	}
}

func isLeft(dir string, age time.Duration) bool {
	name := filepath.Join(dir, "lock")
	info, err := os.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return age > unlockedAge
	}
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	lock, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return false
	}
	defer lock.Close()
	free, err := tryLock(lock)
	return free && err == nil
}
