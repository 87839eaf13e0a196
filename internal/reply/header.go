package reply

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/near"
	"golang.org/x/text/unicode/norm"
)

// header is a line read as a header field.
type header struct {
	label
	value   string
	dressed bool // the label stands there otherwise than the contract has it
	alone   bool // the label is all there is, as a heading or in bold
}

// header reads a line as a header field of the contract, in one of the forms
// that a line of a post does not have by chance.
func (f *form) header(c *contract.Contract, s string) (h header, ok bool) {
	name, value, ok := splitLabel(s)
	if !ok {
		return header{}, false
	}
	l, ok := f.labels[name]
	if !ok {
		return header{}, false
	}
	exact := c.Fields[l.field].Label + ":"
	return header{l, value, !strings.HasPrefix(s, exact), value == "" && !strings.Contains(s, ":")}, true
}

// headerAbove reads a line as a header field where the body has not begun, so
// that more can be meant as one.
func (f *form) headerAbove(c *contract.Contract, s string) (h header, ok bool) {
	if h, ok = f.header(c, s); ok {
		return h, true
	}
	if len(s) > longestLine {
		return header{}, false
	}
	t := withoutInline(strings.TrimSpace(s))
	if !ascii(t) || strings.IndexByte(t, '&') >= 0 {
		t = plainHead(t)
	}
	if t == "" {
		return header{}, false
	}
	for _, split := range []func(string) (name, value string, alone, ok bool){f.inTags, f.inTable, f.inBrackets, f.undecorated, f.separated, f.afterOthers} {
		if name, value, alone, ok := split(t); ok {
			l := f.any(name)
			return header{*l, value, true, alone}, true
		}
	}
	return header{}, false
}

// misspelt reads a line as a header field that is still missing, with an error
// in its label: "CATAGORIES: x". The label must be in capitals, as the
// contract's are.
func (r *Reader) misspelt(s string) (h header, ok bool) {
	left, value, ok := strings.Cut(s, ":")
	if !ok || len(left) > longestLabel || left != strings.ToUpper(left) {
		return header{}, false
	}
	name := undress(bareLabel(left))
	if len(name) < 4 {
		return header{}, false
	}
	for known, l := range r.form.labels {
		if r.fields[l.field].line == 0 && near.Misspelt(name, known) {
			return header{label: label{field: l.field}, value: undressValue(left, strings.TrimSpace(value)), dressed: true}, true
		}
	}
	return header{}, false
}

// isForeign reports whether a line is a header line that the contract does not
// have, as "SLUG: x" and "author: y".
func (r *Reader) isForeign(s string) bool {
	left, _, ok := strings.Cut(s[:min(len(s), longestLabel)], ":")
	if !ok && strings.IndexByte(s, '=') > 0 {
		left, _, ok = strings.Cut(s[:min(len(s), longestLabel)], "=")
	}
	return ok && r.form.foreign[undress(bareLabel(left))]
}

// labelAlone returns the label that a line is and nothing else, nil for none.
func (f *form) labelAlone(s string) *label {
	if t := strings.TrimSpace(s); t != "" && len(t) <= longestLabel {
		return f.any(undress(bareLabel(strings.TrimSuffix(t, ":"))))
	}
	return nil
}

// isUnderline reports whether a line underlines a heading.
func isUnderline(t string) bool {
	return len(t) >= 3 && (strings.Trim(t, "=") == "" || strings.Trim(t, "-") == "")
}

var (
	// lineBreak matches HTML's line break.
	lineBreak = lazy(`(?i)\s*<br\s*/?>\s*`)
	// tagBreak matches the gap between two elements on one line.
	tagBreak = lazy(`</([\pL][\pL\pN_-]*)>\s*<([\pL][\pL\pN_-]*)>`)
)

// parts returns the header lines that one line holds, set apart by tags; most
// lines are one.
func (r *Reader) parts(s string) []string {
	if r.state != inOpening && r.state != inHeader || strings.IndexByte(s, '<') < 0 || len(s) > longestLine || len(r.fields) == 0 {
		return []string{s}
	}
	for _, split := range []string{lineBreak().ReplaceAllString(s, "\n"), tagBreak().ReplaceAllStringFunc(s, betweenTags)} {
		n, parts := 0, strings.Split(split, "\n")
		for _, p := range parts {
			if _, ok := r.form.headerAbove(r.c, p); ok {
				n++
			}
		}
		if n > 1 {
			return parts
		}
	}
	return []string{s}
}

// betweenTags breaks the line between the elements of two fields, not between
// the items of one.
func betweenTags(s string) string {
	if m := tagBreak().FindStringSubmatch(s); m[1] == m[2] {
		return s
	}
	return strings.Replace(s, ">", ">\n", 1)
}

