package output

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/nightpress/nightpress/internal/ledger"
)

// staged is a temporary file that is written and synced, but not yet renamed.
type staged struct {
	temp string
	// files is what the ledger records about it.
	files ledger.Files
}

// dir is the folder that the file belongs to.
func (s *staged) dir() string { return path.Dir(s.files.Path) }

// write writes a file, whole or not at all, and returns when it is durable.
func (f *Folder) write(name string, data []byte) error {
	s, err := f.stage(name, data)
	if err != nil {
		return err
	}
	err = f.makeDir(s.dir())
	if err == nil {
		err = f.rename(s)
	}
	if err != nil {
		return errors.Join(err, f.discard(s.temp))
	}
	if err := syncDir(f.root, s.dir()); err != nil {
		return fmt.Errorf("sync %s: %w", s.dir(), err)
	}
	return nil
}

// mostStaged is how many files are written at once. More take no less time each
// (measured on ext4 and a virtual disk), and each blocks a thread.
const mostStaged = 32

// stage writes data for a file to a temporary one and syncs it. It is safe for
// concurrent use.
//
// Note: temporary files have a folder of their own, on the same file system.
// When they were next to the posts, programs that watch the posts saw them, and
// finding the leftovers of a killed run meant listing a million posts.
func (f *Folder) stage(name string, data []byte) (*staged, error) {
	f.staging <- struct{}{}
	defer func() { <-f.staging }()
	temp := path.Join(temps, strings.ToLower(rand.Text())+".tmp")
	info, err := f.writeTemp(temp, data)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("write %s: %w", name, err), f.discard(temp))
	}
	hash := sha256.Sum256(data)
	return &staged{temp, ledger.Files{Path: name, SHA256: hex.EncodeToString(hash[:]), Size: info.Size(), Modified: info.ModTime().UnixNano()}}, nil
}

// labelsOf is the folder of a label that a file is in.
func (f *Folder) labelsOf(name string) string {
	dir := path.Dir(name)
	if f.site.Bundle && path.Base(name) == bundled {
		return path.Dir(dir)
	}
	return dir
}

// rename renames a staged file into its folder, which exists. The name survives a
// power failure once the folder is synced.
func (f *Folder) rename(s *staged) error {
	if err := f.root.Rename(s.temp, s.files.Path); err != nil {
		return fmt.Errorf("write %s: %w", s.files.Path, err)
	}
	return nil
}

func (f *Folder) writeTemp(temp string, data []byte) (info fs.FileInfo, err error) {
	file, err := f.root.Create(temp)
	if err != nil {
		return nil, err
	}
	// Close before the rename: Windows cannot rename an open file.
	defer func() { err = errors.Join(err, file.Close()) }()
	if _, err := file.Write(data); err != nil {
		return nil, err
	}
	if err := file.Sync(); err != nil {
		return nil, err
	}
	return file.Stat()
}

func (f *Folder) discard(temp string) error {
	if _, err := f.root.Lstat(temp); err != nil {
		return nil
	}
	return f.root.Remove(temp)
}
