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

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrFull: the disk is too full for what is to be recorded. Nothing was
// recorded; what was recorded before is whole.
var ErrFull = errors.New("the disk of the ledger is full")

// ErrWrite: the ledger cannot be written, for another reason than a full disk:
// a limit on the size of files, permissions, a disk that fails. Nothing was
// recorded.
var ErrWrite = errors.New("the ledger cannot be written")

// ErrRead: the disk does not give back what the ledger holds.
var ErrRead = errors.New("the ledger cannot be read from its disk")

// ErrBusy: another program holds the ledger.
var ErrBusy = errors.New("another program holds the ledger")

// ErrChanged: a run began to write while the ledger was read.
var ErrChanged = errors.New("a run began to write to the ledger while it was read")

// AccessError is a ledger that could not be opened. Err is one of the errors
// above, or the system's.
type AccessError struct {
	Path string
	Err  error
}

func (e *AccessError) Error() string { return fmt.Sprintf("ledger %s: %v", e.Path, e.Err) }

func (e *AccessError) Unwrap() error { return e.Err }

// Hint is what to do.
func (e *AccessError) Hint() string {
	switch {
	case errors.Is(e.Err, ErrFull):
		return "free some space on the disk of " + filepath.Dir(e.Path) + ", and type the same command again"
	case errors.Is(e.Err, ErrChanged):
		return "type the same command again"
	case errors.Is(e.Err, ErrBusy):
		return "close the program that has " + e.Path + " open, and type the same command again"
	case errors.Is(e.Err, ErrRead):
		return "look for errors of the disk in the system's log, and copy the folder to another disk"
	}
	return "make sure that this user may read and write " + e.Path + " and its folder, or name another folder: --out"
}

// DamageError is a ledger that is damaged. Err says how.
type DamageError struct {
	Path string
	Err  error
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("ledger %s is damaged: %v", e.Path, e.Err)
}

func (e *DamageError) Unwrap() error { return e.Err }

// Hint is what to do.
func (e *DamageError) Hint() string {
	return "move the ledger away and run again; posts that nobody edited are recognized and not requested again: " + moveAway(e.Path)
}

// ForeignError is a file in the ledger's place that is not a ledger. What says
// what it is.
type ForeignError struct{ Path, What string }

func (e *ForeignError) Error() string {
	return fmt.Sprintf("%s is not a nightpress ledger: it is %s", e.Path, e.What)
}

// Hint is what to do.
func (e *ForeignError) Hint() string {
	return "name another folder with --out, or move it away and run again: " + moveAway(e.Path)
}

// moveAway is a command that moves a ledger with its log into a folder beside
// it. A log that stayed would go with the next ledger.
func moveAway(path string) string {
	folder := filepath.Join(filepath.Dir(path), "damaged")
	if runtime.GOOS == "windows" {
		return fmt.Sprintf(`mkdir "%s" & move "%s*" "%s"`, folder, path, folder)
	}
	return fmt.Sprintf("mkdir -p %s && mv %s* %s", quoted(folder), quoted(path), quoted(folder))
}

// quoted is a path as a shell takes it for one word.
func quoted(path string) string {
	if strings.IndexFunc(path, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+:,@%", r))
	}) < 0 && !strings.HasPrefix(path, "-") {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

// fault gives an error of SQLite a meaning. Its own words come last, for who
// reports a fault to us.
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
		return &AccessError{l.path, fmt.Errorf("it cannot be opened: %w", err)}
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_FORMAT:
		return &DamageError{l.path, fmt.Errorf("its pages contradict each other: %w", err)}
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

// named says which ledger an error of opening is of.
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

// needsSnapshot reports whether a shared reader failed because it may not
// write the log's index, or finds no space for it.
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

// magic begins every SQLite file.
const magic = "SQLite format 3\x00"

// checkFile refuses what is no database before SQLite opens it: SQLite waits
// for ever on a named pipe.
func checkFile(path string) error {
	for _, name := range []string{path, path + "-wal", path + "-shm", path + "-journal"} {
		info, err := os.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return &AccessError{path, err}
		}
		if what := kindOf(info.Mode()); what != "" {
			return &ForeignError{name, what}
		}
	}
	// While a run of this very process has the ledger open, closing another
	// descriptor of it would give up the locks.
	if exists(path + "-shm") {
		return nil
	}
	return checkHead(path)
}

func kindOf(mode fs.FileMode) string {
	switch {
	case mode.IsRegular():
		return ""
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link"
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	}
	return "a device"
}

func checkHead(path string) error {
	f, err := os.Open(path)
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
		// Empty: a ledger whose first transaction was never written.
		return nil
	case errors.Is(err, io.ErrUnexpectedEOF) && strings.HasPrefix(magic, string(head[:min(n, len(magic))])):
		return &DamageError{path, errors.New("only its beginning is there")}
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return &AccessError{path, fmt.Errorf("%w: %w", ErrRead, err)}
	case !strings.HasPrefix(string(head), magic):
		return &DamageError{path, errors.New("it does not begin as an SQLite database does")}
	}
	return nil
}
