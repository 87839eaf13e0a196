package reply

import "strings"

// line takes one complete line of the reply, without its end.
func (r *Reader) line(s string) {
	if r.state == atEnd {
		return
	}
	if !blankLine(s) {
		r.written = r.raw
	}
	as := s
	s, ended, ok := r.stripped(r.uncited(r.clean(r.unpieced(s))))
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

func blankLine(s string) bool { return strings.TrimSpace(s) == "" }
