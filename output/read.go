package output

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
)

// Read returns a post's file and its SHA-256, hex; a post that is not there is
// nil.
func (f *Folder) Read(label, slug string) (file []byte, sum string, err error) {
	if f.root == nil {
		return nil, "", nil
	}
	file, err = f.root.ReadFile(f.PostPath(label, slug))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	hash := sha256.Sum256(file)
	return file, hex.EncodeToString(hash[:]), nil
}
