package reply

import (
	"strings"
	"unicode"
)

// heading returns the level of a heading of the form "## ..." (CommonMark
// 0.31, 4.2), or 0.
func heading(s string) int {
	t := strings.TrimLeft(s, " ")
	n := len(t) - len(strings.TrimLeft(t, "#"))
	if n == 0 || n > 6 || len(s)-len(t) > 3 || len(t) > n && t[n] != ' ' && t[n] != '\t' {
		return 0
	}
	return n
}

// underlines returns the level of the heading that a line makes of the text
// above it (CommonMark 0.31, 4.3), or 0.
func underlines(s, above string) int {
	t := strings.TrimRight(s, " \t")
	u := strings.TrimLeft(t, " ")
	if u == "" || len(t)-len(u) > 3 || !paragraph(above) {
		return 0
	}
	switch {
	case strings.Trim(u, "=") == "":
		return 1
	case strings.Trim(u, "-") == "":
		return 2
	}
	return 0
}

// paragraph reports whether a line can be text of a paragraph.
func paragraph(s string) bool {
	t := strings.TrimLeft(s, " ")
	if strings.TrimSpace(t) == "" || len(s)-len(t) > 3 || heading(s) > 0 || t[0] == '>' || t[0] == '|' || t[0] == '\t' || isRule(strings.TrimSpace(t)) {
		return false
	}
	_, item := bullet(t)
	return !item
}

// isRule reports whether a trimmed line is a thematic break (CommonMark 0.31,
// 4.1).
func isRule(t string) bool {
	if t == "" || t[0] != '-' && t[0] != '*' && t[0] != '_' {
		return false
	}
	n := strings.Count(t, t[:1])
	return n >= 3 && strings.Trim(t, t[:1]+" \t") == ""
}

// words counts the words of a text: the runs between blanks that hold a letter
// or a digit. In scripts without blanks, two characters count as a word.
func words(s string) int {
	n, dense, in := 0, 0, false
	for _, c := range s {
		switch {
		case c >= 0xe00 && unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai):
			dense++
		case c == ' ' || c == '\t' || c == '\n':
			in = false
		case !in && (c < 0x80 && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9') || c >= 0x80 && letterOrDigit(c)):
			n, in = n+1, true
		}
	}
	return n + (dense+1)/2
}
