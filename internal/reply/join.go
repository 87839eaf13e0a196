package reply

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nightpress/nightpress/internal/phrases"
)

const (
	// overlap is the number of bytes of two texts that are searched for a
	// common passage.
	overlap = 4 << 10
	// leastOverlap is the length in bytes from which a common passage counts as
	// a repetition and not as chance, unless it is a whole line.
	leastOverlap = 12
)

// Join combines a reply with its continuation. before is the reply byte for byte, and
// after is the model's answer. If after repeats the end of before, the passage is
// kept once. Words about continuing are dropped. An answer that is a new reply
// replaces the old one.
func Join(before, after string) string {
	if strings.TrimSpace(after) == "" {
		return before
	}
	rest := withoutAnnouncement(after)
	if strings.TrimSpace(rest) == "" {
		return before
	}
	if restarts(before, rest) {
		return rest
	}
	if n := shared(before, strings.TrimLeft(rest, " \t\r\n")); n > 0 {
		return before + strings.TrimLeft(rest, " \t\r\n")[n:]
	}
	return before + seam(before, rest) + rest
}

// withoutAnnouncement drops a first line that only announces the continuation.
func withoutAnnouncement(s string) string {
	trimmed := strings.TrimLeft(s, " \t\r\n")
	line, rest, more := strings.Cut(trimmed, "\n")
	bare := strings.ToLower(strings.Trim(line, "*_# \t\r"))
	for _, a := range phrases.Continuations {
		if !strings.HasPrefix(bare, a) {
			continue
		}
		if more && len(line) < 160 && strings.ContainsAny(bare[len(bare)-1:], ":.)]…") {
			return strings.TrimLeft(rest, "\r\n")
		}
		if a == "..." || a == "…" {
			return strings.TrimLeft(strings.TrimPrefix(trimmed, line[:len(a)]), ".…")
		}
	}
	return s
}

// restarts reports whether the answer is a whole new reply.
func restarts(before, after string) bool {
	first, _, _ := strings.Cut(strings.TrimSpace(before), "\n")
	label, _, ok := strings.Cut(first, ":")
	return ok && len(label) < longestLabel && strings.HasPrefix(strings.TrimSpace(after), label+":") && strings.Count(before, "\n") > 1
}

// shared returns how many bytes at the beginning of after repeat the end of before.
func shared(before, after string) int {
	head := after[:min(len(after), overlap)]
	tail := before[max(0, len(before)-overlap):]
	// Find the longest border of head + separator + tail by its prefix
	// function. It takes linear time even if the two are alike.
	s := head + "\x00" + tail
	border := make([]int, len(s))
	for i := 1; i < len(s); i++ {
		k := border[i-1]
		for k > 0 && s[i] != s[k] {
			k = border[k-1]
		}
		if s[i] == s[k] {
			k++
		}
		border[i] = k
	}
	n := border[len(s)-1]
	for n > 0 && !said(before, n) {
		n = border[n-1]
	}
	return n
}

// said reports whether the last n bytes of before are enough to be a
// repetition: they begin where a word does, and are long or whole lines.
func said(before string, n int) bool {
	at := len(before) - n
	line := strings.LastIndexByte(before, '\n') + 1
	if at == line || at > 0 && before[at-1] == '\n' {
		return n >= 4 && strings.TrimSpace(before[at:]) != ""
	}
	last, _ := utf8.DecodeLastRuneInString(before[:at])
	return n >= leastOverlap && !unicode.IsLetter(last) && !unicode.IsDigit(last)
}

// seam is the white space that is missing between two texts: a block of
// Markdown begins a line, a sentence is set off from the one before. Anything
// else is joined as it is, for it may go on in the middle of a word.
func seam(before, after string) string {
	if before == "" || strings.HasSuffix(before, "\n") || after[0] == '\n' || after[0] == ' ' {
		return ""
	}
	last, _ := utf8.DecodeLastRuneInString(before)
	first, _ := utf8.DecodeRuneInString(after)
	switch {
	case strings.HasPrefix(after, "#"), strings.HasPrefix(after, "```"), strings.HasPrefix(after, "~~~"), strings.HasPrefix(after, "</"):
		return "\n\n"
	case strings.HasPrefix(after, "- "), strings.HasPrefix(after, "* "), strings.HasPrefix(after, "| "):
		return "\n"
	case strings.ContainsRune(".!?:…", last) && unicode.IsUpper(first):
		return " "
	}
	return ""
}
