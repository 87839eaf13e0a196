package config

import (
	"errors"
	"fmt"
	"io/fs"
	"sort"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/nightpress/nightpress/internal/near"
	"github.com/nightpress/nightpress/internal/regular"
	"github.com/nightpress/nightpress/internal/tomlerr"
)

// Error is a fault in a models.toml.
type Error struct {
	File string
	// Line counts from 1; 0 means the file as a whole.
	Line int
	Msg  string
	hint string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Msg)
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg)
}

// Hint returns what to write instead, or "".
func (e *Error) Hint() string { return e.hint }

// maxFile is the largest file that is read, in bytes.
const maxFile = 16 << 20

// Load reads a file on top of the defaults. A missing file is fs.ErrNotExist.
// What is wrong in a file that can be read is one or more *Error.
func Load(path string) (*Config, error) {
	text, err := regular.Read(path, maxFile)
	if err != nil {
		return nil, err
	}
	return parse(path, string(text))
}

// IsMissing reports whether Load found no file.
func IsMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

func parse(path, text string) (*Config, error) {
	c := Default()
	c.Path = path
	text = strings.TrimPrefix(text, "\ufeff")
	meta, err := toml.Decode(text, c)
	if err != nil {
		return nil, syntaxError(path, err)
	}
	lines := newLines(text)
	var errs []error
	seen := map[string]int{}
	for _, key := range meta.Undecoded() {
		name := key.String()
		if len(key) > 1 && seen[key[0]] > 0 {
			continue // below a table that is not known itself
		}
		errs = append(errs, &Error{path, lines.nth(name, seen[name]), fmt.Sprintf("unknown key %q", name), nearest(key)})
		seen[name]++
	}
	for _, key := range meta.Keys() {
		c.set[key.String()] = true
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	for i, m := range c.Models {
		c.Models[i] = c.withDefaults(m)
	}
	return c, c.check(lines)
}

func syntaxError(path string, err error) error {
	if p, ok := errors.AsType[toml.ParseError](err); ok {
		if key := p.LastKey; strings.HasSuffix(key, "_timeout") {
			return &Error{path, p.Position.Line, key + ": " + p.Message, key[strings.LastIndexByte(key, '.')+1:] + ` = "5m"`}
		}
		if key := p.LastKey; key == "workers" || strings.HasSuffix(key, ".workers") {
			return &Error{path, p.Position.Line, key + ": " + p.Message, `workers = "auto"`}
		}
		return &Error{path, p.Position.Line, p.Message, ""}
	}
	line, text, _ := tomlerr.Type(err)
	return &Error{path, line, text, ""}
}

var known = map[string][]string{
	"":         {"server", "servers", "defaults", "input", "output", "run", "batch", "fleet", "model", "prompt"},
	"server":   {"url", "require_no_cloud", "first_token_timeout", "idle_timeout", "load_timeout", "lookup_timeout"},
	"servers":  {"name", "url", "workers", "models", "headers"},
	"defaults": {"prompt", "out", "workers", "attempts", "samples", "seed", "num_ctx", "num_predict", "max_tokens_per_post", "think", "think_budget", "options", "keep_replies"},
	"input":    {"topic_column", "columns", "where", "encoding", "sheet"},
	"output":   {"site", "layout", "bundle", "language", "front_matter", "draft", "provenance"},
	"batch":    {"unique", "near_duplicates"},
	"fleet":    {"urls", "creds", "ca", "cert", "key", "replicas", "prefix"},
	"run":      {"on_finish", "on_event", "while"},
	"model":    {"name", "label", "prompt", "mode", "samples", "think", "think_budget", "num_ctx", "num_predict", "options"},
}

// nearest returns a hint for an unknown key.
func nearest(key toml.Key) string {
	table := ""
	if len(key) > 1 {
		table = key[0]
	}
	return closest(key[len(key)-1], known[table])
}

func closest(name string, names []string) string {
	if ask := near.DidYouMean(name, names); ask != "" {
		return ask
	}
	names = append([]string(nil), names...)
	sort.Strings(names)
	return "valid names: " + strings.Join(names, ", ")
}
