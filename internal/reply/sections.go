package reply

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
)

const (
	// longestHeading is the most words of a bold line that counts as a heading.
	longestHeading = 12
	// twice is the number of words from which no post has the same paragraph
	// twice.
	twice = 40
	// verse is the most words of a line of verse. Verses may repeat.
	verse = 12
)

// headings counts the headings of level 2 and deeper.
func (r *Reader) headings() (n int) {
	above := ""
	for _, l := range r.body {
		if l.code {
			above = ""
			continue
		}
		under := underlines(l.text, above)
		if heading(l.text) >= 2 || under == 2 {
			n++
		}
		if above = l.text; under > 0 {
			above = ""
		}
	}
	return n
}

// headingForms are the ways in which models write headings that are none of
// level 2 or deeper, each with the level that is meant.
var headingForms = []struct {
	form func() *regexp.Regexp
	mark string
	// bold is set for a line in bold, which is a heading only where it stands
	// alone and reads like one.
	bold bool
}{
	{lazy(`(?i)^<h[12](?:\s[^<>]*)?>\s*(.+?)\s*</h[12]>$`), "## ", false},
	{lazy(`(?i)^<h3(?:\s[^<>]*)?>\s*(.+?)\s*</h3>$`), "### ", false},
	{lazy(`(?i)^<h[456](?:\s[^<>]*)?>\s*(.+?)\s*</h[456]>$`), "#### ", false},
	{lazy(`^(?:\\#){2}\s+(.+?)$`), "## ", false},
	{lazy(`^(?:\\#){3}\s+(.+?)$`), "### ", false},
	{lazy(`^##([^#\s].*)$`), "## ", false},
	{lazy(`^###([^#\s].*)$`), "### ", false},
	{lazy(`^#\s+(.+?)\s*#*$`), "## ", false},
	{lazy(`^(?:\*\*|__)(?:#+\s*)?([^*_].*?):?(?:\*\*|__):?$`), "## ", true},
}

// takeHeadings makes headings of lines that are meant as such, where the
// contract asks for more of them than there are.
func (r *Reader) takeHeadings() {
	if r.onFile || r.c.Body.MinHeadings == 0 || r.headings() >= r.c.Body.MinHeadings {
		return
	}
	first := r.hasFirstLevel()
	for i := range r.body {
		l := &r.body[i]
		if l.code || l.text == "" {
			continue
		}
		if n := heading(l.text); first && n >= 2 && n < 6 {
			l.text = "#" + strings.TrimLeft(l.text, " ") // below the first level, which becomes the second
			continue
		}
		if under := i+1 < len(r.body) && !r.body[i+1].code && underlines(r.body[i+1].text, l.text) == 1; under {
			r.repair(contract.RepairHeadingForm, l.raw)
			l.text, r.body[i+1].text = "## "+strings.TrimSpace(l.text), ""
			continue
		}
		r.takeHeading(i)
	}
	r.trimStart()
}

// hasFirstLevel reports whether there are several headings of level 1.
func (r *Reader) hasFirstLevel() bool {
	n := 0
	for _, l := range r.body {
		if !l.code && heading(l.text) == 1 {
			n++
		}
	}
	return n > 1
}

func (r *Reader) takeHeading(i int) {
	l := &r.body[i]
	for _, h := range headingForms {
		m := h.form().FindStringSubmatch(strings.TrimSpace(l.text))
		if m == nil {
			continue
		}
		text := strings.TrimSpace(m[1])
		if h.bold && (!r.standsAlone(i) || words(text) > longestHeading || strings.ContainsAny(text, "*_") || strings.HasSuffix(text, ".") || strings.HasSuffix(text, ",")) {
			return
		}
		if words(text) == 0 {
			return
		}
		r.repair(contract.RepairHeadingForm, l.raw)
		l.text = h.mark + text
		l.words = words(l.text)
		return
	}
}

// standsAlone reports whether a line is a paragraph of its own with text below.
func (r *Reader) standsAlone(i int) bool {
	return (i == 0 || r.body[i-1].text == "") && i+2 < len(r.body) && (r.body[i+1].text == "" || !strings.HasPrefix(r.body[i+1].text, "**"))
}

