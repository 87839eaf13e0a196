package term

import (
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
	"github.com/rivo/uniseg"
)

// Clean makes text that a model, a file, or a server gave safe for a terminal
// and for one line of it. Control sequences are removed whole (CSI, and OSC,
// DCS, APC, PM, and SOS with what they carry, up to their end or the text's),
// in their 7-bit and their 8-bit form, and so are control characters and marks
// that change the direction of text or cannot be seen. A line separator and a
// tab become a space.
func Clean(s string) string {
	s = strings.Map(separator, strings.ToValidUTF8(s, "\ufffd"))
	if strings.IndexFunc(s, unsafe) < 0 {
		return s
	}
	// A UTF-8 terminal treats U+0080 to U+009F as control characters. The
	// library knows them only as single bytes, so each becomes its 7-bit form
	// first.
	var b strings.Builder
	for _, r := range s {
		if r >= 0x80 && r <= 0x9f {
			b.WriteByte(0x1b)
			r -= 0x40
		}
		b.WriteRune(r)
	}
	return strings.Map(func(r rune) rune {
		if unsafe(r) {
			return -1
		}
		return r
	}, ansi.Strip(b.String()))
}

// separator makes a space of what ends a line.
func separator(r rune) rune {
	switch r {
	case '\n', '\r', '\t', '\v', '\f', 0x84, 0x85, 0x2028, 0x2029:
		return ' '
	}
	return r
}

// unsafe reports whether a terminal obeys a character, or shows text in
// another order or nothing at all for it.
func unsafe(r rune) bool {
	switch {
	case unicode.IsControl(r),
		r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x206f, // direction
		r == 0x061c, r == 0x200b, r == 0x200e, r == 0x200f, r == 0xfeff,
		r >= 0xfff9 && r <= 0xfffb, r >= 0xe0000 && r <= 0xe007f:
		return true
	}
	return false
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
