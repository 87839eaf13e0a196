package ledger

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/nightpress/nightpress/internal/regular"
)

// ErrFull: the disk is too full. Nothing was recorded, and earlier records are
// intact.
var ErrFull = errors.New("the disk of the ledger is full")

// ErrWrite: the ledger cannot be written for a reason other than a full disk,
// such as a file-size limit, permissions, or a failing disk. Nothing was
// recorded.
var ErrWrite = errors.New("the ledger cannot be written")

// ErrRead: the disk cannot be read.
var ErrRead = errors.New("the ledger cannot be read from its disk")

// ErrBusy: another program has locked the ledger.
var ErrBusy = errors.New("another program has locked the ledger")

// ErrChanged: a run began to write while the ledger was read.
var ErrChanged = errors.New("a run began to write to the ledger while it was read")

// ErrClosed: the ledger was closed before this call.
var ErrClosed = errors.New("it is closed already")

// AccessError reports a ledger that could not be opened. Err is one of the errors
// above, or the system's.
type AccessError struct {
	Path string
	Err  error
}

func (e *AccessError) Error() string { return fmt.Sprintf("ledger %s: %v", e.Path, e.Err) }

func (e *AccessError) Unwrap() error { return e.Err }

// Hint returns what the user can do.
func (e *AccessError) Hint() string {
	switch {
	case errors.Is(e.Err, ErrFull):
		return "free some space on the disk of " + filepath.Dir(e.Path) + ", then run the same command again"
	case errors.Is(e.Err, ErrChanged), errors.Is(e.Err, ErrClosed):
		return "run the same command again"
	case errors.Is(e.Err, ErrBusy):
		return "close the program that has " + e.Path + " open, then run the same command again"
	case errors.Is(e.Err, ErrRead):
		return "look for disk errors in the system log, and copy the folder to another disk"
	}
	return "make sure that this user may read and write " + e.Path + " and its folder, or name another folder with --out"
}

// DamageError reports a damaged ledger. Err says how it is damaged.
type DamageError struct {
	Path string
	Err  error
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("ledger %s is damaged: %v", e.Path, e.Err)
}

func (e *DamageError) Unwrap() error { return e.Err }

// Hint returns what the user can do.
func (e *DamageError) Hint() string {
	return "move the ledger away and run again; unedited posts are recognized and not requested again: " + moveAway(e.Path)
}

// ForeignError reports a file at the ledger's path that is not a ledger. What says
// what it is.
type ForeignError struct{ Path, What string }

func (e *ForeignError) Error() string {
	return fmt.Sprintf("%s is not a nightpress ledger: it is %s", e.Path, e.What)
}

// Hint returns what the user can do.
func (e *ForeignError) Hint() string {
	return "name another folder with --out, or move it away and run again: " + moveAway(e.Path)
}

// moveAway is a command that moves a ledger and its log into a folder next to it.
// SQLite would apply a log that is left behind to the next ledger.
func moveAway(path string) string {
	folder := filepath.Join(filepath.Dir(path), "damaged")
	if runtime.GOOS == "windows" {
		return fmt.Sprintf(`mkdir "%s" & move "%s*" "%s"`, folder, path, folder)
	}
	return fmt.Sprintf("mkdir -p %s && mv %s* %s", quoted(folder), quoted(path), quoted(folder))
}

// quoted quotes a path for a shell, if necessary.
func quoted(path string) string {
	if strings.IndexFunc(path, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+:,@%", r))
	}) < 0 && !strings.HasPrefix(path, "-") {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

const (
	// magic is the beginning of every SQLite file.
	magic = "SQLite format 3\x00"
	// writeVersion is where the header has the format's version for writing, and the
	// one for reading behind it. The newest is wal (sqlite.org/fileformat2.html).
	writeVersion, wal = 18, 2
)

// checkFile refuses a file that is not a database before SQLite opens it. SQLite
// would wait forever on a named pipe.
func checkFile(path string) error {
	for _, name := range []string{path, path + "-wal", path + "-shm", path + "-journal"} {
		info, err := os.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return &AccessError{path, err}
		}
		if !info.Mode().IsRegular() {
			return &ForeignError{name, strings.TrimPrefix(regular.What(info.Mode()), "is ")}
		}
	}
	// If this process has the ledger open, closing another descriptor would
	// release its locks.
	if exists(path + "-shm") {
		return nil
	}
	return checkHead(path)
}

func checkHead(path string) error {
	f, err := regular.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return &AccessError{path, err}
	}
	defer f.Close()
	head := make([]byte, 100) // SQLite's header
	switch n, err := io.ReadFull(f, head); {
	case errors.Is(err, io.EOF):
		// An empty file is a ledger whose first transaction was never written.
		return nil
	case errors.Is(err, io.ErrUnexpectedEOF) && strings.HasPrefix(magic, string(head[:min(n, len(magic))])):
		return &DamageError{path, errors.New("the file is cut off")}
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return &AccessError{path, fmt.Errorf("%w: %w", ErrRead, err)}
	case !strings.HasPrefix(string(head), magic):
		return &DamageError{path, errors.New("the file does not begin like an SQLite database")}
	case head[writeVersion] > wal || head[writeVersion+1] > wal:
		// SQLite would open it read-only, or not at all.
		return &DamageError{path, errors.New("its header names a format of SQLite that does not exist")}
	}
	return nil
}
