package reply

import (
	"strings"
	"unicode/utf8"

	"github.com/nightpress/nightpress/internal/contract"
)

// line takes one complete line of the reply, without its end.
func (r *Reader) line(s string) {
	if r.state == atEnd {
		return
	}
	if !blankLine(s) {
		r.written = r.raw
	}
	as := s
	s, ended, ok := r.stripped(r.clean(s))
	if !ok || s != as && r.uncovered(s) {
		return
	}
	for _, part := range r.parts(s) {
		switch r.state {
		case inOpening:
			r.openingLine(part)
		case inHeader:
			r.headerLine(part)
		case inBody:
			r.bodyLine(part)
		}
	}
	if ended && r.state != inOpening && !r.think.open {
		r.state = atEnd
	}
}

// stripped is a line without thinking, a template's tokens, and calls of
// tools; ok is false where nothing is left of it. ended reports whether the
// turn ends with it.
func (r *Reader) stripped(s string) (rest string, ended, ok bool) {
	for {
		was, end := s, false
		if s, ok = r.thoughts(s); !ok {
			return "", ended, false
		}
		if s, end = r.detoken(s); end {
			ended = true
		}
		if s == was {
			break
		}
	}
	if rest, in := r.inCall(s); in {
		return rest, ended, !blankLine(rest)
	}
	return s, ended, true
}

// uncovered ends the reply at a marker that stands in a line only now that
// other things were taken away from it; it reports whether there was one.
func (r *Reader) uncovered(s string) bool {
	before, ok := r.hiddenMarker(s)
	if !ok {
		return false
	}
	if undressed([]byte(before)) > 0 {
		r.line(before)
	}
	if r.stopped == "" {
		r.finish("")
	}
	return true
}

// openingLine takes a line before the first field.
func (r *Reader) openingLine(s string) {
	if len(r.fields) == 0 {
		r.bodyAlone(s)
		return
	}
	if !r.replaying && r.inObject(s) {
		return
	}
	if r.state != inOpening {
		r.headerLine(s) // what was kept was no object
		return
	}
	if r.columnsOf(s) {
		return
	}
	h, ok := r.form.headerAbove(r.c, s)
	if !ok {
		h, s, ok = r.headerBehind(s)
		r.guessed = ok
	}
	if !ok && r.top.line == r.raw-1 && isUnderline(strings.TrimSpace(s)) {
		if h, ok = r.underlined(); !ok && strings.HasPrefix(strings.TrimSpace(s), "=") {
			r.top = topLine{text: r.top.above, line: r.raw - 1}
			return
		}
	}
	if !ok {
		h, ok = r.misspelt(s)
	}
	if ok {
		r.quoted = strings.HasPrefix(strings.TrimSpace(s), ">")
		r.beginHeader()
		if h.field > 0 {
			r.takeTopLine()
		}
		r.takeField(h, s)
		return
	}
	fenced := r.fence.line(s, r.raw)
	if !fenced && !blankLine(s) && r.chatter == 0 {
		r.chatter = r.raw
	}
	if !blankLine(s) && !isFence(strings.TrimSpace(s)) {
		r.noteTopLine(s)
	}
}

// underlined takes the line above an underline for the label of a field, if it
// is one.
func (r *Reader) underlined() (h header, ok bool) {
	l := r.form.labelAlone(r.top.above)
	if l == nil {
		return header{}, false
	}
	if r.chatter == r.raw-1 {
		r.chatter = 0
	}
	return header{label: *l, dressed: true, alone: true}, true
}

// beginHeader ends the opening: what came before is chatter, or a fence around
// the reply.
func (r *Reader) beginHeader() {
	if r.fence.open() {
		r.repair(contract.RepairFencedReply, r.fence.at)
		r.wrap = r.fence
	}
	if r.chatter > 0 && !r.think.open {
		r.repair(contract.RepairPreamble, r.chatter)
	}
	r.fence, r.state = fence{}, inHeader
}

