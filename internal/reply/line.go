package reply

import (
	"strings"

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
	s = r.clean(s)
	ended := false
	for again := true; again; {
		was, ok, end := s, false, false
		if s, ok = r.thoughts(s); !ok {
			return
		}
		s, end = r.detoken(s)
		ended, again = ended || end, s != was
	}
	if s != as {
		if before, ok := r.hiddenMarker(s); ok {
			if undressed([]byte(before)) > 0 {
				r.line(before)
			}
			if r.stopped == "" {
				r.finish("")
			}
			return
		}
	}
	switch r.state {
	case inOpening:
		r.openingLine(s)
	case inHeader:
		r.headerLine(s)
	case inBody:
		r.bodyLine(s)
	}
	if ended && r.state != inOpening {
		r.state = atEnd
	}
}

// openingLine takes a line before the first field.
func (r *Reader) openingLine(s string) {
	if len(r.fields) == 0 {
		r.bodyAlone(s)
		return
	}
	if h, ok := r.form.header(r.c, s); ok {
		if r.fence.open() {
			r.repair(contract.RepairFencedReply, r.fence.at)
			r.wrap = r.fence
		}
		if r.chatter > 0 && !r.think.open {
			r.repair(contract.RepairPreamble, r.chatter)
		}
		r.fence, r.state = fence{}, inHeader
		r.takeField(h, s)
		return
	}
	if !r.fence.line(s, r.raw) && !blankLine(s) && r.chatter == 0 {
		r.chatter = r.raw
	}
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
	items []string // the bullet list below it, if any
	line  int      // 0: the reply does not have it
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
	r.order, r.last, r.gap = max(r.order, h.field), h.field, false
	r.fields[h.field] = found{text: strings.TrimSpace(h.value), line: r.raw}
	if r.form.echo[bare(s)] {
		r.fields[h.field].text = f.Label
	}
	if r.c.FieldsOnly() && r.allFields() {
		r.state = atEnd
		r.stop(StoppedFields)
	}
}

// allFields tells whether every field of the contract is there with a value.
func (r *Reader) allFields() bool {
	for i := range r.fields {
		if r.fields[i].line == 0 || r.fields[i].text == "" {
			return false
		}
	}
	return true
}

// headerLine takes a line after the first field and before the body.
func (r *Reader) headerLine(s string) {
	t := strings.TrimSpace(s)
	last := &r.fields[r.last]
	h, isHeader := r.form.header(r.c, s)
	item, isItem := bullet(t)
	list := r.c.Fields[r.last].Kind == contract.List
	switch {
	case t == "":
		r.gap = true
	case isHeader && r.fields[h.field].line == 0:
		r.takeField(h, s)
	case isHeader && h.field == 0 && r.sample():
		r.restart(h, s)
	case isHeader && (h.field > 0 || r.title() == "" || sameText(r.title(), h.value)):
		r.repeated(h, s)
	case list && isItem && last.text == "" && (!r.gap || last.items == nil):
		last.items, r.gap = append(last.items, item), false
	case r.wrap.closes(s):
		r.wrap = fence{}
	case r.isBodyLabel(t):
	case !isHeader && last.text == "" && last.items == nil && !r.gap && !isFence(t) && !isRule(t):
		last.text = t
		r.repair(contract.RepairValueWrapped, r.raw)
	case isRule(t):
		r.repair(contract.RepairSeparator, r.raw)
	case r.repeatsTitle(t):
		r.repair(contract.RepairRepeatedTitle, r.raw)
	default:
		r.beginBody(s)
	}
}

// repeated takes a field that is there already: the first counts, unless it has
// no value of its own.
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

// sample tells whether the header lines so far are an example that the reply
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

// repeatsTitle tells whether a line is a heading that says the first field's
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
