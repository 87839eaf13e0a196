package output

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"regexp"
	"strings"

	"github.com/nightpress/nightpress/internal/ledger"
)

// A post's front matter ends in a sum of the whole file. By it a post that the
// ledger does not know (its run was killed between the rename and the commit,
// or the ledger was lost) is told from one that a person edited.

// unsealed stands in the sum's place while the sum is taken.
const unsealed = "0000000000000000"

var sumLine = regexp.MustCompile(`(?m)^\s*sum\W+([0-9a-f]{16})`)

// sumAt finds the sum in a file: the last in its front matter, because texts
// of the model stand before it.
func sumAt(file []byte) (from, to int, ok bool) {
	head := file
	if end := strings.Index(string(file), "\n---\n"); end >= 0 {
		head = file[:end]
	}
	all := sumLine.FindAllSubmatchIndex(head, -1)
	if len(all) == 0 {
		return 0, 0, false
	}
	last := all[len(all)-1]
	return last[2], last[3], true
}

// seal puts the sum into a file that was made with unsealed.
func seal(file []byte) []byte {
	if from, to, ok := sumAt(file); ok {
		copy(file[from:to], sumOf(file))
	}
	return file
}

func sumOf(file []byte) string {
	sum := sha256.Sum256(file)
	return hex.EncodeToString(sum[:])[:len(unsealed)]
}

// sealed tells whether a file is as it was written.
func sealed(file []byte) bool {
	from, to, ok := sumAt(file)
	if !ok {
		return false
	}
	was := string(file[from:to])
	blank := append([]byte(nil), file...)
	copy(blank[from:to], unsealed)
	return sumOf(blank) == was
}

// Own is a post that says of itself which job's it is, and is unaltered.
type Own struct {
	ID    string
	Slug  string
	Words int
	Files ledger.Files
}

// Own returns what a post's file says of itself, nil when there is none, or
// when a person wrote or edited it.
func (f *Folder) Own(label, slug string) (*Own, error) {
	if f.root == nil {
		return nil, nil
	}
	own, err := f.own(f.PostPath(label, slug))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return own, err
}

func (f *Folder) own(name string) (*Own, error) {
	file, err := f.root.ReadFile(name)
	if err != nil || !sealed(file) {
		return nil, err
	}
	meta, body, err := Decode(file)
	if err != nil {
		// Sealed, and yet no front matter: not one of ours.
		return nil, nil
	}
	block, _ := meta["nightpress"].(map[string]any)
	id, _ := block["id"].(string)
	if id == "" {
		return nil, nil
	}
	info, err := f.root.Stat(name)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(file)
	slug, _ := meta["slug"].(string)
	return &Own{ID: id, Slug: slug, Words: len(strings.Fields(body)), Files: ledger.Files{
		Path: name, SHA256: hex.EncodeToString(sum[:]), Size: info.Size(), Modified: info.ModTime().UnixNano(),
	}}, nil
}
