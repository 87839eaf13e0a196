package reply

import (
	"strings"
	"unicode/utf8"

	"github.com/nightpress/nightpress/internal/contract"
)

// clean removes from a line what no post may hold: control characters and
// characters that cannot be seen.
func (r *Reader) clean(s string) string {
	plain := true
	for i := 0; i < len(s) && plain; i++ {
		plain = s[i] < 0x7f && (s[i] >= ' ' || s[i] == '\t')
	}
	if plain {
		return s
	}
	if !utf8.ValidString(s) || strings.Contains(s, "\ufffd\ufffd") {
		r.invalid = true
		return s
	}
	out := strings.Map(func(c rune) rune {
		if invisible(c) {
			return -1
		}
		return c
	}, withoutEscapes(s))
	if out != s {
		r.repair(contract.RepairInvisibleCharacters, r.raw)
	}
	return out
}

// withoutEscapes removes a terminal's control sequences: an escape, "[",
// figures, a letter.
func withoutEscapes(s string) string {
	var b strings.Builder
	for {
		at := strings.Index(s, "\x1b[")
		if at < 0 {
			return b.String() + s
		}
		b.WriteString(s[:at])
		s = strings.TrimLeft(s[at+2:], "0123456789;?")
		if s != "" && s[0] >= '@' && s[0] <= '~' {
			s = s[1:]
		}
	}
}

// invisible tells of control characters, of marks that change the direction of
// text, of soft hyphens, and of spaces without width. The joiner that emoji and
// some scripts need stays.
func invisible(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r < ' ', r >= 0x7f && r < 0xa0, r == 0xad:
		return true
	case r == 0xfeff, r == 0x200b, r >= 0x2060 && r <= 0x2064, r >= 0x2028 && r <= 0x202e, r >= 0x2066 && r <= 0x206f:
		return true
	case r >= 0xfff9 && r <= 0xfffb, r&0xfffe == 0xfffe, r >= 0xe0000 && r <= 0xe007f:
		return true
	}
	return false
}
