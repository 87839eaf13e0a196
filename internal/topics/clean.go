package topics

import (
	"html"
	"strings"
	"unicode"
)

// visible is a text as a person sees it: HTML entities are the characters that
// they stand for, characters without width are gone, and every run of blanks
// is one space. Two topics that look the same are the same.
func visible(s string) string {
	plain := true
	for i := range len(s) {
		if c := s[i]; c >= 0x80 || c == '&' || c < ' ' || c == ' ' && i > 0 && s[i-1] == ' ' {
			plain = false
			break
		}
	}
	if plain {
		return strings.TrimSpace(s)
	}
	if strings.Contains(s, "&") {
		s = html.UnescapeString(s)
	}
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		if unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}