// headerBehind reads a line that has the first field behind the end of a
// sentence: "Sure! TITLE: x".
func (r *Reader) headerBehind(s string) (h header, from string, ok bool) {
	label := r.c.Fields[0].Label + ":"
	at := -1
	if len(s) <= longestLine {
		at = strings.LastIndex(s, label)
	}
	if at < 0 {
		return header{}, s, false
	}
	before := strings.TrimRight(s[:at], " \t*_\"'`")
	if c, _ := utf8.DecodeLastRuneInString(before); before == "" || letterOrDigit(c) || c == ',' {
		return header{}, s, false
	}
	if r.chatter == 0 {
		r.chatter = r.raw
	}
	if h, ok = r.form.header(r.c, s[at:]); strings.HasPrefix(h.value, "**") {
		h.value = strings.TrimLeft(h.value, "* ")
	}
	h.dressed = true
	return h, s[at:], ok
}

// topLine is a heading above the header lines: the title.
type topLine struct {
	text  string
	line  int
	above string // the line itself, whatever it is
}

// noteTopLine remembers a heading, or a line in bold.
func (r *Reader) noteTopLine(s string) {
	t := strings.TrimSpace(s)
	text := ""
	switch {
	case heading(t) > 0:
		text = strings.Trim(t, "# \t")
	case len(t) > 4 && strings.EqualFold(t[:3], "<h1"):
		text = withoutInline(t)
	case strings.HasPrefix(t, "**") && strings.HasSuffix(t, "**") && strings.Count(t, "**") == 2 && !strings.HasSuffix(t, ":**"):
		text = strings.Trim(t, "*")
	}
	r.top = topLine{text, r.raw, t}
}

// takeTopLine takes the heading right above the other fields for the first.
func (r *Reader) takeTopLine() {
	if r.top.text == "" || r.fields[0].line > 0 || r.c.Fields[0].Kind == contract.List || len(r.c.Fields[0].OneOf) > 0 || chatty(r.top.text) || names(r.top.text) {
		return
	}
	r.repair(contract.RepairLabelDressing, r.top.line)
	r.fields[0] = found{text: r.top.text, line: r.top.line}
}

// general are words of headings that name a part of the reply.
var general = map[string]bool{
	"BLOG": true, "POST": true, "ARTICLE": true, "METADATA": true, "META": true, "DATA": true, "SEO": true, "HEADER": true, "FRONT": true, "MATTER": true, "DRAFT": true, "FINAL": true,
	"OUTPUT": true, "RESPONSE": true, "RESULT": true, "ANSWER": true, "INFORMATION": true, "INFO": true, "DETAILS": true, "FIELDS": true, "THE": true, "AND": true, "FRONTMATTER": true, "VERSION": true, "REPLY": true, "CONTENT": true,
}

// names reports whether a heading only names the text below it, as "SEO
// Metadata" does.
func names(text string) bool {
	for _, w := range strings.FieldsFunc(fold(text), func(r rune) bool { return !letterOrDigit(r) }) {
		if !general[w] {
			return false
		}
	}
	return true
}

// columnsOf takes a row of a table whose columns are the fields.
func (r *Reader) columnsOf(s string) bool {
	cells := cellsOf(strings.TrimSpace(s))
	switch {
	case len(cells) < 2:
		return false
	case isTableRule(strings.TrimSpace(s)):
		return len(r.columns) > 0
	case len(r.columns) == len(cells):
		r.beginHeader()
		for i, cell := range cells {
			r.takeField(header{label: r.columns[i], value: cell, dressed: true}, s)
		}
		return true
	}
	r.columns = nil
	for _, cell := range cells {
		l := r.form.any(undress(strings.Trim(cell, "*_` ")))
		if l == nil {
			r.columns = nil
			return false
		}
		r.columns = append(r.columns, *l)
	}
	return true
}

// bodyAlone takes a line before the body of a contract that has no fields.
func (r *Reader) bodyAlone(s string) {
	switch t := strings.TrimSpace(s); {
	case t == "":
	case isRule(t):
		r.repair(contract.RepairSeparator, r.raw)
	default:
		r.beginBody(s)
	}
}