// colons are forms of the colon; NFKC makes a plain one of two others.
var colons = strings.NewReplacer("：", ":", "﹕", ":", "︰", ":", "∶", ":", "꞉", ":", "&#58;", ":", "&colon;", ":")

// plainHead writes what may be a label in plain letters, with a plain colon:
// full-width letters, and the bold ones of mathematics.
func plainHead(t string) string {
	n := min(len(t), 4*longestLabel)
	for n < len(t) && !utf8.RuneStart(t[n]) {
		n++
	}
	head, colon, value := t[:n], "", ""
	for i, r := range head {
		if strings.ContainsRune(":：﹕︰∶꞉", r) {
			head, colon, value = t[:i], ":", t[i+utf8.RuneLen(r):]
			break
		}
		if r == '&' && colons.Replace(head[i:]) != head[i:] && strings.HasPrefix(colons.Replace(head[i:]), ":") {
			head, colon, value = t[:i], ":", t[i+strings.IndexByte(t[i:], ';')+1:]
			break
		}
	}
	if colon == "" {
		return t
	}
	return strings.Map(func(r rune) rune {
		// Only letters and digits change. An ellipsis or an emoji stays as it
		// is.
		if p := norm.NFKC.String(string(r)); r >= utf8.RuneSelf && len(p) == 1 && letterOrDigit(rune(p[0])) || r == '＿' {
			return rune(p[0])
		}
		return r
	}, head) + colon + value
}

// afterOthers reads "Step 1: TITLE: x", with a label as the contract has it, in
// capitals, after a few others.
func (f *form) afterOthers(t string) (name, value string, alone, ok bool) {
	left, rest, ok := strings.Cut(t[:min(len(t), longestLabel)], ":")
	if !ok || len(left) > 12 && strings.IndexByte(left, ')') < 0 {
		return "", "", false, false
	}
	for _, before := range []string{": ", ") ", ". "} {
		at := strings.Index(left+":"+rest, before)
		if at < 0 || at > 12 {
			continue
		}
		label, value, ok := strings.Cut(t[at+len(before):], ":")
		if !ok || len(label) > longestLabel || label != strings.ToUpper(label) {
			continue
		}
		if _, known := f.labels[fold(label)]; known {
			return fold(label), strings.TrimSpace(value), false, true
		}
	}
	return "", "", false, false
}

// longestLine is the longest line that is looked at for more than the usual
// form of a header field, in bytes.
const longestLine = 4 << 10

// any returns what a folded label means, in the contract's words or in others.
func (f *form) any(name string) *label {
	if l, ok := f.labels[name]; ok {
		return &l
	}
	if l, ok := f.common[name]; ok {
		return &l
	}
	if !strings.Contains(name, "_") {
		return nil
	}
	// "SEO title", "the title", "blog post categories", "title of the post".
	short := strings.TrimSuffix(strings.TrimSuffix(name, "_OF_THE_POST"), "_OF_THE_BLOG_POST")
	for again := true; again; {
		again = false
		for _, q := range qualifiers {
			if rest, ok := strings.CutPrefix(short, q); ok {
				short, again = rest, true
			}
		}
		if l, ok := f.labels[short]; ok && short != name {
			return &label{l.field, true, true}
		}
	}
	return nil
}

// qualifiers may stand before a label.
var qualifiers = []string{"THE_", "YOUR_", "BLOG_", "POST_", "SEO_", "ARTICLE_", "PAGE_", "SUGGESTED_", "PROPOSED_", "FINAL_", "HTML_", "MAIN_", "SEO-", "RELEVANT_", "RECOMMENDED_"}

// tag is one of HTML or XML that begins a line.
var tag = lazy(`^<([\pL][\pL\pN _-]{0,40})(?:\s[^<>]*)?>`)

// inTags reads "<title>x</title>".
func (f *form) inTags(t string) (name, value string, alone, ok bool) {
	m := tag().FindStringSubmatch(t)
	if m == nil || f.any(fold(m[1])) == nil {
		return "", "", false, false
	}
	value = t[len(m[0]):]
	if at := strings.LastIndex(value, "</"); at >= 0 && strings.EqualFold(strings.Trim(value[at:], "</> "), m[1]) {
		value = value[:at]
	}
	value = strings.TrimSpace(value)
	return fold(m[1]), value, value == "", true
}

