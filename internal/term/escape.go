package term

import (
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Escape writes every character that a terminal obeys as \u and four hex
// digits. It is for output that programs read and people look at: in a JSON
// text, where such characters stand in strings alone, the value stays the same.
// Line ends and tabs stay.
func Escape(s string) string {
	dangerous := func(r rune) bool { return r != '\n' && r != '\t' && (unsafe(r) || r == 0x2028 || r == 0x2029) }
	if strings.IndexFunc(s, dangerous) < 0 {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch high, low := utf16.EncodeRune(r); {
		case r == utf8.RuneError || !dangerous(r):
			_, size := utf8.DecodeRuneInString(s[i:])
			b.WriteString(s[i : i+size])
		case r > 0xffff:
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}
