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
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
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
	case errors.Is(e.Err, ErrChanged):
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

// fault translates an error of SQLite. SQLite's own text comes last, for bug
// reports.
func (l *Ledger) fault(err error) error {
	var coded *sqlite.Error
	if !errors.As(err, &coded) || errors.As(err, new(*DamageError)) || errors.As(err, new(*AccessError)) {
		return err
	}
	switch coded.Code() {
	case sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMMAP:
		// The index of the log, a file of its own, could not grow.
		return fmt.Errorf("%w: %w", ErrFull, err)
	case sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ:
		if l.snapshot != nil && l.snapshot.unchanged() != nil {
			return &AccessError{l.path, fmt.Errorf("%w: %w", ErrChanged, err)}
		}
		return &AccessError{l.path, fmt.Errorf("%w: %w", ErrRead, err)}
	case sqlite3.SQLITE_CORRUPT_VTAB:
		return err
	}
	switch coded.Code() & 0xff {
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("%w: %w", ErrFull, err)
	case sqlite3.SQLITE_IOERR:
		if l.writer == nil {
			return &AccessError{l.path, fmt.Errorf("%w: %w", ErrRead, err)}
		}
		return fmt.Errorf("%w: %w", ErrWrite, err)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return fmt.Errorf("%w: %w", ErrWrite, err)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fmt.Errorf("%w: %w", ErrBusy, err)
	case sqlite3.SQLITE_CANTOPEN:
		return &AccessError{l.path, fmt.Errorf("cannot open it: %w", err)}
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_FORMAT:
		return &DamageError{l.path, fmt.Errorf("its pages are inconsistent: %w", err)}
	case sqlite3.SQLITE_ERROR:
		if msg := coded.Error(); strings.Contains(msg, "no such table") || strings.Contains(msg, "no such column") || strings.Contains(msg, "no such index") {
			return &DamageError{l.path, fmt.Errorf("a part of it is missing: %w", err)}
		}
		if strings.Contains(coded.Error(), "malformed database schema") || strings.Contains(coded.Error(), "malformed JSON") {
			return &DamageError{l.path, fmt.Errorf("a part of it cannot be read: %w", err)}
		}
	}
	return err
}

// named adds the ledger's path to an error of opening.
func (l *Ledger) named(err error) error {
	err = l.fault(err)
	switch {
	case errors.As(err, new(*VersionError)), errors.As(err, new(*OldError)), errors.As(err, new(*DamageError)),
		errors.As(err, new(*ForeignError)), errors.As(err, new(*AccessError)):
		return err
	case errors.Is(err, errChanged):
		return &AccessError{l.path, ErrChanged}
	}
	return &AccessError{l.path, err}
}

// needsSnapshot reports whether a shared reader failed because it could not write
// the log's index.
func needsSnapshot(err error) bool {
	var coded *sqlite.Error
	if !errors.As(err, &coded) {
		return false
	}
	switch coded.Code() & 0xff {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PROTOCOL:
		return true
	}
	return false
}

// magic is the beginning of every SQLite file.
const magic = "SQLite format 3\x00"

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
	}
	return nil
}
