// Package snippet finds code in a post that no parser accepts. It is lenient with
// fragments, which are usual in posts: statements without a package, an object with
// "..." in it, a signature without a body. What it reports is wrong in every reading
// that it knows.
//
// Go, JSON, TOML, and YAML have parsers. Python has only a scanner: it sees strings,
// brackets, characters, and indentation, and no more.
package snippet

import (
	"fmt"
	"strings"
)

// longest is the longest snippet that is looked at, in bytes.
const longest = 16 << 10

// Fault is what is wrong with a snippet.
type Fault struct {
	// Language is its name for a person, such as "Go".
	Language string
	// Line is the snippet's line, from 0.
	Line int
	// Text says what is wrong.
	Text string
}

func (f *Fault) Error() string { return fmt.Sprintf("line %d: %s", f.Line+1, f.Text) }

// languages are the languages by the names that a fence has for them.
var languages = map[string]struct {
	name  string
	check func(text string) *Fault
}{
	"go": {"Go", checkGo}, "golang": {"Go", checkGo},
	"json": {"JSON", checkJSON},
	"yaml": {"YAML", checkYAML}, "yml": {"YAML", checkYAML},
	"toml": {"TOML", checkTOML},
	"py":   {"Python", checkPython}, "python": {"Python", checkPython}, "python3": {"Python", checkPython},
}

// Check returns what is wrong with a snippet in a language, as a code fence names it.
// It is nil for a good one, for one in a language that is not known, and for one of
// more than 16 KB.
func Check(language, text string) *Fault {
	l, ok := languages[strings.ToLower(language)]
	if !ok || len(text) > longest || strings.TrimSpace(text) == "" {
		return nil
	}
	f := l.check(dedented(strings.NewReplacer("\r\n", "\n", "\u00a0", " ").Replace(text)))
	if f != nil {
		f.Language = l.name
	}
	return f
}

// dedented is a text without the blanks that begin all of its lines: it stands in a
// list's item.
func dedented(text string) string {
	lines := strings.Split(text, "\n")
	common := ""
	for i, line := range lines {
		rest := strings.TrimLeft(line, " \t")
		switch blanks := line[:len(line)-len(rest)]; {
		case rest == "":
			lines[i] = ""
		case common == "" && i > 0 && strings.TrimSpace(strings.Join(lines[:i], "")) != "":
			return text
		case common == "" || strings.HasPrefix(common, blanks):
			if common = blanks; common == "" {
				return text
			}
		case !strings.HasPrefix(blanks, common):
			return text
		}
	}
	for i, line := range lines {
		lines[i] = strings.TrimPrefix(line, common)
	}
	return strings.Join(lines, "\n")
}

// lineAt is the line of a text, from 0, that has the byte at an offset.
func lineAt(text string, offset int) int {
	return strings.Count(text[:max(0, min(offset, len(text)))], "\n")
}

// isEllipsis reports whether a line only says that something is left out.
func isEllipsis(line string) bool {
	switch strings.Trim(line, " \t,;/*#()[]{}<>-") {
	case "...", "…", "....", ".....", "etc", "etc.", "snip", "...snip...", ".":
		return true
	}
	return false
}
