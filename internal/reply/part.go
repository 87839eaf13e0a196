package reply

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/phrases"
)

const (
	// headingMark begins the heading of a section.
	headingMark = "## "
	// ramble is the most words before the heading of a section that are dropped as
	// a remark on it.
	ramble = 40
	// longestUnderWay bounds the line in progress whose words are counted, in bytes.
	longestUnderWay = 64 << 10
)

// partOfText returns the part, if the reply is the text of a part of a post: a section, an
// opening, or a closing.
func (r *Reader) partOfText() *contract.Part {
	if p := r.c.Part(); p != nil && p.Kind != contract.PartOutline {
		return p
	}
	return nil
}

// partLine takes a line of a part's text that is a heading. It returns the line as it
// counts; taken reports that it does not.
func (r *Reader) partLine(s string) (_ string, taken bool) {
	p := r.partOfText()
	if p == nil || r.fence.open() {
		return s, false
	}
	level, text := headingLike(s)
	own := p.Heading != "" && sameText(text, p.Heading)
	other := level > 0 && slices.ContainsFunc(p.Others, func(h string) bool { return sameText(text, h) })
	switch {
	case r.headed == 0 && own && (r.filled == 0 || r.words < ramble):
		if r.filled > 0 {
			r.repair(contract.RepairPreamble, r.body[0].raw)
			r.body, r.filled, r.words = nil, 0, 0
		}
		r.headed = r.raw
		if s != headingMark+p.Heading {
			r.repair(contract.RepairSectionHeading, r.raw)
		}
		return "", true
	case level == 0 || level > 2 && !other && !own:
		return s, false
	case other && r.headed == 0 && r.words < ramble && p.Heading != "":
		r.stop(StoppedOtherSection)
		return "", true
	case other || own && level > 0 && r.headed > 0:
		r.repair(contract.RepairRunOn, r.raw)
		r.stop(StoppedSection)
		return "", true
	case r.filled == 0 && r.headed == 0:
		// It is the heading in other words, or one that the part has no use for.
		r.headed = r.raw
		r.repair(contract.RepairSectionHeading, r.raw)
		return "", true
	}
	r.repair(contract.RepairHeadingLevel, r.raw)
	return "### " + text, false
}

// headingLike returns the level of a heading in any form that models use, 0 for
// another line, and its text without marks and numbers.
func headingLike(s string) (level int, text string) {
	t := strings.TrimSpace(s)
	text = strings.Trim(t, "# \t")
	switch level = heading(s); {
	case level > 0:
	case len(t) > 4 && (strings.HasPrefix(t, "**") && strings.HasSuffix(t, "**") || strings.HasPrefix(t, "__") && strings.HasSuffix(t, "__")) && words(t) <= longestHeading:
		level = 3
	default:
		for _, h := range headingForms[:4] {
			if m := h.form().FindStringSubmatch(t); m != nil {
				return len(h.mark) - 1, strings.TrimSpace(m[1])
			}
		}
		return 0, t
	}
	text = strings.Trim(text, "*_: \t")
	_, text = budgetOf(ordinal().ReplaceAllString(text, ""))
	return level, strings.TrimSpace(text)
}

// checkBudget stops at the end of the paragraph with which a part has its words, or where
// it has too many.
func (r *Reader) checkBudget() {
	p := r.partOfText()
	if p == nil || r.state != inBody || r.signal != Continue {
		return
	}
	most := r.c.Body.MaxWords
	if r.fence.open() {
		most *= 2 // a block of code comes to its end
	} else if n := len(r.body); n > 0 && r.body[n-1].text == "" && len(r.partial) == 0 && r.words+words(p.Heading) >= p.Words {
		r.stop(StoppedBudget)
		return
	}
	under := 0
	if len(r.partial) < longestUnderWay {
		under = words(string(r.partial))
		r.work += len(r.partial)
	}
	if r.words+words(p.Heading)+under <= most {
		return
	}
	text := strings.TrimRight(string(r.partial), " \t")
	r.partial = r.partial[:0]
	if r.line(text); r.signal == Continue {
		r.stop(StoppedBudget)
	}
}

// bounded reports whether the reader itself ended the text, at its words or at the
// next section.
func (r *Reader) bounded() bool {
	return r.stopped == StoppedBudget || r.stopped == StoppedSection
}

// part makes a part's text of the body: with its heading, within its words, and with
// no words that close the post.
func (j *judgement) part(end End) {
	p := j.c.Part()
	switch {
	case p == nil:
		return
	case p.Kind == contract.PartOutline:
		j.outline()
		return
	}
	j.lowerUnderlined()
	j.trimHeadings()
	low, high := j.c.Body.MinWords-words(p.Heading), j.c.Body.MaxWords-words(p.Heading)
	if n := wordsIn(j.body); n > high || end == Length && n >= low && !j.closed && !j.bounded() {
		j.cut(low, high)
	}
	j.dropSumUp(p, low)
	if p.Heading == "" || len(j.body) == 0 {
		return
	}
	first := j.body[0].raw
	if j.headed == 0 {
		j.repair(contract.RepairSectionHeading, first)
	}
	text := headingMark + p.Heading
	j.body = append([]line{{text: text, words: words(text), raw: first}, {raw: first}}, j.body...)
}

