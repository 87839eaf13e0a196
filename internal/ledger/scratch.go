package ledger

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// scratchPattern is the name pattern of the temporary folders of copies.
const scratchPattern = "nightpress-ledger-*"

// scratch is a temporary folder. The process holds its lock until it ends, so that
// other processes recognize the folders of killed ones.
type scratch struct {
	dir  string
	lock *os.File
}

// newScratch creates a folder. It first removes those of killed processes.
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
		_ = s.lock.Close() // Windows cannot remove an open file
	}
	return os.RemoveAll(s.dir)
}

// unlockedAge is the age from which a folder without a lock counts as abandoned.
// Older versions created no lock, and a new folder gets one at once.
const unlockedAge = 24 * time.Hour

// sweepScratch removes the folders of killed processes, as far as it may. A folder
// in use stays, because its lock is held.
func sweepScratch(temp string, now time.Time) {
	dirs, _ := filepath.Glob(filepath.Join(temp, scratchPattern))
	for _, dir := range dirs {
		if info, err := os.Lstat(dir); err != nil || !info.IsDir() {
			continue
		} else if isLeft(dir, now.Sub(info.ModTime())) {
			_ = os.RemoveAll(dir) // fails for another user's folder
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
