package reply

import (
	"strings"
)

// body checks the Markdown from a line on and tells whether it was closed.
func (j *judgement) body(p *Post, from int, end End, closed bool) bool {
	lines := j.lines[min(from, len(j.lines)):]
	lines, closed = j.marker(lines, from, closed)
	lines = j.tidy(p, lines, from)
	var f fence
	headings := 0
	for i, line := range lines {
		if f.line(line) || f.open() {
			continue
		}
		if strings.HasPrefix(line, "##") {
			headings++
		}
		for k := range j.c.Fields {
			if !j.c.Fields[k].Optional && k == 0 && exact(line, &j.c.Fields[k]) {
				j.problem("second-post", from+i+1, "a second %s: begins here; write one post alone", j.c.Fields[k].Label)
			}
		}
	}
	p.Body = strings.Join(lines, "\n")
	p.Words = len(strings.Fields(p.Body))
	if f.open() {
		j.problem("unclosed-fence", from+f.at, "a code block is opened here and never closed; close it with ```")
	}
	j.bounds(p, headings, from)
	switch {
	case closed || len(j.c.End) == 0 && end == Ended:
	case end == Ended:
		if !f.open() {
			j.problem("marker-missing", len(j.lines), "the end marker %s is missing; write it on a line of its own when the post is complete", j.c.End[0])
		}
	default:
		j.problem("cut", len(j.lines), "the reply was cut off before its end; write a shorter post and finish it")
	}
	return closed
}

// marker takes the closing marker away, in whatever dressing.
func (j *judgement) marker(lines []string, from int, closed bool) ([]string, bool) {
	for i := len(lines) - 1; i >= 0; i-- {
		t := strings.TrimSpace(lines[i])
		if t == "" {
			continue
		}
		if j.c.isMarker(t) {
			if len(j.c.End) > 0 && t != j.c.End[0] {
				j.repair("marker-variant", from+i+1)
			}
			return lines[:i], true
		}
		if closed {
			for _, m := range j.c.End {
				if n := len(t) - len(m); n >= 0 && strings.EqualFold(t[n:], m) {
					j.repair("marker-variant", from+i+1)
					lines[i] = t[:n]
				}
			}
		}
		break
	}
	return lines, closed
}

// tidy removes trailing blanks, empty lines around the body, and a heading
// that only repeats the title.
func (j *judgement) tidy(p *Post, lines []string, from int) []string {
	for i, l := range lines {
		// Two blanks at the end are a line break in Markdown.
		t := strings.TrimRight(l, " \t")
		if strings.HasSuffix(l, "  ") && t != "" && i+1 < len(lines) {
			t += "  "
		}
		if t != l {
			j.repair("trailing-blanks", from+i+1)
			lines[i] = t
		}
	}
	lines = trimEmpty(lines)
	if len(lines) > 0 && len(p.Fields) > 0 {
		if h, ok := strings.CutPrefix(lines[0], "# "); ok && strings.EqualFold(strings.Trim(h, "*# "), p.Fields[0].Text) {
			j.repair("repeated-title", from+1)
			lines = trimEmpty(lines[1:])
		}
	}
	return lines
}

func trimEmpty(lines []string) []string {
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// bounds holds the body to the contract's figures.
func (j *judgement) bounds(p *Post, headings, from int) {
	b := j.c.Body
	switch {
	case p.Words == 0:
		j.problem("body-missing", from+1, "the post itself is missing; write it below the header lines")
		return
	case p.Words < b.MinWords:
		j.problem("body-short", from+1, "the post has %d words; write at least %d", p.Words, b.MinWords)
	case b.MaxWords > 0 && p.Words > b.MaxWords:
		j.problem("body-long", from+1, "the post has %d words; write at most %d", p.Words, b.MaxWords)
	}
	if headings < b.MinHeadings {
		j.problem("headings-few", from+1, "the post has %d headings; begin at least %d sections with ##", headings, b.MinHeadings)
	}
	lower := strings.ToLower(p.Body)
	for _, phrase := range b.Forbid {
		if at := strings.Index(lower, strings.ToLower(phrase)); at >= 0 {
			j.problem("forbidden-phrase", from+1+strings.Count(lower[:at], "\n"), "the post says %q; leave that out", phrase)
		}
	}
}