func wordsIn(body []line) (n int) {
	for _, l := range body {
		n += l.words
	}
	return n
}

// lowerUnderlined lowers headings that are underlined.
func (j *judgement) lowerUnderlined() {
	for i := 1; i < len(j.body); i++ {
		above, l := &j.body[i-1], &j.body[i]
		if above.code || l.code || underlines(l.text, above.text) == 0 {
			continue
		}
		j.repair(contract.RepairHeadingLevel, above.raw)
		above.text, l.text = "### "+strings.TrimSpace(above.text), ""
	}
}

// trimHeadings drops headings with nothing below them from the end.
func (j *judgement) trimHeadings() {
	j.trimEnd()
	for n := len(j.body); n > 0 && !j.body[n-1].code && heading(j.body[n-1].text) > 0; n = len(j.body) {
		j.repair(contract.RepairEmptySection, j.body[n-1].raw)
		j.body = j.body[:n-1]
		j.trimRules()
	}
}

// cut drops what is beyond the words of a part: from the last paragraph on with which
// it has enough, else from the last sentence on. Nothing is dropped where the text has
// no such end.
func (j *judgement) cut(low, high int) {
	n, paragraph, sentence, keep := 0, -1, -1, ""
	for i, l := range j.body {
		if n > high {
			break
		}
		switch {
		case l.code:
		case l.text == "" && n >= low:
			paragraph = i
		case isProse(l.text) && n+l.words >= low:
			if upTo := lastSentence(l.text, low-n, high-n); upTo > 0 {
				sentence, keep = i, l.text[:upTo]
			}
		}
		n += l.words
	}
	switch {
	case paragraph > 0:
		j.dropFrom(paragraph)
	case sentence >= 0 && (keep != j.body[sentence].text || sentence+1 < len(j.body)):
		l := &j.body[sentence]
		l.text, l.words = keep, words(keep)
		j.dropFrom(sentence + 1)
	}
}

func (j *judgement) dropFrom(i int) {
	at := j.written
	if i < len(j.body) {
		at = j.body[i].raw
	}
	j.repair(contract.RepairRunOn, at)
	if j.fence.open() && j.fence.at >= at {
		j.fence = fence{}
	}
	j.body = j.body[:i]
	j.trimHeadings()
}

// lastSentence returns where the last sentence of a line ends up to which it has low
// to high words, or 0.
func lastSentence(s string, low, high int) (end int) {
	n, from := 0, 0
	for i, c := range s {
		if !strings.ContainsRune(".!?。！？", c) {
			continue
		}
		at := i + utf8.RuneLen(c)
		for at < len(s) && strings.ContainsRune(`"'”’)*_`, rune(s[at])) {
			at++
		}
		if at < len(s) && c < 0x80 {
			next := strings.TrimLeft(s[at:], " ")
			first, _ := utf8.DecodeRuneInString(next)
			if s[at] != ' ' || unicode.IsLower(first) {
				continue
			}
		}
		if at < from {
			continue
		}
		n += words(s[from:at])
		from = at
		if n > high {
			break
		}
		if n >= low {
			end = at
		}
	}
	return end
}

// dropSumUp drops a last paragraph that sums the post up, unless the part may.
func (j *judgement) dropSumUp(p *contract.Part, low int) {
	if p.Last {
		return
	}
	j.trimEnd()
	n := len(j.body)
	for n > 0 && !j.body[n-1].code && j.body[n-1].text != "" {
		n--
	}
	if n == len(j.body) || !sumsUp(j.body[n].text) {
		return
	}
	at := j.body[n].raw
	if wordsIn(j.body[:n]) < low {
		j.problem(contract.ProblemClosingWords, at, "the section sums the post up before its end", "leave words that close the post to the last section")
		return
	}
	j.repair(contract.RepairSumUp, at)
	j.body = j.body[:n]
	j.trimHeadings()
}

// sumsUp reports whether a paragraph begins with words that close a post.
func sumsUp(s string) bool {
	t := strings.ReplaceAll(strings.ToLower(strings.TrimLeft(s, "#*_> \t")), "’", "'")
	return slices.ContainsFunc(phrases.SumsUp, func(begins string) bool {
		rest, ok := strings.CutPrefix(t, begins)
		return ok && !startsWord(rest)
	})
}

// noun is what the reply is, in a message.
func (j *judgement) noun() string {
	if p := j.c.Part(); p != nil {
		return p.Kind.String()
	}
	return "post"
}

// otherSection is the problem of a reply that begins another section.
func (j *judgement) otherSection() {
	j.problem(contract.ProblemOtherSection, j.written, "the reply begins another section", fmt.Sprintf("write the section %q alone", j.c.Part().Heading))
}

// nothing says that there is no text.
func (j *judgement) nothing() string {
	if j.c.Part() != nil {
		return "the " + j.noun() + " has no text"
	}
	return "there is no post below the header lines"
}

func (j *judgement) ask() string {
	if j.c.Part() != nil {
		return "write it in full"
	}
	return "write the post below them"
}
