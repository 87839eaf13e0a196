package output

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// BlockedError is something other than a regular file in the location of a
// post, or something other than a folder in the location of a label. It
// concerns the posts at that location alone.
type BlockedError struct {
	// Dir is the posts folder, Path is below it, with "/".
	Dir, Path string
	// What is found there, such as "is a named pipe".
	What string
}

func (e *BlockedError) Error() string { return e.file() + " " + e.What }

func (e *BlockedError) file() string { return filepath.Join(e.Dir, filepath.FromSlash(e.Path)) }

// text says what is found, for a reader who sees the path of the post.
func (e *BlockedError) text(post string) string {
	if e.Path == post {
		return e.What
	}
	return e.Path + " " + e.What
}

// Hint says what to do.
func (e *BlockedError) Hint() string {
	return "move " + e.file() + " out of the folder; then the same command goes on"
}

// What says what a file is that is not a regular one, as the end of a sentence.
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

// lstat looks at a post's location: nil when nothing is there. Anything other
// than a regular file is a *BlockedError.
func (f *Folder) lstat(name string) (fs.FileInfo, error) {
	if f.root == nil {
		return nil, nil
	}
	if f.site.Bundle {
		// A link in the place of the post's folder is followed otherwise.
		if err := f.checkDir(path.Dir(name)); err != nil {
			return nil, err
		}
	}
	info, err := f.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		// The label's location may be no folder.
		if blocked := f.checkDir(path.Dir(name)); blocked != nil {
			return nil, blocked
		}
		return nil, &BlockedError{f.dir, name, "cannot be looked at: " + cause(err)}
	case !info.Mode().IsRegular():
		return nil, &BlockedError{f.dir, name, What(info.Mode())}
	}
	return info, nil
}

// Open opens the regular file at a path below the folder, "/" between its
// parts, to read it. A missing file is nil, and anything but a regular file that
// can be read is a *BlockedError.
func (f *Folder) Open(name string) (*os.File, error) { return f.open(name) }

// OpenRegular opens a file that a person named, to read it. Anything but a
// regular file is refused before it is opened: to open a named pipe waits for
// its writer.
func OpenRegular(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s %s", path, What(info.Mode()))
	}
	if err != nil {
		return nil, err
	}
	return os.OpenFile(path, os.O_RDONLY|nonblock, 0)
}

// open opens the regular file at a post's location to read it; a missing one is
// nil. A file that cannot be read is a *BlockedError too.
func (f *Folder) open(name string) (*os.File, error) {
	info, err := f.lstat(name)
	if info == nil || err != nil {
		return nil, err
	}
	// Without waiting: a named pipe may have come since.
	file, err := f.root.OpenFile(name, os.O_RDONLY|nonblock, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, f.unreadable(name, err)
	}
	if info, err = file.Stat(); err == nil && !info.Mode().IsRegular() {
		err = &BlockedError{f.dir, name, What(info.Mode())}
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

func (f *Folder) unreadable(name string, err error) error {
	return &BlockedError{f.dir, name, "cannot be read: " + cause(err)}
}

// read returns the file at a post's location, nil when there is none.
func (f *Folder) read(name string) ([]byte, error) {
	file, err := f.open(name)
	if file == nil || err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	if err != nil {
		return nil, f.unreadable(name, err)
	}
	return data, nil
}

// cause is an error of the system without the path that it repeats.
func cause(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// CheckLabel returns a *BlockedError when the location of a label's folder holds
// something else. A symbolic link to a folder is one: posts are renamed into
// place, which no link to another file system allows.
func (f *Folder) CheckLabel(label string) error {
	return f.checkDir(f.labelDir(label))
}

// labelDir is where a label's posts are, below the folder.
func (f *Folder) labelDir(label string) string { return f.site.dir(label) }

// checkDir checks that a folder below the root, or each part of its path that
// exists, is a real one.
func (f *Folder) checkDir(dir string) error {
	if f.root == nil || dir == "." {
		return nil
	}
	if err := f.checkDir(path.Dir(dir)); err != nil {
		return err
	}
	info, err := f.root.Lstat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return &BlockedError{f.dir, dir, "cannot be looked at: " + cause(err)}
	case !info.IsDir():
		return &BlockedError{f.dir, dir, What(info.Mode()) + ", not a folder"}
	}
	return nil
}

// checkInner checks what nightpress keeps for itself: real folders and regular
// files. Through a link there a run would read, write, or remove somebody
// else's files.
func (f *Folder) checkInner() error {
	for _, dir := range []string{temps, rejected, replaced} {
		if err := f.checkDir(dir); err != nil {
			return err
		}
	}
	for _, name := range []string{lockName, ledgerName, ledgerName + "-wal", ledgerName + "-shm", ledgerName + "-journal"} {
		if _, err := f.lstat(name); err != nil {
			return err
		}
	}
	return nil
}
