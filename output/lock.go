package output

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/nightpress/nightpress/internal/regular"
)

// Writer is a process that writes to a folder.
type Writer struct {
	PID     int       `json:"pid"`
	Host    string    `json:"host"`
	Since   time.Time `json:"since"`
	Command string    `json:"command"`
}

func (w *Writer) String() string {
	if w.PID == 0 {
		return "another process"
	}
	return fmt.Sprintf("process %d on %s since %s (%s)", w.PID, w.Host, w.Since.Local().Format("2006-01-02 15:04:05"), w.Command)
}

// HeldError reports a folder that another process writes to.
type HeldError struct {
	Dir    string
	Writer *Writer
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("%s is being written to by %s", e.Dir, e.Writer)
}

// Hint returns what the user can do.
func (e *HeldError) Hint() string {
	return "wait until it has ended, interrupt it, or write to another folder with --out"
}

// lockName is the file that the only writer locks. The operating system releases
// the lock when the writer ends, whatever the file says.
const lockName = inner + "/lock"

// peekTime is how long a writer tries to lock. Holder holds the lock for an
// instant, and a writer must not fail because of it.
const peekTime = time.Second

// lock locks the folder and writes the writer's identity to the lock file.
func lock(root *os.Root, dir, command string) (_ *os.File, err error) {
	f, err := root.OpenFile(lockName, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = f.Close()
		}
	}()
	for end := time.Now().Add(peekTime); ; <-time.After(peekTime / 20) {
		held, err := tryLock(f, true)
		if err != nil {
			return nil, &LockError{dir, err}
		}
		if held {
			break
		}
		if time.Now().After(end) {
			return nil, &HeldError{dir, readWriter(f)}
		}
	}
	host, _ := os.Hostname()
	text, err := json.Marshal(Writer{os.Getpid(), host, time.Now().Round(time.Second), command})
	if err != nil {
		return nil, err
	}
	if err := f.Truncate(0); err != nil {
		return nil, err
	}
	_, err = f.WriteAt(append(text, '\n'), 0)
	return f, err
}

// unlock releases the lock. It does not remove the file: otherwise, two processes
// could lock two files of the same name.
func unlock(f *os.File) error {
	return errors.Join(f.Truncate(0), f.Close())
}

// readWriter reads the writer from the lock file. It is zero if unreadable.
func readWriter(f *os.File) *Writer {
	w := &Writer{}
	text, err := io.ReadAll(io.NewSectionReader(f, 0, 64<<10))
	if err != nil || json.Unmarshal(text, w) != nil {
		return &Writer{}
	}
	return w
}

// Holder returns the current writer of a folder, or nil.
func Holder(dir string) (*Writer, error) {
	f, err := regular.Open(filepath.Join(dir, filepath.FromSlash(lockName)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	free, err := tryLock(f, false)
	if err != nil {
		return nil, &LockError{dir, err}
	}
	if free {
		return nil, nil
	}
	return readWriter(f), nil
}

// LockError reports a file system without locks.
type LockError struct {
	Dir string
	Err error
}

func (e *LockError) Error() string {
	return fmt.Sprintf("cannot lock %s against a second writer: %v", e.Dir, e.Err)
}

func (e *LockError) Unwrap() error { return e.Err }

// Hint returns what the user can do.
func (e *LockError) Hint() string {
	return "network folders often have no locks: write to a local disk with --out"
}
