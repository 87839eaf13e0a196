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

// staged is a file that is written and synced and only lacks its name.
type staged struct {
	temp  string
	files ledger.Files
}

// write puts data in place under name, whole or not at all, and returns what
// the file looks like.
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
// Beside the posts they were seen by whatever watches those, and a million
// posts had to be listed to find the one that a killed run left.
func (f *Folder) stage(data []byte) (*staged, error) {
	temp := path.Join(temps, strings.ToLower(rand.Text())+".tmp")
	info, err := f.writeTemp(temp, data)
	if err != nil {
		return nil, errors.Join(err, f.discard(temp))
	}
	hash := sha256.Sum256(data)
	return &staged{temp, ledger.Files{SHA256: hex.EncodeToString(hash[:]), Size: info.Size(), Modified: info.ModTime().UnixNano()}}, nil
}

// place gives a staged file its name and syncs the folder, so that the name
// survives a power cut too.
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
	// Close, then rename: Windows renames no open file.
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