// found is a header field as the reply has it.
type found struct {
	text  string
	items []string // the list on the lines below it, if any
	line  int      // 0: the reply does not have it
	alone bool     // its label stood alone, as a heading or in bold
	// common is set if the label is not the contract's own.
	common bool
}

// takeField takes a line as the header field that it is.
func (r *Reader) takeField(h header, s string) {
	f := &r.c.Fields[h.field]
	if h.alias {
		r.repair(contract.RepairLabelAlias, r.raw)
	} else if h.dressed {
		r.repair(contract.RepairLabelDressing, r.raw)
	}
	if h.field < r.order {
		r.repair(contract.RepairFieldOrder, r.raw)
	}
	if rest, next, ok := r.nextLabel(h); ok {
		h.value = rest
		defer r.headerLine(next)
	}
	r.order, r.last, r.gap = max(r.order, h.field), h.field, false
	r.fields[h.field] = found{text: blockScalar(strings.TrimSpace(h.value)), line: r.raw, alone: h.alone, common: h.common}
	r.foreign = false
	if r.form.echo[bare(s)] {
		r.fields[h.field].text = f.Label
	}
	if r.c.FieldsOnly() && r.allFields() {
		r.state = atEnd
		r.stop(StoppedFields)
	}
}

// nextLabel finds, in a value, the label of a field as the contract has it: header
// lines that stand in one line.
func (r *Reader) nextLabel(h header) (rest, next string, ok bool) {
	first := r.labelIn(h.value)
	if first < 0 {
		return "", "", false
	}
	return strings.TrimRight(h.value[:first], " |,;*_"), strings.TrimSpace(h.value[first:]), true
}

// labelIn returns where in a value the first label of the contract is, or -1.
func (r *Reader) labelIn(value string) int {
	first := -1
	if len(value) > longestLine || strings.IndexByte(value, ':') < 0 {
		return first
	}
	for i := range r.c.Fields {
		l := r.c.Fields[i].Label
		if len(l) < 4 || l != strings.ToUpper(l) {
			continue
		}
		if at := strings.Index(value, " "+l+":"); at >= 0 && (first < 0 || at < first) {
			first = at
		}
	}
	return first
}

// blockScalar returns a value, or "" if it is only YAML's sign that the value is on
// the lines below.
func blockScalar(s string) string {
	switch s {
	case ">", "|", ">-", "|-", ">+", "|+", "{", "[":
		return ""
	}
	return s
}

// allFields reports whether every field of the contract is there with a value.
func (r *Reader) allFields() bool {
	for i := range r.fields {
		if r.fields[i].line == 0 || r.fields[i].text == "" && r.fields[i].items == nil {
			return false
		}
	}
	return true
}

// headerLine takes a line after the first field and before the body.
func (r *Reader) headerLine(s string) {
	s, t := r.unquoted(s)
	last := &r.fields[r.last]
	h, isHeader := r.form.headerAbove(r.c, s)
	if !isHeader {
		h, isHeader = r.misspelt(s)
	}
	item, isItem := looseBullet(t)
	list := r.c.Fields[r.last].Kind == contract.List
	empty := last.text == "" && last.items == nil
	tagged := withinTag(t)
	switch {
	case t == "":
		r.gap = true
	case tagged != "" && list && last.text == "":
		last.items, r.gap = append(last.items, tagged), false
	case !isHeader && r.isLeftover(t):
		r.repair(contract.RepairLabelDressing, r.raw)
	case r.isFrame(t, empty):
		r.boxed = !r.boxed && isFence(t)
		r.repair(contract.RepairLabelDressing, r.raw)
	case isHeader && h.alias && r.gap && r.fields[h.field].line > 0 && r.isProse(h):
		r.beginBody(s) // "Summary: ..." is a post's first paragraph
	case isHeader && r.overrides(h):
		r.takeField(h, s)
	case !isHeader && r.isForeign(t) && !(r.gap && r.allFields()):
		r.foreign = true
		r.repair(contract.RepairForeignField, r.raw)
	case isItem && r.foreign && !r.gap && !empty:
	case isHeader && r.fields[h.field].line == 0:
		r.takeField(h, s)
	case isHeader && h.field == 0 && (r.sample() || r.guessed):
		r.restart(h, s)
	case isHeader && (h.field > 0 || r.title() == "" || sameText(r.title(), h.value)):
		r.repeated(h, s)
	case list && isItem && last.text == "" && (!r.gap || last.items == nil):
		last.items, r.gap = append(last.items, item), false
	case list && last.text == "" && !r.gap && r.isPlainItem(t):
		last.items = append(last.items, t)
	case r.wrap.closes(s):
		r.wrap = fence{}
	case r.isBodyLabel(t):
	case !isHeader && empty && !isFence(t) && !isRule(t) && (!r.gap || r.fits(t)):
		last.text, r.gap = t, false
		r.repair(contract.RepairValueWrapped, r.raw)
	case isRule(t) || t == "+++":
		r.repair(contract.RepairSeparator, r.raw)
	case r.repeatsTitle(t):
		r.repair(contract.RepairRepeatedTitle, r.raw)
	default:
		r.beginBody(s)
	}
}

