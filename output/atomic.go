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
	temp  string
	files ledger.Files
}

// write writes a file, whole or not at all, and returns what the ledger records
// about it.
func (f *Folder) write(name string, data []byte) (ledger.Files, error) {
	s, err := f.stage(data)
	if err != nil {
		return ledger.Files{}, fmt.Errorf("write %s: %w", name, err)
	}
	return f.place(s, name)
}

// stage writes data to a temporary file and syncs it.
//
// Note: temporary files have a folder of their own, on the same file system.
// When they were next to the posts, programs that watch the posts saw them, and
// finding the leftovers of a killed run meant listing a million posts.
func (f *Folder) stage(data []byte) (*staged, error) {
	temp := path.Join(temps, strings.ToLower(rand.Text())+".tmp")
	info, err := f.writeTemp(temp, data)
	if err != nil {
		return nil, errors.Join(err, f.discard(temp))
	}
	hash := sha256.Sum256(data)
	return &staged{temp, ledger.Files{SHA256: hex.EncodeToString(hash[:]), Size: info.Size(), Modified: info.ModTime().UnixNano()}}, nil
}

// place renames a staged file and syncs the folder, so that the name survives a
// power failure.
func (f *Folder) place(s *staged, name string) (ledger.Files, error) {
	dir := path.Dir(name)
	labels := dir
	if f.site.Bundle && path.Base(name) == bundled {
		labels = path.Dir(dir)
	}
	f.noteChange(labels)
	err := f.makeDir(dir)
	f.note(labels)
	if err == nil {
		err = f.root.Rename(s.temp, name)
	}
	if err != nil {
		return ledger.Files{}, errors.Join(fmt.Errorf("write %s: %w", name, err), f.discard(s.temp))
	}
	if err := syncDir(f.root, dir); err != nil {
		return ledger.Files{}, fmt.Errorf("sync %s: %w", dir, err)
	}
	s.files.Path = name
	return s.files, nil
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