// inTable reads a row of a table with two columns, "| TITLE | x |".
func (f *form) inTable(t string) (name, value string, alone, ok bool) {
	cells := cellsOf(t)
	if len(cells) != 2 {
		return "", "", false, false
	}
	name = undress(strings.TrimSuffix(strings.TrimRight(cells[0], "*_` "), ":"))
	return name, cells[1], false, f.any(name) != nil
}

// cellsOf returns the cells of a row of a table, nil for another line.
func cellsOf(t string) []string {
	if len(t) < 3 || t[0] != '|' || t[len(t)-1] != '|' {
		return nil
	}
	cells := strings.Split(t[1:len(t)-1], "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells
}

// isTableRule reports whether a line is the one below a table's head.
func isTableRule(t string) bool {
	return strings.HasPrefix(t, "|") && strings.Contains(t, "-") && strings.Trim(t, "|-: \t") == ""
}

// inBrackets reads "[TITLE] x", "**TITLE** x", and "`TITLE` x".
func (f *form) inBrackets(t string) (name, value string, alone, ok bool) {
	for _, pair := range [][2]string{{"[", "]"}, {"**", "**"}, {"__", "__"}, {"`", "`"}, {"【", "】"}, {"「", "」"}, {"『", "』"}, {"《", "》"}, {"{{", "}}"}, {"{", "}"}} {
		rest, ok := strings.CutPrefix(t, pair[0])
		if !ok {
			continue
		}
		left, value, ok := strings.Cut(rest, pair[1])
		if name = undress(strings.TrimRight(left, ":")); !ok || len(left) > longestLabel || f.any(name) == nil {
			continue
		}
		value = strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(value), ":：-–—="))
		if pair[0] == "[" {
			value = strings.TrimSuffix(value, "[/"+left+"]")
			value = strings.TrimSpace(strings.TrimSuffix(value, "[/"+left+"]"))
		}
		return name, value, value == "", true
	}
	return "", "", false, false
}

// undecorated reads a line whose label has a colon and other marks around it
// than Markdown's: an arrow, an emoji, a remark in parentheses.
func (f *form) undecorated(t string) (name, value string, alone, ok bool) {
	head := t[:min(len(t), 2*longestLabel)]
	at, size := strings.IndexByte(head, ':'), 1
	if wide := strings.Index(head, "："); wide >= 0 && (at < 0 || wide < at) {
		at, size = wide, len("：")
	}
	left, value := t, ""
	if at >= 0 {
		left, value = t[:at], strings.TrimSpace(t[at+size:])
	} else if len(t) >= longestLabel {
		return "", "", false, false
	}
	name = undress(bareLabel(left))
	if f.any(name) == nil || at < 0 && !f.shouted(t) {
		return "", "", false, false
	}
	return name, undressValue(left, value), value == "" && at < 0, true
}

// shouted reports whether a line is a label of the contract letter by letter,
// in capitals, or a heading that is one in any form.
func (f *form) shouted(t string) bool {
	if strings.HasPrefix(t, "#") || strings.HasPrefix(t, "**") || strings.HasPrefix(t, "__") {
		return true
	}
	return t == strings.ToUpper(t) && strings.IndexFunc(t, unicode.IsUpper) >= 0
}

// bareLabel removes everything before the first letter, a list's number or
// letter, and a remark in parentheses after the label.
func bareLabel(left string) string {
	t := strings.TrimLeftFunc(left, func(r rune) bool { return !letterOrDigit(r) })
	if rest := strings.TrimLeft(t, "0123456789."); rest != t {
		t = strings.TrimLeftFunc(rest, func(r rune) bool { return !letterOrDigit(r) })
	}
	if len(t) > 2 && (t[0] == 'x' || t[0] == 'X') && t[1] == ']' {
		t = strings.TrimLeftFunc(t[2:], func(r rune) bool { return !letterOrDigit(r) }) // the box of a task list
	}
	if at := strings.IndexByte(t, '('); at > 0 {
		t = t[:at]
	}
	return strings.TrimRightFunc(t, func(r rune) bool { return !letterOrDigit(r) && r != '_' })
}

// separators stand between label and value where no colon does.
var separators = []string{" - ", " – ", " — ", "=>", "->", "→", "=", " | ", "\t", "—", "–"}

// separated reads "TITLE - x" and "title = x".
func (f *form) separated(t string) (name, value string, alone, ok bool) {
	head := t[:min(len(t), longestLabel+4)]
	for _, sep := range separators {
		left, _, found := strings.Cut(head, sep)
		if !found {
			continue
		}
		if name = undress(bareLabel(left)); f.any(name) != nil {
			return name, undressValue(strings.TrimSpace(left), strings.TrimSpace(t[len(left)+len(sep):])), false, true
		}
	}
	return "", "", false, false
}

