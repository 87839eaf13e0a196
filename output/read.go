package output

import (
	"crypto/sha256"
	"encoding/hex"
)

// Read returns a post's file and its SHA-256, hex. A post that is not there is
// nil; anything but a regular file that can be read is a *BlockedError.
func (f *Folder) Read(label, slug string) (file []byte, sum string, err error) {
	if file, err = f.read(f.PostPath(label, slug)); file == nil || err != nil {
		return nil, "", err
	}
	hash := sha256.Sum256(file)
	return file, hex.EncodeToString(hash[:]), nil
}
