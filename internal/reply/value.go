package reply

import (
	"html"
	"regexp"
	"strings"
)

// undecorated takes away what models set around a value or into it, and a
// value never has: quotes, brackets, emphasis, tags of HTML, escapes, entities,
// a line break, the number of its characters. quotes reports whether quotes or
// emphasis around the whole were among it, more whether anything else was.
func undecorated(f string, labels []string) (s string, quotes, more bool) {
	s = strings.TrimSpace(f)
	for range 6 {
		was := s
		if t := unquote(s); t != s {
			s, quotes = t, true
		}
		if t := plainText(s); t != s {
			s, more = t, true
		}
		if t := unwrapped(s, labels); t != s {
			s, more = t, true
		}
		if s == was {
			break
		}
	}
	return s, quotes, more
}

// length is a remark on the value's length behind it: "(41 characters)".
var length = regexp.MustCompile(`(?i)\s*(?:[-–—]\s+)?(?:[(\[]\s*(?:(?:length|count|character count|word count|characters?|chars?|words?|länge|zeichen|longueur)\s*[:=]\s*)?(?:~|≈|about |approx\.? |approximately |exactly |ca\. |under |< ?)?\d+(?:\s*(?:/|of|-)\s*\d+)?\s*(?:[- ]?(?:characters?|chars?|char\.|words?|letters|tags|keywords|items|zeichen|wörter|caractères|mots|caracteres|palabras|caratteri|parole|字符|文字|个字))?(?:,? (?:including|incl\.|with|inkl\.) (?:spaces|leerzeichen|espaces|espacios))?\s*[)\]])[.\s]*$`)

// counted holds what a remark on the length has and a year in parentheses has
// not.
var counted = regexp.MustCompile(`(?i)\p{L}|[~≈<]`)

// inline are the tags of HTML that mark up text and say nothing by themselves.
var inline = regexp.MustCompile(`(?i)</?(?:b|i|u|em|strong|small|mark|span|font|p|div|h[1-6]|br|li|ul|ol|center|dt|dd|dl|td|th|tr|table|tbody|thead)(?:\s[^<>]*)?/?>`)

var (
	comment = regexp.MustCompile(`<!--.*?-->`)
	entity  = regexp.MustCompile(`&(?:#[0-9]{1,6}|#[xX][0-9a-fA-F]{1,5}|[a-zA-Z][a-zA-Z0-9]{1,15});`)
	escape  = regexp.MustCompile("\\\\([!-/:-@\\[-`{-~])")
	strong  = regexp.MustCompile(`\*\*([^*]+)\*\*|__([^_]+)__`)
	slanted = regexp.MustCompile(`(^|[\s(“"])\*([^\s*][^*]*)\*([\s).,:;!?”"]|$)`)
)

// plainText is a value without the markup of Markdown and HTML inside it. One
// without a mark costs nothing.
func plainText(s string) string {
	was := s
	if strings.ContainsAny(s, "<") {
		s = inline.ReplaceAllStringFunc(comment.ReplaceAllString(s, ""), func(t string) string {
			if strings.HasPrefix(strings.ToLower(t), "<br") {
				return " "
			}
			return ""
		})
	}
	if strings.Contains(s, "&") {
		s = entity.ReplaceAllStringFunc(s, html.UnescapeString)
	}
	if strings.Contains(s, "\\") {
		s = escape.ReplaceAllString(strings.TrimRight(s, " \t\\"), "$1")
	}
	if strings.ContainsAny(s, "*_") {
		s = strong.ReplaceAllString(s, "$1$2")
		s = slanted.ReplaceAllString(s, "$1$2$3")
	}
	if at := strings.LastIndexAny(s, "(["); at > 0 {
		if loc := length.FindStringIndex(s); loc != nil && loc[0] > 0 && counted.MatchString(s[loc[0]:]) {
			s = s[:loc[0]]
		}
	}
	if s == was && !strings.Contains(s, "\u00a0") {
		return s
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\t' || r == '\u00a0' || r == '\n' }), " ")
}

// brackets enclose a value that was filled into the place of an example's.
var brackets = []struct{ open, end string }{{"[", "]"}, {"{", "}"}, {"<", ">"}, {"【", "】"}, {"《", "》"}, {"[[", "]]"}, {"{{", "}}"}}

// unwrapped takes away brackets around the whole of a value, the marks of a
// heading or a quotation before it, a comma behind its quotes, and its label
// once more.
func unwrapped(s string, labels []string) string {
	for _, b := range brackets {
		s = strings.TrimSpace(enclosed(s, b.open, b.end))
	}
	if t := strings.TrimLeft(s, "#>"); t != s && strings.HasPrefix(t, " ") {
		s = strings.TrimSpace(t)
	}
	for _, q := range []string{`"""`, "'''"} {
		s = strings.TrimSpace(enclosed(s, q, q))
	}
	for _, q := range []string{`"`, "'"} {
		if t, ok := strings.CutSuffix(s, q+","); ok && strings.HasPrefix(t, q) {
			s = t + q
		}
	}
	for _, b := range []string{"- ", "* ", "• ", ": "} {
		s = strings.TrimPrefix(s, b)
	}
	for _, l := range labels {
		if t, ok := strings.CutPrefix(s, l+":"); ok {
			s = strings.TrimSpace(t)
		}
	}
	return s
}

// withoutInline takes away the tags of HTML that mark up text.
func withoutInline(t string) string {
	if !strings.Contains(t, "<") {
		return t
	}
	return strings.TrimSpace(inline.ReplaceAllString(t, ""))
}
