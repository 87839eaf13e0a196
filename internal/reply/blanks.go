package reply

import (
	"strings"

	"github.com/nightpress/nightpress/internal/phrases"
)

var (
	// bracketed matches text in brackets, and the character after it.
	bracketed = lazy(`(!?)[\[{<]{1,2}([^\[\]{}<>\n]{1,120})[\]}>]{1,2}([(\[:]?)`)
	// linked matches the target of a link or a picture.
	linked = lazy(`(!?)\[([^\[\]\n]*)\]\(\s*<?([^()\s<>]*[^()<>\n]*?)>?(?:\s+"[^"]*")?\s*\)`)
	// pictured matches a picture with any description.
	pictured = lazy(`!\[[^\n]*?\]\([^()\s]+\)`)
	// nowhere matches a target that leads nowhere.
	nowhere = lazy(`(?i)^(?:url|link|href|your[-_ ]?(?:link|url|image|site|website|domain)\S*|insert\b.*|add\b.*|image[-_ ]?url|link[-_ ]?here|path/to/\S*|/path/to/\S*|placeholder\S*)$`)
	// examples matches the hosts of example links. A picture there does not
	// exist.
	examples = lazy(`(?i)^(?:https?://(?:www\.)?(?:your|my)?[-_]?(?:example|placeholder|placehold|yourwebsite|yourdomain|yoursite|yourblog|website|domain)\.(?:com|org|net|it|co)\b.*|https?://(?:via\.placeholder\.com|placehold\.(?:it|co)|placekitten\.com|picsum\.photos|dummyimage\.com|loremflickr\.com|source\.unsplash\.com|i\.imgur\.com/(?:example|placeholder))\S*)$`)
	// picture matches the name of a local image file, which no reader has.
	picture = lazy(`(?i)^(?:\.{0,2}/)?(?:(?:images?|img|assets|pictures|media|static|uploads)/)*[\w .%-]+\.(?:jpe?g|png|gif|webp|svg|avif)$`)
)

// blank finds a place in a line of text that the model left to be filled in.
func blank(s string) string {
	if !strings.ContainsAny(s, "[{<") {
		return ""
	}
	s = withoutSpans(s)
	for _, m := range linked().FindAllStringSubmatch(s, -1) {
		example := examples().MatchString(m[3])
		if nowhere().MatchString(m[3]) || m[1] == "!" && (example || picture().MatchString(m[3])) || (example || m[3] == "#") && isPlaceholder(m[2], true) {
			return m[0]
		}
	}
	s = pictured().ReplaceAllString(linked().ReplaceAllString(s, ""), "")
	for _, m := range bracketed().FindAllStringSubmatch(s, -1) {
		square := strings.HasPrefix(strings.TrimPrefix(m[0], "!"), "[")
		if m[3] == "" && isPlaceholder(m[2], square) {
			return m[0]
		}
	}
	return ""
}

// isPlaceholder reports whether brackets hold what only a placeholder does;
// exact says that a lone word, such as "name", counts too.
func isPlaceholder(s string, exact bool) bool {
	s = strings.ReplaceAll(strings.ToLower(strings.Trim(s, " .…*_\"'")), "’", "'")
	s = strings.ReplaceAll(s, "_", " ")
	for _, p := range phrases.Placeholders {
		if begins, ok := strings.CutSuffix(p, "..."); ok {
			begins = strings.TrimSpace(begins)
			if rest, ok := strings.CutPrefix(s, begins); ok && !startsWord(rest) {
				return true
			}
		} else if exact && s == p {
			return true
		}
	}
	return false
}

// withoutSpans is a line without its code spans.
func withoutSpans(s string) string {
	for {
		at := strings.IndexByte(s, '`')
		if at < 0 {
			return s
		}
		n := strings.IndexByte(s[at+1:], '`')
		if n < 0 {
			return s
		}
		s = s[:at] + s[at+n+2:]
	}
}
