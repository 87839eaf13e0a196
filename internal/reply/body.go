package reply

import (
	"html"
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
)

const (
	// early is the number of lines of a body in which a header field still
	// counts as one above it.
	early = 3
	// echoed is the number of lines of the prompt that make a reply hopeless.
	echoed = 3
)

// beginBody takes the line with which the body begins.
func (r *Reader) beginBody(s string) {
	r.state = inBody
	if info := fenceInfo(s); info == "markdown" || info == "md" {
		r.repair(contract.RepairFencedBody, r.raw)
		r.wrap = fence{}
		r.wrap.line(s, r.raw)
		if r.state, r.gap = inHeader, true; len(r.fields) == 0 {
			r.state = inOpening
		}
		return
	}
	r.bodyLine(s)
}

// bodyLine takes a line of the body.
func (r *Reader) bodyLine(s string) {
	t := strings.TrimSpace(s)
	if t != "" && !r.code() && (r.form.isMarker(t) || t[0] == '&' && r.form.isMarker(html.UnescapeString(t))) {
		r.finish(t)
		return
	}
	if !r.fence.open() && r.closesAnswer(t) {
		r.repair(contract.RepairTemplateTokens, r.raw)
		r.state = atEnd
		return
	}
	if r.fenced(s) {
		return
	}
	if t == "" {
		r.add("", false)
		return
	}
	s, taken := r.partLine(s)
	if taken {
		return
	}
	label, taken := r.fieldInBody(s)
	if taken {
		return
	}
	if !r.onFile && r.filled == 1 && len(r.body) > 0 && r.underlinesFirst(s, t) {
		return
	}
	if r.form.echo[bare(s)] {
		if r.echoes++; r.echoes == 1 {
			r.echo = r.raw
		}
		if r.echoes == echoed {
			r.stop(StoppedEcho)
		}
	}
	r.add(s, false)
	r.body[len(r.body)-1].label = label
}

// fenced takes a line of a block of code; it reports whether it is one.
func (r *Reader) fenced(s string) bool {
	was := r.fence.open()
	if !r.fence.line(s, r.raw) {
		return false
	}
	if !was {
		r.ajar = r.wrap.closes(s)
	} else if !blankLine(s) {
		r.ajar = false
	}
	r.add(s, true)
	return true
}

// underlinesFirst takes a line that is drawn below the first line of the body,
// where that turns out to be the title again, or the label of a field. It
// reports whether it is one.
func (r *Reader) underlinesFirst(s, t string) bool {
	first := r.body[len(r.body)-1]
	if strings.Trim(t, "=") == "" && sameText(first.text, r.title()) {
		r.repair(contract.RepairRepeatedTitle, first.raw)
		r.body, r.filled, r.words, r.state, r.gap = nil, 0, 0, inHeader, true
		return true
	}
	if !isUnderline(t) || first.code {
		return false
	}
	l := r.form.labelAlone(first.text)
	if l == nil || r.fields[l.field].line > 0 {
		return false
	}
	r.body, r.filled, r.words, r.state = nil, 0, 0, inHeader
	r.takeField(header{label: *l, dressed: true, alone: true}, s)
	return true
}

func (r *Reader) add(s string, code bool) {
	n := words(s)
	r.body = append(r.body, line{text: s, words: n, raw: r.raw, code: code})
	if code || s != "" {
		r.filled++
		r.words += n
	}
}

// fieldInBody looks for a header field where the body has begun: label tells
// that the line is one, and taken that it is dealt with.
func (r *Reader) fieldInBody(s string) (label, taken bool) {
	h, ok := r.form.header(r.c, s)
	switch {
	case !ok:
		return false, false
	case r.onFile:
		return true, false
	case r.fields[h.field].line == 0:
		return true, r.filled <= early && h.value != "" && r.lateField(h, s)
	case h.field == 0 && r.think.tail > 0:
		r.think.tail = 0
		r.reset()
		r.repair(contract.RepairThinkText, 1)
		r.state = inHeader
		r.takeField(h, s)
		return true, true
	case h.field == 0 && (r.filled <= early && (r.sample() || r.guessed) || r.wasDraft()):
		r.restart(h, s)
		return true, true
	}
	return true, false
}

// finalWords are the words of a line that sets the final version of a post apart
// from a draft above it; it has one of finals.
var (
	finalWords = lazy(`(?i)^(?:final|revised|improved|corrected|polished|refined|the|my|here|is|version|draft|answer|post|blog|article|output|response|reply|\s)+$`)
	finals     = lazy(`(?i)final|revised|improved|corrected|polished|refined`)
)

// wasDraft reports whether the last line says that what stands above it was a
// draft: the end of its tag, or the heading of the final version.
func (r *Reader) wasDraft() bool {
	for i := len(r.body) - 1; i >= 0; i-- {
		switch t := strings.TrimSpace(r.body[i].text); {
		case t == "" || isRule(t):
			continue
		case r.body[i].code:
			return false
		case t == "</draft>" || t == "</outline>" || t == "</plan>" || t == "</notes>":
			return true
		default:
			t = strings.Trim(t, "#*_:= ")
			return finalWords().MatchString(t) && finals().MatchString(t)
		}
	}
	return false
}

// lateField takes a field that comes after the first lines of what looked like
// the body: they belong to the field before it, if they follow it directly or
// if that one is empty, else they stay where they are.
func (r *Reader) lateField(h header, s string) bool {
	last := &r.fields[r.last]
	if text := r.bodyText(); text != "" && !strings.Contains(text, "\n\n") && (last.text == "" || !r.gap) && last.items == nil {
		if list := r.c.Fields[r.last].Kind == contract.List; list && last.text != "" && !strings.HasSuffix(last.text, ",") {
			text = ", " + text
		}
		last.text = strings.Join(strings.Fields(last.text+" "+text), " ")
		r.repair(contract.RepairValueWrapped, r.body[0].raw)
		r.body, r.filled, r.words, r.state = nil, 0, 0, inHeader
		r.takeField(h, s)
		return true
	}
	r.repair(contract.RepairFieldOrder, r.raw)
	r.takeField(h, s)
	r.gap = true
	return true
}

// bodyText is the body so far, without the empty lines around it.
func (r *Reader) bodyText() string {
	var all []string
	for _, l := range r.body {
		all = append(all, l.text)
	}
	return strings.TrimSpace(strings.Join(all, "\n"))
}
