package reply

import "strings"

// fence follows the fenced code blocks of Markdown (CommonMark 0.31, 4.5).
type fence struct {
	char byte
	size int
	at   int // the line where it was opened
	n    int
}

func (f *fence) open() bool { return f.size > 0 }

// line takes the next line and tells whether it opens or closes a fence.
func (f *fence) line(s string) bool {
	f.n++
	t := strings.TrimLeft(s, " ")
	if len(s)-len(t) > 3 && !f.open() {
		return false
	}
	char, size, info := fenceOf(t)
	switch {
	case size < 3:
		return false
	case !f.open():
		f.char, f.size, f.at = char, size, f.n
		return true
	case char == f.char && size >= f.size && strings.TrimSpace(info) == "":
		f.size = 0
		return true
	}
	return false
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
