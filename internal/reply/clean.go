package reply

import (
	"strings"
	"unicode/utf8"

	"github.com/nightpress/nightpress/internal/contract"
	"golang.org/x/text/encoding/charmap"
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
	if t := decodedTwice(s); t != s {
		r.repair(contract.RepairRawTokens, r.raw)
		s = t
	}
	out := strings.Map(func(c rune) rune {
		if invisible(c) {
			return -1
		}
		return c
	}, withoutEscapes(plainBlanks(s)))
	if out != s {
		r.repair(contract.RepairInvisibleCharacters, r.raw)
	}
	return out
}

// plainBlanks writes blanks for those that do not break a line, where a line has
// more of them than of blanks: Markdown and words need blanks.
func plainBlanks(s string) string {
	n := strings.Count(s, "\u00a0") + strings.Count(s, "\u202f")
	if n <= strings.Count(s, " ") || n < 2 && !strings.HasPrefix(s, "#") {
		return s
	}
	return strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(s)
}

// mixed matches UTF-8 that was read as windows-1252: "â€™" for an apostrophe,
// "Ã¤" for a letter, "ðŸ˜€" for an emoji (Miosa-osa/OSA#234).
var mixed = lazy(`(?:Ã[\x{80}-\x{bf}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|Â[\x{80}-\x{bf}]|â€[\x{80}-\x{bf}‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|ðŸ[^ -~]{2})+`)

// decodedTwice repairs such text.
func decodedTwice(s string) string {
	if !strings.Contains(s, "Ã") && !strings.Contains(s, "Â") && !strings.Contains(s, "â") && !strings.Contains(s, "ð") {
		return s
	}
	return mixed().ReplaceAllStringFunc(s, func(m string) string {
		var raw []byte
		for _, c := range m {
			b, ok := charmap.Windows1252.EncodeRune(c)
			if !ok {
				if c > 0xff {
					return m
				}
				b = byte(c)
			}
			raw = append(raw, b)
		}
		if !utf8.Valid(raw) {
			return m
		}
		return string(raw)
	})
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