// isBody reports whether the line is the echoed name of the body, and gives
// what follows it.
func (f *form) isBody(s string) (rest string, ok bool) {
	if f.body == "" {
		return "", false
	}
	name, rest, ok := splitLabel(s)
	return rest, ok && name == f.body
}

// splitLabel takes a line apart at its first colon and undresses both sides:
// "## Title:", "- **TITLE:** x", "1. title : x", "[TITLE]: x". A label that
// stands alone in a heading or in bold needs no colon.
func splitLabel(s string) (name, value string, ok bool) {
	head := s[:min(len(s), longestLabel+1)]
	at, size := strings.IndexByte(head, ':'), 1
	if wide := strings.Index(head, "："); wide >= 0 && (at < 0 || wide < at) {
		at, size = wide, len("：")
	}
	if at < 0 {
		if t := strings.TrimSpace(s); len(t) < longestLabel && (strings.HasPrefix(t, "#") || strings.HasPrefix(t, "**")) {
			name = undress(t)
			return name, "", name != ""
		}
		return "", "", false
	}
	left, value := strings.TrimSpace(s[:at]), strings.TrimSpace(s[at+size:])
	return undress(left), undressValue(left, value), strings.IndexFunc(left, unicode.IsLetter) >= 0
}

// undress returns the folded label from the text before the colon.
func undress(s string) string {
	s = unescaped(s)
	t := strings.TrimLeft(s, "#>*-+_`~[<(\"'“ \t")
	// This is the number of a list item.
	if digits := strings.TrimLeft(t, "0123456789"); digits != t && (strings.HasPrefix(digits, ". ") || strings.HasPrefix(digits, ") ")) {
		t = digits[2:]
	}
	return fold(camel(strings.Trim(t, "#>*-+_`~[]<()\"'“” \t")))
}

// escapes are Markdown's, of the marks that stand around labels.
var escapes = strings.NewReplacer(`\_`, "_", `\*`, "*", `\-`, "-", `\#`, "#", `\[`, "[", `\]`, "]")

func unescaped(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	return escapes.Replace(s)
}

// unescapedStart is a value whose first marks are not escaped.
func unescapedStart(s string) string {
	if rest := strings.TrimLeft(s, `\*_`); strings.HasPrefix(s, `\`) && rest != s {
		return unescaped(s[:len(s)-len(rest)]) + rest
	}
	return s
}

// undressValue takes away what belongs to the label: the end of the emphasis
// or quotes that began before it, a heading's closing marks.
func undressValue(left, value string) string {
	if t := strings.TrimLeft(value, ":="); strings.HasPrefix(t, " ") {
		value = strings.TrimSpace(t) // "TITLE:: x", "TITLE := x"
	}
	if left, value = unescaped(left), unescapedStart(value); left == "" {
		return value
	}
	if strings.HasPrefix(left, "#") {
		if t := strings.TrimRight(value, "#"); t != value && strings.HasSuffix(t, " ") {
			value = strings.TrimSpace(t)
		}
	}
	lead := afterBullet(left)
	for _, mark := range []struct{ open, end string }{{"***", "***"}, {"**", "**"}, {"__", "__"}, {"`", "`"}, {"*", "*"}, {"_", "_"}, {"[", "]"}, {"“", "”"}} {
		inner, ok := strings.CutPrefix(lead, mark.open)
		if !ok {
			continue
		}
		if strings.HasSuffix(inner, mark.end) || len(mark.end) > 1 && strings.Contains(inner, mark.end) {
			return value // closed before the colon
		}
		if t, ok := strings.CutPrefix(value, mark.end); ok {
			return strings.TrimSpace(t)
		}
		if t, ok := strings.CutSuffix(value, mark.end); ok && strings.Count(t, mark.end)%2 == 0 {
			return strings.TrimSpace(t)
		}
		return value
	}
	return value
}

// afterBullet is what stands before a label without the marks of a heading, a
// quote, and an item of a list.
func afterBullet(left string) string {
	lead := strings.TrimLeft(strings.TrimPrefix(strings.TrimLeft(left, "#>-+ \t"), "* "), " ")
	lead = checkbox().ReplaceAllString(lead, "")
	if digits := strings.TrimLeft(lead, "0123456789"); digits != lead && len(digits) > 1 && (digits[0] == '.' || digits[0] == ')') {
		lead = strings.TrimLeft(digits[1:], " ")
	}
	return strings.TrimLeftFunc(lead, func(r rune) bool { return !letterOrDigit(r) && !strings.ContainsRune("*_`[<\"'“(", r) })
}
