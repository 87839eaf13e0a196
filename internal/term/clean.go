package term

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

// escape matches terminal control sequences: CSI, OSC and the like, and any
// other escape with the character behind it.
var escape = regexp.MustCompile("(?:\x1b\\[|\u009b)[0-?]*[ -/]*[@-~]?|(?:\x1b[\\]PX^_]|\u009d)[^\x07\x1b\u009c]*(?:\x07|\x1b\\\\|\u009c)?|\x1b.?")

// Clean makes text that a model or a file gave safe for a terminal and for one
// line of it: control sequences, control characters, and marks that change the
// direction of text or cannot be seen are taken away; line ends and tabs
// become spaces.
func Clean(s string) string {
	s = escape.ReplaceAllString(strings.ToValidUTF8(s, "\ufffd"), "")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200b, r == 0x200e, r == 0x200f, r == 0xfeff, r == 0x2028, r == 0x2029:
			return -1
		}
		return r
	}, s)
}

// Truncate cuts a text to so many columns, with "..." where something went.
func Truncate(s string, width int) string {
	if uniseg.StringWidth(s) <= width {
		return s
	}
	var b strings.Builder
	used := 0
	g := uniseg.NewGraphemes(s)
	for g.Next() && used+g.Width() <= width-3 {
		used += g.Width()
		b.WriteString(g.Str())
	}
	return b.String() + "..."
}
