package reply

import (
	"strings"
	"unicode/utf8"

	"github.com/nightpress/nightpress/internal/contract"
)

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
		h, s, ok = r.headerAfter(s)
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

// glued are words that servers and templates leave right before a reply: a role
// whose tokens are lost, a value that is none, the language of a fence.
var glued = map[string]bool{"assistant": true, "model": true, "final": true, "null": true, "None": true, "undefined": true, "[object Object]": true, "text": true, "markdown": true, "md": true}

// headerAfter reads a line that has the first field after the end of a
// sentence: "Sure! TITLE: x".
func (r *Reader) headerAfter(s string) (h header, from string, ok bool) {
	label := r.c.Fields[0].Label + ":"
	at := -1
	if len(s) <= longestLine {
		at = strings.LastIndex(s, label)
	}
	if at < 0 {
		return header{}, s, false
	}
	before := strings.TrimRight(s[:at], " \t*_\"'`")
	if c, _ := utf8.DecodeLastRuneInString(before); before == "" || (letterOrDigit(c) || c == ',') && !glued[before] {
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
