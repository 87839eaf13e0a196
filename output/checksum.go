package output

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	"github.com/nightpress/nightpress/internal/ledger"
)

// A post's front matter ends with a checksum of the whole file. The checksum
// distinguishes a post that the ledger does not know (its run was killed between
// the rename and the commit, or the ledger was lost) from one that a person
// edited.

// blankChecksum stands in place of the checksum while it is computed.
const blankChecksum = "0000000000000000"

var checksumLine = regexp.MustCompile(`(?m)^\s*sum\W+([0-9a-f]{16})`)

// findChecksum returns the position of the checksum in a file. It is the last
// one in the front matter, because text of the model can stand before it.
func findChecksum(file []byte) (from, to int, ok bool) {
	head := file
	if end := strings.Index(string(file), "\n---\n"); end >= 0 {
		head = file[:end]
	}
	all := checksumLine.FindAllSubmatchIndex(head, -1)
	if len(all) == 0 {
		return 0, 0, false
	}
	last := all[len(all)-1]
	return last[2], last[3], true
}

// addChecksum puts the checksum into a file that was made with blankChecksum.
func addChecksum(file []byte) []byte {
	if from, to, ok := findChecksum(file); ok {
		copy(file[from:to], checksum(file))
	}
	return file
}

func checksum(file []byte) string {
	sum := sha256.Sum256(file)
	return hex.EncodeToString(sum[:])[:len(blankChecksum)]
}

// unaltered reports whether a file has the checksum that it was written with.
func unaltered(file []byte) bool {
	from, to, ok := findChecksum(file)
	if !ok {
		return false
	}
	was := string(file[from:to])
	blank := append([]byte(nil), file...)
	copy(blank[from:to], blankChecksum)
	return checksum(blank) == was
}

// Own is an unaltered post that names its own job.
type Own struct {
	ID    string
	Slug  string
	Words int
	Files ledger.Files
}

// Own returns what a post's file says about itself. It is nil when there is no
// post, and when a person wrote or edited it.
func (f *Folder) Own(label, slug string) (*Own, error) {
	return f.own(f.PostPath(label, slug))
}

// maxPost is more than any post has, in bytes. A larger file is not one of ours.
const maxPost = 16 << 20

func (f *Folder) own(name string) (*Own, error) {
	info, err := f.lstat(name)
	if err != nil || info == nil || info.Size() > maxPost {
		return nil, err
	}
	file, err := f.read(name)
	if err != nil || !unaltered(file) {
		return nil, err
	}
	meta, body, err := Decode(file)
	if err != nil {
		// A right checksum without front matter: not one of ours.
		return nil, nil
	}
	block, _ := meta["nightpress"].(map[string]any)
	id, _ := block["id"].(string)
	if id == "" {
		return nil, nil
	}
	sum := sha256.Sum256(file)
	slug, _ := meta["slug"].(string)
	return &Own{ID: id, Slug: slug, Words: len(strings.Fields(body)), Files: ledger.Files{
		Path: name, SHA256: hex.EncodeToString(sum[:]), Size: info.Size(), Modified: info.ModTime().UnixNano(),
	}}, nil
}