// section is a heading in the body.
type section struct {
	at, level int
	text      string
	empty     bool
}

func (r *Reader) sections() (all []section) {
	for i, l := range r.body {
		if l.code {
			if n := len(all); n > 0 {
				all[n-1].empty = false
			}
			continue
		}
		if level := heading(l.text); level > 0 {
			all = append(all, section{i, level, strings.Trim(l.text, "# \t"), true})
		} else if n := len(all); n > 0 && l.text != "" && !isRule(strings.TrimSpace(l.text)) {
			all[n-1].empty = false
		}
	}
	return all
}

// dropEmpty drops headings with nothing below them, and those that say again
// what the one before says, as long as enough are left.
func (j *judgement) dropEmpty() {
	all := j.sections()
	drop := j.needless(all)
	spare := j.headings() - j.c.Body.MinHeadings
	for _, s := range all {
		if !drop[s.at] || s.level < 2 {
			continue
		}
		if spare--; spare < 0 {
			j.problem(contract.ProblemSectionEmpty, j.body[s.at].raw, fmt.Sprintf("the section %q has no text of its own", clip(s.text)), "write text below each heading, and each heading once")
			return
		}
	}
	if len(drop) == 0 {
		return
	}
	kept := j.body[:0]
	for i, l := range j.body {
		switch {
		case drop[i]:
			j.repair(contract.RepairEmptySection, l.raw)
			continue
		case l.text == "" && !l.code && i > 0 && drop[i-1] && (len(kept) == 0 || kept[len(kept)-1].text == ""):
			continue // it stood below the heading
		}
		kept = append(kept, l)
	}
	j.body = kept
	j.trimRules()
	j.trimStart()
}

// needless is a set of the lines whose headings have nothing below them, or say
// again what the one before says.
func (j *judgement) needless(all []section) map[int]bool {
	drop := map[int]bool{}
	var next *section // the one after, of those that stay
	for n := len(all) - 1; n >= 0; n-- {
		s := &all[n]
		if s.empty && s.text != "" && (next == nil && j.closed || next != nil && next.level <= s.level) {
			drop[s.at] = true
			continue
		}
		next = s
	}
	before := section{}
	for _, s := range all {
		switch {
		case drop[s.at]:
		case s.level == 2 && before.level == 2 && sameText(s.text, before.text):
			drop[s.at] = true
		default:
			before = s
		}
	}
	return drop
}

func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "..."
	}
	return s
}

// saidTwice finds a long paragraph that the body has twice. It returns the line
// of the second, or 0.
func (j *judgement) saidTwice() int {
	seen := map[uint64]bool{}
	for i := 0; i < len(j.body); {
		from := i
		for i < len(j.body) && j.body[i].text != "" && !j.body[i].code {
			i++
		}
		if key, ok := paragraphKey(j.body[from:i]); ok {
			if seen[key] {
				return j.body[from].raw
			}
			seen[key] = true
		}
		i++
	}
	return 0
}

// paragraphKey returns the same key for paragraphs with the same words; ok is false for
// one that may.
func paragraphKey(paragraph []line) (key uint64, ok bool) {
	n, short := 0, 0
	for _, l := range paragraph {
		if n += l.words; l.words <= verse {
			short++
		}
	}
	if n < twice || short*2 > len(paragraph) || !isProse(paragraph[0].text) {
		return 0, false
	}
	key = 14695981039346656037 // FNV-1a over letters and digits, whatever their case
	for _, l := range paragraph {
		for i := range len(l.text) {
			c := l.text[i]
			if c >= 'A' && c <= 'Z' {
				c |= 0x20
			}
			if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 0x80 {
				key = (key ^ uint64(c)) * 1099511628211
			}
		}
	}
	return key, true
}

// isProse reports whether a paragraph begins as one of text.
func isProse(s string) bool {
	t := strings.TrimSpace(s)
	return t != "" && t[0] != '|' && t[0] != '>' && t[0] != '<' && heading(s) == 0
}
