package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sort"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/agnivade/levenshtein"
)

// Error is one fault of a models.toml.
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

// Hint is what to write instead, or "".
func (e *Error) Hint() string { return e.hint }

// Load reads a file over the defaults. A file that is not there is an error of
// package fs; every other error is one or more *Error.
func Load(path string) (*Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parse(path, string(text))
}

// IsMissing tells whether Load found no file.
func IsMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

func parse(path, text string) (*Config, error) {
	c := Default()
	c.Path = path
	meta, err := toml.Decode(strings.TrimPrefix(text, "\ufeff"), c)
	if err != nil {
		return nil, syntaxError(path, err)
	}
	lines := newLines(text)
	var errs []error
	for _, key := range meta.Undecoded() {
		errs = append(errs, &Error{path, lines.of(key), fmt.Sprintf("unknown key %q", key.String()), nearest(key)})
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
	var p toml.ParseError
	if errors.As(err, &p) {
		msg := p.Message
		if msg == "" {
			msg = err.Error()
		}
		return &Error{path, p.Position.Line, msg, ""}
	}
	return &Error{path, 0, strings.TrimPrefix(err.Error(), "toml: "), ""}
}

var known = map[string][]string{
	"":         {"server", "defaults", "model"},
	"server":   {"url", "require_no_cloud", "first_token_timeout", "idle_timeout", "load_timeout"},
	"defaults": {"prompt", "out", "workers", "attempts", "seed", "num_ctx", "num_predict", "think", "options", "keep_replies"},
	"model":    {"name", "label", "prompt", "think", "num_ctx", "num_predict", "options"},
}

// nearest is a hint for an unknown key.
func nearest(key toml.Key) string {
	table := ""
	if len(key) > 1 {
		table = key[0]
	}
	return closest(key[len(key)-1], known[table])
}

func closest(name string, names []string) string {
	best, distance := "", 4
	for _, k := range names {
		if d := levenshtein.ComputeDistance(name, k); d < distance {
			best, distance = k, d
		}
	}
	if best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	names = append([]string(nil), names...)
	sort.Strings(names)
	return "known here: " + strings.Join(names, ", ")
}

// lines finds the line of a key: TOML decoders give it for syntax errors
// alone.
type lines struct{ at map[string][]int }

func newLines(text string) *lines {
	l := &lines{map[string][]int{}}
	table := ""
	for i, raw := range strings.Split(text, "\n") {
		line := strings.TrimSpace(raw)
		if strings.HasPrefix(line, "[") {
			table = strings.Trim(strings.TrimSpace(strings.SplitN(line, "#", 2)[0]), "[] ")
			l.at[table] = append(l.at[table], i+1)
			continue
		}
		name, _, ok := strings.Cut(line, "=")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		key := strings.Trim(strings.TrimSpace(name), `"'`)
		if table != "" {
			key = table + "." + key
		}
		l.at[key] = append(l.at[key], i+1)
	}
	return l
}

// of returns a key's first line, 0 when it cannot be told.
func (l *lines) of(key toml.Key) int {
	for _, name := range []string{key.String(), strings.Join(key[:max(0, len(key)-1)], ".")} {
		if at := l.at[name]; len(at) > 0 {
			return at[0]
		}
	}
	return 0
}
