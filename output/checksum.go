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

// findChecksum returns the position of the checksum in a file. It takes the last
// match in the front matter, because the model's own text comes before it.
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

// addChecksum replaces blankChecksum in a file with the file's checksum.
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

// unaltered reports whether a file still matches its checksum.
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

// Own returns what a post's file says about itself. It is nil if the file is
// missing, or if a person wrote or edited it.
func (f *Folder) Own(label, slug string) (*Own, error) {
	return f.own(f.PostPath(label, slug))
}

// maxPost is an upper bound of a post's size in bytes. nightpress wrote no larger
// file.
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
		// Not a post of nightpress: it has no front matter.
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
