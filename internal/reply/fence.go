package reply

import "strings"

// fence follows the fenced code blocks of Markdown (CommonMark 0.31, 4.5).
// Other than there, one may be indented as far as it likes, because models
// write them into list items, and one in a quotation ends with it.
type fence struct {
	char  byte
	size  int
	at    int // the line where it was opened
	quote bool
}

func (f *fence) open() bool { return f.size > 0 }

// line takes a line and reports whether it is code or a fence around it.
func (f *fence) line(s string, at int) bool {
	t, quote := unquoted(s)
	if f.open() && f.quote && !quote {
		f.size = 0
	}
	if f.open() {
		if f.closes(s) {
			f.size = 0
		}
		return true
	}
	if !isFence(t) {
		if item, ok := bullet(t); ok {
			t = item
		}
	}
	char, size, _ := fenceOf(t)
	if size < 3 {
		return false
	}
	*f = fence{char, size, at, quote}
	return true
}

// closes reports whether a line closes the fence, if it is open.
func (f *fence) closes(s string) bool {
	if !f.open() {
		return false
	}
	t, quote := s, false
	if f.quote {
		t, quote = unquoted(s)
	}
	char, size, info := fenceOf(strings.TrimLeft(t, " \t"))
	return quote == f.quote && char == f.char && size >= f.size && strings.TrimSpace(info) == ""
}

// unquoted takes the marks of a quotation and the indentation away.
func unquoted(s string) (t string, quote bool) {
	t = strings.TrimLeft(s, " \t")
	for strings.HasPrefix(t, ">") {
		t, quote = strings.TrimLeft(t[1:], " \t"), true
	}
	return t, quote
}

func fenceOf(t string) (char byte, size int, info string) {
	if t == "" || t[0] != '`' && t[0] != '~' {
		return 0, 0, ""
	}
	for size < len(t) && t[size] == t[0] {
		size++
	}
	info = t[size:]
	if t[0] == '`' && strings.Contains(info, "`") {
		return 0, 0, ""
	}
	return t[0], size, info
}

func isFence(t string) bool {
	_, size, _ := fenceOf(t)
	return size >= 3
}

// fenceInfo is the language of a line that opens a fence, in lower case.
func fenceInfo(s string) string {
	_, size, info := fenceOf(strings.TrimSpace(s))
	if size < 3 {
		return ""
	}
	return strings.ToLower(strings.TrimSpace(info))
}