// unquoted is a line without the marks of a quote, if the reply is one, and
// trimmed without the spaces around it.
func (r *Reader) unquoted(s string) (rest, trimmed string) {
	t := strings.TrimSpace(s)
	if !r.quoted || t == "" {
		return s, t
	}
	if r.quoted = t[0] == '>'; !r.quoted {
		return s, t
	}
	t = strings.TrimLeft(t, "> ")
	return t, t
}

// isFrame reports whether a line is drawn around a value or below its label:
// an underline, or a fence. empty reports whether the last field has no value.
func (r *Reader) isFrame(t string, empty bool) bool {
	switch {
	case r.boxed && isFence(t), empty && !r.gap && isUnderline(t):
		return true
	case !empty || r.wrap.open() || !isFence(t):
		return false
	}
	info := fenceInfo(t)
	return info == "" || info == "text"
}

// isProse reports whether a line that begins with another label than the
// contract's, below all header lines and a blank one, is text: "Summary: ...".
func (r *Reader) isProse(h header) bool {
	return h.alias && r.allFields() && (r.c.Fields[h.field].Kind != contract.List || strings.HasSuffix(h.value, "."))
}

// taggedItem is an item of a list as XML.
var taggedItem = lazy(`^<([\pL]+)>(.*?)</[\pL]+>$`)

// itemTags are the names of an item's tag.
var itemTags = map[string]bool{"tag": true, "item": true, "li": true, "category": true, "keyword": true, "value": true, "string": true, "entry": true}

// withinTag is the text of an item of a list as XML, or "".
func withinTag(t string) string {
	if m := taggedItem().FindStringSubmatch(t); m != nil && itemTags[strings.ToLower(m[1])] {
		return m[2]
	}
	return ""
}

// overrides reports whether a header line in the contract's own words comes
// after one that only meant the same.
func (r *Reader) overrides(h header) bool {
	had := &r.fields[h.field]
	return had.line > 0 && had.common && !h.common
}

// isLeftover reports whether a line belongs to the form that the header lines
// have and says nothing: the end of a tag, the rule below a table's head.
func (r *Reader) isLeftover(t string) bool {
	if isTableRule(t) || strings.HasPrefix(t, "<") && withoutInline(t) == "" && !(r.gap && r.allFields()) {
		return true
	}
	name, ok := strings.CutPrefix(t, "</")
	if !ok || !strings.HasSuffix(name, ">") {
		return false
	}
	name = fold(strings.TrimSuffix(name, ">"))
	return r.form.any(name) != nil || name == "HEADER" || name == "METADATA" || name == "META" || name == "FRONTMATTER"
}

// isPlainItem reports whether a line below the label of a list can be one of
// its items.
func (r *Reader) isPlainItem(t string) bool {
	if _, ok := bullet(t); ok || heading(t) > 0 || isFence(t) || isRule(t) || len(t) > longestLabel || strings.ContainsAny(t[len(t)-1:], ":!?") {
		return false
	}
	if strings.HasSuffix(t, ".") {
		return len(strings.Fields(t)) <= 3 && r.fields[r.last].items != nil
	}
	return len(strings.Fields(t)) <= 6
}

