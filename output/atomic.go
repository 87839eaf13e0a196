package output

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"strings"
)

const tempPrefix, tempSuffix = ".np-", ".tmp"

func isTemp(name string) bool {
	return strings.HasPrefix(name, tempPrefix) && strings.HasSuffix(name, tempSuffix)
}

// write puts data in place under name, whole or not at all: a temporary file
// in the same folder is written, synced and renamed, then the folder is synced,
// so that the name survives a power cut too. It returns the data's SHA-256.
func (f *Folder) write(name string, data []byte) (sum string, err error) {
	dir := path.Dir(name)
	if err := f.root.MkdirAll(dir, 0o777); err != nil {
		return "", err
	}
	temp := path.Join(dir, tempPrefix+strings.ToLower(rand.Text())+tempSuffix)
	if err := f.writeTemp(temp, data); err != nil {
		return "", errors.Join(fmt.Errorf("write %s: %w", name, err), f.discard(temp))
	}
	if err := f.root.Rename(temp, name); err != nil {
		return "", errors.Join(err, f.discard(temp))
	}
	if err := syncDir(f.root, dir); err != nil {
		return "", fmt.Errorf("sync %s: %w", dir, err)
	}
	hash := sha256.Sum256(data)
	return hex.EncodeToString(hash[:]), nil
}

func (f *Folder) writeTemp(temp string, data []byte) (err error) {
	file, err := f.root.Create(temp)
	if err != nil {
		return err
	}
	// Close, then rename: Windows renames no open file.
	defer func() { err = errors.Join(err, file.Close()) }()
	if _, err := file.Write(data); err != nil {
		return err
	}
	return file.Sync()
}

func (f *Folder) discard(temp string) error {
	if _, err := f.root.Lstat(temp); err != nil {
		return nil
	}
	return f.root.Remove(temp)
}
