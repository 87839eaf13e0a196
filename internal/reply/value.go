package reply

import (
	"html"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// undecorated removes what models put around a value or into it, and a
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
		if t := withoutCount(s); t != s {
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

// length is a remark on the value's length after it: "(41 characters)".
var length = lazy(`(?i)\s*(?:[-–—|]\s+)?[*_]{0,2}[(\[（［{]\s*(?:(?:length|count|character count|word count|characters?|chars?|words?|länge|zeichen|longueur|longitud|lunghezza|字数|文字数)\s*[:=：]\s*)?(?:~|≈|about |approx\.? |approximately |exactly |around |ca\. |env\. |under |over |within |less than |fewer than |no more than |up to |at most |max(?:imum)?\.?:? |< ?|≤ ?)?\d+(?:\s*(?:/|of|out of|-|–|to)\s*\d+)?\s*(?:[- ]?(?:characters?|chars?|char\.|words?|letters|tags|keywords|items|zeichen|wörter|caractères|mots|caracteres|palabras|caratteri|parole|tecken|tegn|tekens|karakter|znaków|символов|знаков|字符|文字|个字|字|자))?(?:,? (?:max(?:imum)?|or less|limit|total|long|(?:including|incl\.|with|inkl\.|counting) (?:spaces|leerzeichen|espaces|espacios)))?\s*[)\]）］}][*_]{0,2}[.\s]*$`)

// tail is a remark on the length that nothing encloses: "- 41 characters",
// "(41/60)". It counts where the number is the value's.
var tail = lazy(`(?i)\s+(?:[-–—|]|//|#|\()\s*(\d+)\s*(?:/\s*\d+|characters?|chars?|zeichen|caractères|caracteres|caratteri)\s*\)?[.\s]*$`)

// withoutCount removes a remark on the length of the value.
func withoutCount(s string) string {
	m := tail().FindStringSubmatchIndex(s)
	if m == nil {
		return s
	}
	n, err := strconv.Atoi(s[m[2]:m[3]])
	rest := strings.TrimSpace(s[:m[0]])
	if size := utf8.RuneCountInString(rest); err != nil || n < size-3 || n > size+3 || size < 8 {
		return s
	}
	return rest
}

// counted holds what a remark on the length has and a year in parentheses has
// not.
var counted = lazy(`(?i)\p{L}|[~≈<]`)

// inline are the tags of HTML that mark up text and say nothing by themselves.
var inline = lazy(`(?i)</?(?:b|i|u|em|strong|small|mark|span|a|font|p|div|h[1-6]|br|li|ul|ol|center|dt|dd|dl|td|th|tr|table|tbody|thead)(?:\s[^<>]*)?/?>`)

var (
	comment = lazy(`<!--.*?-->`)
	entity  = lazy(`&(?:#[0-9]{1,6}|#[xX][0-9a-fA-F]{1,5}|[a-zA-Z][a-zA-Z0-9]{1,15});`)
	escape  = lazy("\\\\([!-/:-@\\[-`{-~])")
	strong  = lazy(`\*\*([^*]+)\*\*|__([^_]+)__`)
	slanted = lazy(`(^|[\s(“"])\*([^\s*][^*]*)\*([\s).,:;!?”"]|$)`)
)

// plainText is a value without the markup of Markdown and HTML inside it. One
// without a mark costs nothing.
func plainText(s string) string {
	was := s
	if strings.ContainsAny(s, "<") {
		s = comment().ReplaceAllString(s, "")
		low := strings.ToLower(s)
		s = inline().ReplaceAllStringFunc(s, func(t string) string {
			name := strings.ToLower(strings.Trim(t, "</> "))
			name, _, _ = strings.Cut(name, " ")
			switch {
			case name == "br":
				return " "
			case name != "li" && !(strings.Contains(low, "<"+name) && strings.Contains(low, "</"+name)) && strings.TrimSpace(s) != t && !strings.HasPrefix(s, "<") && !strings.HasSuffix(s, ">"):
				return t // it is spoken of
			}
			return ""
		})
	}
	if strings.Contains(s, "&") {
		s = entity().ReplaceAllStringFunc(s, html.UnescapeString)
	}
	if strings.Contains(s, "\\") {
		s = escape().ReplaceAllString(strings.TrimRight(s, " \t\\"), "$1")
	}
	if strings.ContainsAny(s, "*_") {
		s = strong().ReplaceAllStringFunc(s, func(t string) string {
			if t[0] == '_' && t != s && strings.ToLower(t) == t && !strings.Contains(t, " ") {
				return t // __init__
			}
			return t[2 : len(t)-2]
		})
		s = slanted().ReplaceAllString(s, "$1$2$3")
	}
	if at := strings.LastIndexAny(s, "([（［{"); at > 0 {
		if loc := length().FindStringIndex(s); loc != nil && loc[0] > 0 && counted().MatchString(s[loc[0]:]) && plausible(s[:loc[0]], s[loc[0]:]) {
			s = s[:loc[0]]
		}
	}
	if s == was && !strings.Contains(s, "\u00a0") {
		return s
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\t' || r == '\u00a0' || r == '\n' }), " ")
}

// plausible reports whether a remark can be on this value's length: "How Long Is
// a Tweet? (280 characters)" speaks of another.
func plausible(value, remark string) bool {
	if !strings.Contains(strings.ToLower(remark), "char") || strings.Contains(remark, "/") {
		return true
	}
	digits := strings.FieldsFunc(remark, func(r rune) bool { return r < '0' || r > '9' })
	n, err := strconv.Atoi(digits[0])
	size := utf8.RuneCountInString(value)
	return err == nil && n <= 3*size+40
}

// brackets enclose a value that was filled into the place of an example's, and
// are marks of other languages and formats.
var brackets = []struct{ open, end string }{
	{"[[", "]]"}, {"{{", "}}"}, {"<<", ">>"}, {"[", "]"}, {"{", "}"}, {"<", ">"}, {"(", ")"}, {"【", "】"}, {"《", "》"}, {"〈", "〉"}, {"〔", "〕"}, {"（", "）"}, {"［", "］"}, {"＜", "＞"}, {"『", "』"},
	{"„", "”"}, {"‟", "”"}, {"‚", "‘"}, {"‚", "’"}, {"‹", "›"}, {"›", "‹"}, {"＂", "＂"}, {"❝", "❞"}, {"〝", "〞"}, {"〝", "〟"}, {"＇", "＇"},
	{"\"\"", "\"\""}, {"''", "''"}, {"```", "```"}, {"``", "``"}, {"~~", "~~"}, {"==", "=="}, {"++", "++"}, {"^", "^"}, {"$", "$"}, {"|", "|"},
}

var (
	// link is a value that is one link, or a picture.
	link = lazy(`^!?\[([^\[\]]+)\]\([^()\s]*\)$`)
	// command is one of LaTeX around the whole.
	command = lazy(`^\\(?:textbf|textit|emph|title|text|section\*?)\{([^{}]*)\}$`)
	// attributes are those of a heading in Pandoc's and Hugo's Markdown.
	attributes = lazy(`\s+\{[#.][\w .#=-]+\}$`)
	// element is the whole in tags; name is its label's.
	element = lazy(`^[<\[]([\pL_ -]{3,30})[>\]](.*?)(?:[<\[]/[\pL_ -]{3,30}[>\]])?$`)
	// stray is an end tag without its beginning.
	stray = lazy(`</[\pL_-]{3,30}>$`)
)

// unwrapped takes away brackets around the whole of a value, the marks of a
// heading or a quotation before it, a mark after its quotes or without a
// partner, and its label once more.
func unwrapped(s string, labels []string) string {
	for _, b := range brackets {
		s = strings.TrimSpace(enclosed(s, b.open, b.end))
	}
	if t := strings.TrimLeft(s, "#>→➤►=-"); t != s && strings.HasPrefix(t, " ") {
		s = strings.TrimSpace(t)
	}
	for _, q := range []string{`"""`, "'''"} {
		s = strings.TrimSpace(enclosed(s, q, q))
	}
	if t := strings.TrimRight(s, ".,; "); t != s && len(t) > 2 && (t[len(t)-1] == '"' || t[len(t)-1] == '\'') && t[0] == t[len(t)-1] {
		s = t
	}
	for _, b := range []string{"- ", "* ", "• ", ": "} {
		s = strings.TrimPrefix(s, b)
	}
	s = strings.TrimSpace(strings.TrimSuffix(s, "|"))
	for _, around := range []func() *regexp.Regexp{link, command} {
		s = strings.TrimSpace(around().ReplaceAllString(s, "$1"))
	}
	s = attributes().ReplaceAllString(s, "")
	if !strings.Contains(s, "<") || strings.LastIndex(s, "<") == strings.Index(s, "<") {
		s = strings.TrimSpace(stray().ReplaceAllString(s, ""))
	}
	return relabelled(alone(s), labels)
}

// alone removes a mark at an edge that has no partner. The sign of inches
// follows a figure.
func alone(s string) string {
	for _, mark := range []string{"**", "__", "*", `"`, "“", "”"} {
		if strings.Count(s, mark) != 1 {
			continue
		}
		if t, ok := strings.CutPrefix(s, mark); ok {
			s = strings.TrimSpace(t)
		} else if t, ok := strings.CutSuffix(s, mark); ok && t != "" && (t[len(t)-1] < '0' || t[len(t)-1] > '9') {
			s = strings.TrimSpace(t)
		}
	}
	return s
}

// relabelled removes the field's label if a value repeats it.
func relabelled(s string, labels []string) string {
	if len(labels) == 0 {
		return s
	}
	label, value, ok := strings.Cut(s[:min(len(s), longestLabel)], ":")
	value += s[min(len(s), longestLabel):]
	if m := element().FindStringSubmatch(s); !ok && m != nil {
		label, value, ok = m[1], m[2], true
	}
	if !ok {
		return s
	}
	label = undress(label)
	for _, l := range labels {
		if fold(l) == label {
			return strings.TrimSpace(value)
		}
	}
	return s
}

// withoutInline removes the HTML tags that mark up text.
func withoutInline(t string) string {
	if !strings.Contains(t, "<") {
		return t
	}
	return strings.TrimSpace(inline().ReplaceAllString(t, ""))
}