// fits reports whether a line below a label and an empty line can be the
// field's value rather than the beginning of the body.
func (r *Reader) fits(t string) bool {
	f, in := &r.c.Fields[r.last], &r.fields[r.last]
	if !in.alone && r.last == len(r.c.Fields)-1 && len(f.OneOf) == 0 {
		return false
	}
	if heading(t) > 0 && r.last > 0 || strings.HasPrefix(t, "|") || strings.HasPrefix(t, ">") || strings.HasPrefix(t, "!") {
		return false
	}
	s, _, _ := undecorated(t, nil)
	switch {
	case f.Optional && !in.alone:
		return false
	case f.Kind != contract.List && len(f.OneOf) == 0:
		n := utf8.RuneCountInString(s)
		return n <= 500 && (f.Max == 0 || n <= f.Max)
	case f.Kind != contract.List:
		_, kind := optionsOf(f).known(s)
		return kind != unknown
	}
	items := itemsOf(t)
	if len(f.OneOf) == 0 {
		return len(items) > 1 && len(items) <= 40 || len(items) == 1 && len(strings.Fields(s)) <= 4
	}
	all := optionsOf(f)
	for _, s := range items {
		if _, kind := all.known(s); kind != unknown {
			return true
		}
	}
	return false
}

// repeated handles a field that the reply already has. The first one counts,
// unless it has no value of its own.
func (r *Reader) repeated(h header, s string) {
	r.repair(contract.RepairDuplicateField, r.raw)
	if had := &r.fields[h.field]; had.items == nil && (had.text == "" || placeholder(&r.c.Fields[h.field], had.text)) {
		r.takeField(h, s)
	}
}

// bodyLabel returns what follows the name of the body in a line. One that is
// followed by a marker and more text is nothing that a model means.
func (r *Reader) bodyLabel(t string) (rest string, ok bool) {
	if rest, ok = r.form.isBody(t); ok {
		_, marker := r.hiddenMarker(rest)
		ok = !marker
	}
	return rest, ok
}

// isBodyLabel takes a line that is the echoed name of the body.
func (r *Reader) isBodyLabel(t string) bool {
	rest, ok := r.bodyLabel(t)
	if !ok {
		return false
	}
	r.repair(contract.RepairEchoedBodyLabel, r.raw)
	r.gap = true
	if rest = strings.TrimSpace(rest); rest != "" {
		r.headerLine(rest)
	}
	return true
}

// sample reports whether the header lines so far are an example that the reply
// gave before it began.
func (r *Reader) sample() bool {
	first := &r.c.Fields[0]
	return placeholder(first, r.fields[0].text)
}

// restart takes a line as the first of the reply: what came before was an
// example.
func (r *Reader) restart(h header, s string) {
	at := r.fields[0].line
	r.reset()
	r.repair(contract.RepairPreamble, at)
	r.state = inHeader
	r.takeField(h, s)
}

// repeatsTitle reports whether a line is a heading that says the first field's
// value again.
func (r *Reader) repeatsTitle(t string) bool {
	level := heading(t)
	return (level == 1 || level == 2) && sameText(strings.Trim(t, "# "), r.title())
}

// title is the value of the first field so far.
func (r *Reader) title() string {
	if len(r.fields) == 0 {
		return ""
	}
	return r.fields[0].text
}

// longestTitle is the longest text that is compared with another, in bytes, so
// that a title without end costs nothing at each line that follows it.
const longestTitle = 1 << 10

// sameText compares two texts by their letters and digits, whatever their case.
func sameText(a, b string) bool {
	if len(a) > longestTitle || len(b) > longestTitle {
		return false
	}
	key := func(s string) string {
		return strings.Map(func(c rune) rune {
			if letterOrDigit(c) {
				return c
			}
			return -1
		}, strings.ToLower(s))
	}
	a = key(a)
	return a != "" && a == key(b)
}

func blankLine(s string) bool { return strings.TrimSpace(s) == "" }

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
