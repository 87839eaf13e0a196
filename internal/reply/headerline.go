package reply

import (
	"strings"
	"unicode/utf8"

	"github.com/nightpress/nightpress/internal/contract"
)

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
	case isHeader && r.mayRepeat(h):
		r.repeated(h, s)
	case list && isItem && last.text == "" && (!r.gap || last.items == nil):
		last.items, r.gap = append(last.items, item), false
	case list && last.text == "" && !r.gap && r.isPlainItem(t):
		last.items = append(last.items, t)
	case r.wrap.closes(s):
		r.wrap = fence{}
	case r.isBodyLabel(t):
	case !isHeader && empty && r.isWrappedValue(t):
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

// mayRepeat reports whether a header line can stand for one that was read before.
// Another title is a heading of the post.
func (r *Reader) mayRepeat(h header) bool {
	return h.field > 0 || r.title() == "" || sameText(r.title(), h.value)
}

// isWrappedValue reports whether a line below a label without a value is its value.
func (r *Reader) isWrappedValue(t string) bool {
	return !isFence(t) && !isRule(t) && (!r.gap || r.fits(t))
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
