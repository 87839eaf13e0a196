package reply

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nightpress/nightpress/internal/contract"
)

// markerScan is what is known of markers in the line in progress.
type markerScan struct {
	scanned int // bytes that were looked at
	dressed int // bytes at the beginning that are only dressing
	ticks   int // backticks in the first tickEnd bytes
	tickEnd int
}

// findMarker finds, in the line in progress, a marker as the contract has it (in
// any letter case) that closes the reply at once: one that begins its line, or
// follows the end of a sentence. One that follows other text may be spoken of
// ("end it with </END>"), so that it counts only at the end of its line. None
// counts in code. It returns where the marker begins and ends; end is 0 when
// there is none.
func (r *Reader) findMarker() (at, end int) {
	if r.noMarker() {
		r.marks.scanned = len(r.partial)
		return 0, 0
	}
	return r.scanMarker(r.partial, &r.marks)
}

// scanMarker looks at what m has not seen of a line.
func (r *Reader) scanMarker(line []byte, m *markerScan) (at, end int) {
	from := max(0, m.scanned-r.form.longest+1)
	r.work += len(line) - from
	for i := from; i < len(line); i++ {
		if !r.form.begins[line[i]] {
			continue
		}
		n := r.form.markerAt(line[i:])
		if n == 0 || i+n <= m.scanned {
			continue
		}
		if before := line[:i]; m.onlyDress(before) || endsSentence(before) && !m.oddTicks(before) {
			return i, i + n
		}
	}
	m.scanned = len(line)
	return 0, 0
}

// onlyDress reports whether there is nothing but dressing in before. Calls come
// with ever longer texts of one line, so each byte is looked at once.
func (m *markerScan) onlyDress(before []byte) bool {
	for m.dressed < len(before) {
		c, n := utf8.DecodeRune(before[m.dressed:])
		if !invisible(c) && !strings.ContainsRune(markerDress, c) {
			return false
		}
		m.dressed += n
	}
	return true
}

// hiddenMarker finds a marker that closes the reply in a complete line from
// which something was removed, so that it came to light only now. It returns
// the text before it.
func (r *Reader) hiddenMarker(s string) (before string, ok bool) {
	if r.noMarker() {
		return s, false
	}
	if at, end := r.scanMarker([]byte(s), &markerScan{}); end > 0 {
		return s[:at], true
	}
	if late := r.lateMarker(s); late < len(s) {
		return s[:late], true
	}
	return s, false
}

// noMarker reports whether the reply is where no marker counts.
func (r *Reader) noMarker() bool {
	return r.state == inOpening && len(r.fields) > 0 || r.code()
}

// lateMarker returns where the text of a complete line ends: before the
// markers that it ends with, or at its own end.
func (r *Reader) lateMarker(s string) int {
	end := len(s)
	// The removed text holds no backtick, so the number of backticks before it
	// does not change.
	if r.noMarker() || strings.Count(s, "`")%2 == 1 {
		return end
	}
	for again := true; again; {
		r.work++
		again = false
		t := strings.TrimRight(s[:end], " \t*_")
		for _, m := range r.form.markers {
			at := len(t) - len(m)
			if at >= 0 && strings.EqualFold(t[at:], m) {
				end, again = len(strings.TrimRight(t[:at], " \t")), true
				break
			}
		}
	}
	return end
}

// markerAt returns the length of the marker that text begins with, or 0.
func (f *form) markerAt(rest []byte) int {
	for _, m := range f.markers {
		if len(rest) >= len(m) && lower(rest[0]) == lower(m[0]) && bytes.EqualFold(rest[:len(m)], []byte(m)) {
			return len(m)
		}
	}
	return 0
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c |= 0x20
	}
	return c
}

// oddTicks reports whether a code span is open at the end of before. Calls come
// with ever longer texts of one line, so each byte is counted once.
func (m *markerScan) oddTicks(before []byte) bool {
	if len(before) > m.tickEnd {
		m.ticks += bytes.Count(before[m.tickEnd:], []byte("`"))
		m.tickEnd = len(before)
	}
	return m.ticks%2 == 1
}

// undressed is the length of what is left of text without the marks that
// models set around a marker.
func undressed(text []byte) int {
	return len(bytes.TrimFunc(text, func(c rune) bool { return invisible(c) || strings.ContainsRune(markerDress, c) }))
}

// endsSentence reports whether the last thing before a marker ends a sentence.
func endsSentence(before []byte) bool {
	last, _ := utf8.DecodeLastRune(bytes.TrimRight(before, " \t"))
	return strings.ContainsRune(".!?…。！？*_", last)
}

// closeAt ends the reply at a marker in the line in progress.
func (r *Reader) closeAt(at, end int) {
	before, rest := string(r.partial[:at]), string(r.partial[end:])
	marker, until := string(r.partial[at:end]), r.begin+end
	r.partial, r.marks = r.partial[:0], markerScan{}
	if undressed([]byte(before)) > 0 {
		r.line(strings.TrimRight(before, " \t"))
	}
	if r.stopped == "" {
		r.finish(strings.TrimSpace(before) + marker)
	}
	if r.stopped == "" {
		r.partial, r.begin = append(r.partial, rest...), until
		return
	}
	r.rest(rest)
	r.until = until
}

// finish ends the reply at a marker; as is its line up to its end. Inside a
// think block that was never closed a marker counts only once a whole post is
// there; else it ended a draft.
func (r *Reader) finish(as string) {
	if r.think.open && !r.full() {
		r.reset()
		r.repair(contract.RepairThinkText, r.think.line)
		return
	}
	if as != r.c.End[0] {
		r.repair(contract.RepairMarkerVariant, r.raw)
	}
	r.closed, r.state = true, atEnd
	r.unwrap()
	r.stop(StoppedMarker)
}

// full reports whether a whole post is there.
func (r *Reader) full() bool {
	for i := range r.c.Fields {
		if r.fields[i].line == 0 && !r.c.Fields[i].Optional {
			return false
		}
	}
	return r.words > 0 && r.words >= r.c.Body.MinWords
}

const markerDress = "<>/\\[](){}-–—=_*`#|.:!\"' \t"

// shortMarker is the length up to which a marker's name is a common word, such
// as END, so that it needs more than a heading's or a list's marks to be one.
const shortMarker = 5

// isMarker reports whether a whole line is an end marker in any dressing.
func (f *form) isMarker(s string) bool {
	t := strings.TrimSpace(s)
	if len(t) > longestLabel {
		return false
	}
	if n := undressed([]byte(t)); n == 0 || n > f.longest+8 {
		return false
	}
	core := markerCore(t)
	for i, c := range f.cores {
		if core != c {
			continue
		}
		if len(c) > shortMarker || strings.EqualFold(t, f.markers[i]) {
			return true
		}
		// Equal to the contract's marker except for the marks, with marks on
		// both sides or on neither.
		first, last := rune(t[0]), rune(t[len(t)-1])
		if strings.Contains(t, strings.ToUpper(c)) && (unicode.IsLetter(first) && unicode.IsLetter(last) || strings.ContainsRune("<[{(-=*_/|", first) && strings.ContainsRune(">]})-=*_/|", last)) {
			return true
		}
	}
	return false
}

// markerCore is what is left of a marker without its dressing, in lower case
// and in one word; "" for a line that is too long to be one.
func markerCore(s string) string {
	if len(s) > longestLabel {
		return ""
	}
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '_' || r == '-' {
			return -1
		}
		return r
	}, strings.ToLower(strings.Trim(s, markerDress)))
}
