package output

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/nightpress/nightpress/internal/regular"
)

// BlockedError reports something other than a regular file at the path of a post,
// or something other than a folder at the path of a label. It concerns only the
// posts at that path.
type BlockedError struct {
	// Dir is the posts folder, Path is below it, with "/".
	Dir, Path string
	// What says what is found, such as "is a named pipe".
	What string
	// mount is set for a folder that posts cannot be renamed into.
	mount bool
}

func (e *BlockedError) Error() string { return e.file() + " " + e.What }

func (e *BlockedError) file() string { return filepath.Join(e.Dir, filepath.FromSlash(e.Path)) }

// CheckOurs returns a *BlockedError if the file at a post's location has no front
// matter of nightpress. A post that a person edited still has it. A missing file is
// no error.
func (f *Folder) CheckOurs(label, slug string) error {
	name := f.PostPath(label, slug)
	file, err := f.open(name)
	if file == nil || err != nil {
		return err
	}
	defer file.Close()
	head, err := io.ReadAll(io.LimitReader(file, maxHead))
	if err != nil {
		return f.unreadable(name, err)
	}
	if !ours.Match(head) {
		return &BlockedError{Dir: f.dir, Path: name, What: "is a file that nightpress did not write"}
	}
	return nil
}

// IsPost reports whether a text is a whole post, with the front matter that
// nightpress writes, and not a reply of a model.
func IsPost(text string) bool {
	text = strings.TrimPrefix(text, "\ufeff")
	if !strings.HasPrefix(text, "---") {
		return false
	}
	head, _, closed := strings.Cut(text[3:], "\n---")
	return closed && ours.MatchString(head)
}

// maxHead is larger than any front matter of nightpress, in bytes.
const maxHead = 1 << 20

// ours is the beginning of what front matter says about the job.
var ours = regexp.MustCompile(`(?m)^nightpress:`)

// text says what is found, for a reader who knows the path of the post.
func (e *BlockedError) text(post string) string {
	if e.Path == post {
		return e.What
	}
	return e.Path + " " + e.What
}

// Hint returns what the user can do.
func (e *BlockedError) Hint() string {
	if e.mount {
		return "keep the whole folder on one file system: unmount " + e.file() + ", or name a folder on the other one with --out"
	}
	return "move " + e.file() + " out of the folder and run the same command again"
}

// lstat returns the file at a post's path, or nil if there is none. Anything but
// a regular file is a *BlockedError.
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
		// The label's path may not be a folder.
		if blocked := f.checkDir(path.Dir(name)); blocked != nil {
			return nil, blocked
		}
		return nil, &BlockedError{Dir: f.dir, Path: name, What: "cannot be examined: " + cause(err)}
	case !info.Mode().IsRegular():
		return nil, &BlockedError{Dir: f.dir, Path: name, What: regular.What(info.Mode())}
	}
	return info, nil
}

// Open opens the regular file at a path below the folder, with "/", for reading.
// A missing file is nil. Anything but a readable regular file is a *BlockedError.
func (f *Folder) Open(name string) (*os.File, error) { return f.open(name) }

// open opens the regular file at a post's path for reading. A missing file is
// nil. An unreadable file is a *BlockedError too.
func (f *Folder) open(name string) (*os.File, error) {
	info, err := f.lstat(name)
	if info == nil || err != nil {
		return nil, err
	}
	// NonBlock, because a named pipe may have replaced the file meanwhile.
	file, err := f.root.OpenFile(name, os.O_RDONLY|regular.NonBlock, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, f.unreadable(name, err)
	}
	if info, err = file.Stat(); err == nil && !info.Mode().IsRegular() {
		err = &BlockedError{Dir: f.dir, Path: name, What: regular.What(info.Mode())}
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

func (f *Folder) unreadable(name string, err error) error {
	return &BlockedError{Dir: f.dir, Path: name, What: "cannot be read: " + cause(err)}
}

// read returns the file at a post's path, or nil if there is none.
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

// cause returns a system error without the path.
func cause(err error) string {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err.Error()
	}
	return err.Error()
}

// CheckLabel returns a *BlockedError if the path of a label's folder holds
// something else. This includes a symbolic link to a folder and a folder that is a
// mount of its own: posts cannot be renamed to another file system.
func (f *Folder) CheckLabel(label string) error {
	dir := f.labelDir(label)
	if err := f.checkDir(dir); err != nil || f.root == nil {
		return err
	}
	if from, apart := f.apart(dir); apart {
		return &BlockedError{Dir: f.dir, Path: dir, What: "is on another file system than " + from, mount: true}
	}
	return nil
}

// apart reports whether posts cannot be renamed to a folder from that of the
// temporary files, which is from. A folder that cannot be opened is left to the
// first post.
func (f *Folder) apart(dir string) (from string, apart bool) {
	to, err := f.root.Open(dir)
	for errors.Is(err, fs.ErrNotExist) && dir != "." {
		dir = path.Dir(dir) // the first post makes it
		to, err = f.root.Open(dir)
	}
	if err != nil {
		return "", false
	}
	defer to.Close()
	for _, from := range []string{temps, "."} {
		temp, err := f.root.Open(from)
		if err != nil {
			continue // a folder without a run
		}
		defer temp.Close()
		return filepath.Join(f.dir, filepath.FromSlash(from)), !sameMount(to, temp)
	}
	return "", false
}

// labelDir is where a label's posts are, below the folder.
func (f *Folder) labelDir(label string) string { return f.site.dir(label) }

// checkDir checks that each existing part of a path below the root is a folder
// and not a link.
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
		return &BlockedError{Dir: f.dir, Path: dir, What: "cannot be examined: " + cause(err)}
	case !info.IsDir():
		return &BlockedError{Dir: f.dir, Path: dir, What: regular.What(info.Mode()) + ", not a folder"}
	}
	return nil
}

// checkInner checks that the inner folder consists of folders and regular files.
// Through a link, a run would read, write, or remove other files.
func (f *Folder) checkInner() error {
	for _, dir := range []string{temps, rejected, Replaced} {
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
