package prompts

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/nightpress/nightpress/internal/regular"
)

//go:embed builtin/*.md
var builtin embed.FS

// Set holds all prompts: the built-in ones and those in a folder.
type Set struct{ dir string }

// Open returns the prompts of a folder, which need not exist, over the
// built-in ones.
func Open(dir string) *Set { return &Set{dir} }

// Info is one line of a list of prompts.
type Info struct {
	Name        string `json:"name"`
	Source      string `json:"source"`
	Description string `json:"description"`
}

// maxFile is the largest prompt that is read, in bytes.
const maxFile = 16 << 20

// Get loads a prompt.
func (s *Set) Get(name string) (*Prompt, error) {
	text, source, err := s.read(name)
	if err != nil {
		return nil, err
	}
	return Parse(name, source, text)
}

// Text returns a prompt's file as it is.
func (s *Set) Text(name string) ([]byte, error) {
	text, _, err := s.read(name)
	return text, err
}

func (s *Set) read(name string) (text []byte, source string, err error) {
	if name == "" || strings.ContainsAny(name, `/\:`) || strings.HasPrefix(name, ".") {
		return nil, "", fmt.Errorf("prompt %q: the name of a prompt is its file name without folder and .md", name)
	}
	own := filepath.Join(s.dir, name+".md")
	text, err = regular.Read(own, maxFile)
	if err == nil {
		return text, own, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, "", fmt.Errorf("prompt %s: %w", name, err)
	}
	if text, err = builtin.ReadFile("builtin/" + name + ".md"); err == nil {
		return text, "built in: " + name + ".md", nil
	}
	return nil, "", &Error{File: name, Err: errors.New("no such prompt"), hint: "nightpress prompts list"}
}

// Names lists the prompts by name. A broken file in the folder is an error.
func (s *Set) Names() ([]Info, error) {
	names := map[string]bool{}
	for _, pattern := range []struct {
		fsys fs.FS
		glob string
	}{{builtin, "builtin/*.md"}, {os.DirFS(s.dir), "*.md"}} {
		found, err := fs.Glob(pattern.fsys, pattern.glob)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			names[strings.TrimSuffix(filepath.Base(f), ".md")] = true
		}
	}
	var infos []Info
	var errs []error
	for n := range names {
		p, err := s.Get(n)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		infos = append(infos, Info{n, p.Source, p.Description})
	}
	sort.Slice(infos, func(i, j int) bool { return infos[i].Name < infos[j].Name })
	return infos, errors.Join(errs...)
}
