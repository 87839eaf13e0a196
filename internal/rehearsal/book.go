package rehearsal

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
)

//go:embed text/*.txt
var texts embed.FS

// slot is a gap in a passage. One of its alternatives fills it.
type slot []string

// book holds passages by name, as read from the text folder.
type book map[string][]slot

// openBook reads every file of the folder. The files are our own and embedded,
// so a mistake in one is a mistake of the program: it panics.
func openBook() book {
	names, err := fs.Glob(texts, "text/*.txt")
	if err != nil {
		panic(err) // unreachable: the pattern is well-formed
	}
	b := book{}
	for _, name := range names {
		text, err := fs.ReadFile(texts, name)
		if err != nil {
			panic(err) // unreachable: the name came from Glob
		}
		b.read(name, string(text))
	}
	return b
}

// read adds the passages of one file. The first slot of a passage gets no
// blank before it: what stands there depends on where the passage is used.
func (b book) read(file, text string) {
	var name, lead, last string
	for i, line := range strings.Split(text, "\n") {
		switch {
		case strings.HasPrefix(line, "//"):
		case strings.HasPrefix(line, "== "):
			name, lead = line[len("== "):], ""
			if _, twice := b[name]; twice {
				panic(fmt.Sprintf("%s: line %d: passage %q stands there twice", file, i+1, name))
			}
		case line == "" && len(b[name]) > 0:
			lead = "\n\n"
		case line != "":
			if lead == " " && isItem(line) && isItem(last) {
				lead = "\n"
			}
			b[name] = append(b[name], alternatives(line, lead))
			lead, last = " ", line
		}
	}
}

// isItem reports whether a line is an item of a Markdown list.
func isItem(line string) bool {
	return strings.HasPrefix(line, "- ") || len(line) > 2 && line[1:3] == ". "
}

// alternatives splits a line into a slot. A newline is written \n in the files.
func alternatives(line, lead string) slot {
	var s slot
	for text := range strings.SplitSeq(line, " | ") {
		s = append(s, lead+strings.ReplaceAll(text, `\n`, "\n"))
	}
	return s
}
