package reply

import (
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
)

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

// repeated handles a field that the reply already has. The first one counts,
// unless it has no value of its own.
func (r *Reader) repeated(h header, s string) {
	r.repair(contract.RepairDuplicateField, r.raw)
	if had := &r.fields[h.field]; had.items == nil && (had.text == "" || placeholder(&r.c.Fields[h.field], had.text)) {
		r.takeField(h, s)
	}
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
