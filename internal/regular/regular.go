// Package regular opens regular files and folders only. A named pipe, a device, a
// folder, or a socket in place of a file is an error, because reading one can wait
// forever or never end. Every path that a person names is opened here.
package regular

import (
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Error reports something other than a regular file. Its text begins with the
// path: "models.toml is a named pipe; a regular file is needed".
type Error struct {
	Path string
	// What says what is found, such as "is a named pipe".
	What string
}

func (e *Error) Error() string { return e.Path + " " + e.What + "; a regular file is needed" }

// Open opens a regular file for reading, and follows symbolic links to one.
// Anything else is an *Error, and is not opened: to open some devices is an act.
func Open(path string) (*os.File, error) {
	return open(path, func() (fs.FileInfo, error) { return os.Stat(path) },
		func() (*os.File, error) { return os.OpenFile(path, os.O_RDONLY|NonBlock, 0) })
}

// open opens what was looked at, if both are a regular file. path is for errors.
func open(path string, look func() (fs.FileInfo, error), open func() (*os.File, error)) (*os.File, error) {
	info, err := look()
	if err != nil {
		return nil, err
	}
	if err := check(path, info); err != nil {
		return nil, err
	}
	f, err := open()
	if err != nil {
		return nil, err
	}
	// Something else may have replaced the file meanwhile.
	if info, err = f.Stat(); err == nil {
		err = check(path, info)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// OpenRoot opens a folder. Anything else is an error that names it, and is not
// opened: os.OpenRoot waits on a named pipe (Go 1.26).
func OpenRoot(dir string) (*os.Root, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s %s, not a folder", dir, What(info.Mode()))
	}
	return os.OpenRoot(dir)
}

// Read returns the content of a regular file of up to limit bytes. A longer one is
// an error.
func Read(path string, limit int64) ([]byte, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if int64(len(text)) > limit {
		return nil, fmt.Errorf("read %s: longer than %d MiB", path, limit>>20)
	}
	return text, nil
}

func check(path string, info fs.FileInfo) error {
	if info.Mode().IsRegular() {
		return nil
	}
	return &Error{path, What(info.Mode())}
}

// What describes the type of a file, such as "is a named pipe".
func What(mode fs.FileMode) string {
	switch mode.Type() {
	case fs.ModeDir:
		return "is a folder"
	case fs.ModeSymlink:
		return "is a symbolic link"
	case fs.ModeNamedPipe:
		return "is a named pipe"
	case fs.ModeSocket:
		return "is a socket"
	case fs.ModeDevice, fs.ModeDevice | fs.ModeCharDevice:
		return "is a device"
	case 0:
		return "is a file"
	}
	return "is not a regular file"
}
