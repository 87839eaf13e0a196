package reply

import "strings"

// looseBullet returns the text of a list item among the header lines, where
// other marks than Markdown's are bullets, too.
func looseBullet(t string) (string, bool) {
	if s, ok := bullet(t); ok {
		return s, ok
	}
	for _, b := range []string{"◦ ", "▪ ", "● ", "○ ", "‣ ", "⁃ ", "→ ", "➤ ", "✅ ", "✔ ", "✓ ", "☑ ", "★ ", "> "} {
		if rest, ok := strings.CutPrefix(t, b); ok {
			return strings.TrimSpace(rest), true
		}
	}
	if len(t) > 3 && t[0] >= 'a' && t[0] <= 'z' && t[1] == ')' && t[2] == ' ' {
		return strings.TrimSpace(t[3:]), true
	}
	return "", false
}

// bullet returns the text of a list item.
func bullet(t string) (string, bool) {
	for _, b := range []string{"- ", "* ", "+ ", "• ", "– "} {
		if rest, ok := strings.CutPrefix(t, b); ok {
			return strings.TrimSpace(rest), true
		}
	}
	if digits := strings.TrimLeft(t, "0123456789"); digits != t && len(digits) > 2 && (digits[:2] == ". " || digits[:2] == ") ") {
		return strings.TrimSpace(digits[2:]), true
	}
	return "", false
}
