package output

import (
	"crypto/sha256"
	"encoding/hex"
)

// Read returns a post's file and its SHA-256 in hex. A missing file is nil.
// Anything but a readable regular file is a *BlockedError.
func (f *Folder) Read(label, slug string) (file []byte, sum string, err error) {
	if file, err = f.read(f.PostPath(label, slug)); file == nil || err != nil {
		return nil, "", err
	}
	hash := sha256.Sum256(file)
	return file, hex.EncodeToString(hash[:]), nil
}
