package reply

import (
	"fmt"
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
)

// judgeBody checks the Markdown and adds it to the post.
func (j *judgement) judgeBody(p *contract.Post, end End) {
	if !j.closed {
		j.unwrap()
	}
	j.tidy()
	j.cutTurns()
	j.trimWrappers()
	j.trimChatter()
	j.takeHeadings()
	post, sure := j.labels()
	if p := j.c.Part(); post == nil && (p == nil || p.Kind != contract.PartOutline) {
		j.dropEmpty()
	}
	j.addresses()
	j.part(end)
	first := j.written
	var text strings.Builder
	for i, l := range j.body {
		if i == 0 {
			first = l.raw
		} else {
			text.WriteByte('\n')
		}
		text.WriteString(l.text)
		p.Words += l.words
	}
	p.Body = text.String()
	if j.echoes > 1 {
		j.echoed()
	}
	if j.fence.open() {
		j.problem(contract.ProblemUnclosedFence, j.fence.at, "a code block is opened here and never closed", fmt.Sprintf("close it with %s", strings.Repeat(string(j.fence.char), j.fence.size)))
	}
	j.bounds(p, j.headings(), first)
	j.repeated()
	j.blanks()
	if at := j.saidTwice(); at > 0 {
		j.problem(contract.ProblemSaidTwice, at, "the post says a paragraph twice, word for word", "say each thing once")
	}
	j.checkCode()
	j.checkLanguage(first)
	j.ending(end)
	met := len(j.problems) == 0
	if j.refuses(p.Body, met) {
		j.problem(contract.ProblemRefusal, first, "the model refuses to write", "the topic is harmless, so write the post in the format asked for")
	}
	if post != nil && (sure || !met) {
		j.secondPost(post)
	}
}

// refuses reports whether the body begins with a refusal, or asks for a topic.
// A reply that meets its contract otherwise is believed, unless its first
// paragraph says nothing else.
func (j *judgement) refuses(body string, met bool) bool {
	paragraph, _, _ := strings.Cut(body, "\n\n")
	if met && (strings.ContainsAny(body[:min(len(body), 1)], "\"'>*_") || strings.HasPrefix(body, "“") || words(paragraph) > longestRemark) {
		return false
	}
	refused, sorry := refuses(body[:min(len(body), 4*step)] + "\n")
	return refused && sorry || words(paragraph) <= longestRemark && asksForTopic(paragraph)
}

// blanks finds blanks that the model left to be filled in.
func (j *judgement) blanks() {
	for _, l := range j.body {
		if l.code || strings.HasPrefix(strings.TrimSpace(l.text), ">") {
			continue
		}
		if h := blank(l.text); h != "" {
			j.problem(contract.ProblemPlaceholder, l.raw, fmt.Sprintf("the post has a placeholder: %s", clip(h)), "write the post without placeholders")
			return
		}
	}
}

// sureFields is how many different fields in a row are a second post without a
// doubt.
const sureFields = 3

// labels looks for header fields inside the body: a second post, or a line
// that belongs above it. It returns the line at which a second post seems to
// begin, or nil, and whether that is sure. A first field in other dress than
// the contract's may be part of the text, unless another field follows it.
func (j *judgement) labels() (second *line, sure bool) {
	var before *line // the last line that is not empty, if it is a first field
	for i := range j.body {
		l := &j.body[i]
		if l.text == "" {
			continue
		}
		h, ok := header{}, false
		if l.label {
			h, ok = j.form.header(j.c, l.text)
		}
		switch {
		case ok && h.field == 0 && !h.dressed:
			return l, j.fieldsFrom(i) >= 2
		case ok && h.field > 0 && before != nil:
			return before, j.fieldsFrom(i) >= sureFields-1
		case ok && h.field > 0 && !h.dressed && h.value != "":
			j.problem(contract.ProblemFieldRepeated, l.raw, fmt.Sprintf("the line %s: stands inside the post", j.c.Fields[h.field].Label), "write each header line once, above the post")
			return nil, false
		}
		if before = nil; ok && h.field == 0 {
			before = l
		}
	}
	return nil, false
}

// fieldsFrom counts the different fields in the lines from i on, up to the
// first other line. Those of quotations and lists do not count.
func (j *judgement) fieldsFrom(i int) int {
	seen := map[int]bool{}
	for _, l := range j.body[i:] {
		if l.text == "" {
			continue
		}
		h, ok := j.form.header(j.c, l.text)
		_, item := bullet(l.text)
		if !ok || item || strings.HasPrefix(l.text, ">") {
			break
		}
		seen[h.field] = true
	}
	return len(seen)
}

func (j *judgement) secondPost(l *line) {
	j.problem(contract.ProblemSecondPost, l.raw, fmt.Sprintf("a second %s: begins here", j.c.Fields[0].Label), "write one post alone")
}

// ending says how the reply ended, if it should have ended otherwise.
func (j *judgement) ending(end End) {
	switch {
	case j.closed, j.onFile, j.bounded(), j.c.Marker() == "" && (end == Ended || end == Length && j.repaired(contract.RepairRunOn)):
	case end != Ended:
		j.problem(contract.ProblemCut, j.written, "the reply was cut off before its end", "write a shorter post and finish it")
	case !j.fence.open():
		j.problem(contract.ProblemMarkerMissing, j.written, fmt.Sprintf("the end marker %s is missing", j.c.Marker()), "write it on a line of its own when the post is complete")
	}
}

// unwrap drops the last line if it closes the fence around the reply.
func (r *Reader) unwrap() {
	if !r.ajar || !r.fence.open() {
		return
	}
	r.trimEnd()
	r.body = r.body[:len(r.body)-1]
	r.fence, r.ajar, r.wrap = fence{}, false, fence{}
}

// trimEnd drops empty lines at the end of the body.
func (r *Reader) trimEnd() {
	for n := len(r.body); n > 0 && blankLine(r.body[n-1].text); n-- {
		r.body = r.body[:n-1]
	}
}

// tidy removes trailing blanks, empty lines around the body, and a line drawn
// below it.
func (r *Reader) tidy() {
	r.outdent()
	for i, l := range r.body {
		if l.code {
			continue
		}
		// In Markdown, two blanks at the end of a line are a line break.
		t := strings.TrimRight(l.text, " \t")
		if strings.HasSuffix(l.text, "  ") && t != "" && i+1 < len(r.body) && !blankLine(r.body[i+1].text) {
			t += "  "
		}
		if t != l.text {
			r.repair(contract.RepairTrailingBlanks, l.raw)
			r.body[i].text = t
		}
	}
	r.trimRules()
	r.trimStart()
}

// trimStart drops from the beginning of the body: empty lines, a horizontal rule, a
// repeated title, the body's label, and a repeated field.
func (r *Reader) trimStart() {
	for len(r.body) > 0 && !r.body[0].code {
		t, at := strings.TrimSpace(r.body[0].text), r.body[0].raw
		h, isHeader := r.form.header(r.c, t)
		rest, isLabel := r.bodyLabel(t)
		switch {
		case t == "":
		case isRule(t):
			r.repair(contract.RepairSeparator, at)
		case r.repeatsTitle(t):
			r.repair(contract.RepairRepeatedTitle, at)
		case len(r.body) > 1 && sameText(t, r.title()) && underlines(r.body[1].text, t) == 1:
			r.repair(contract.RepairRepeatedTitle, at)
			r.body = r.body[1:]
		case isLabel:
			r.repair(contract.RepairEchoedBodyLabel, at)
			if rest != "" {
				r.body[0].text, r.body[0].words = rest, words(rest)
				continue
			}
		case isHeader && r.fields[h.field].line > 0 && !r.isProse(h) && (h.field > 0 || sameText(h.value, r.title())):
			r.repair(contract.RepairDuplicateField, at)
		default:
			return
		}
		r.body = r.body[1:]
	}
}

// trailingFields takes header fields that stand below the body, where nothing
// follows them.
func (j *judgement) trailingFields() {
	for {
		j.trimEnd()
		n := len(j.body)
		if n == 0 || j.body[n-1].code {
			return
		}
		h, ok := j.form.header(j.c, j.body[n-1].text)
		if !ok || j.fields[h.field].line > 0 || h.value == "" {
			return
		}
		j.fields[h.field] = found{text: h.value, line: j.body[n-1].raw}
		j.repair(contract.RepairFieldOrder, j.body[n-1].raw)
		j.body = j.body[:n-1]
	}
}

// bounds checks the body against the contract's bounds.
func (j *judgement) bounds(p *contract.Post, headings, first int) {
	b := j.c.Body
	switch {
	case p.Words == 0 && j.call == callOfThinking && !j.onFile:
		j.problems = append(j.problems, OnlyThinking())
		return
	case p.Words == 0:
		j.problem(contract.ProblemBodyMissing, first, j.nothing(), j.ask())
		return
	case p.Words < b.MinWords:
		j.problem(contract.ProblemBodyShort, first, fmt.Sprintf("the %s has %s, fewer than %d", j.noun(), count(p.Words, "word"), b.MinWords), fmt.Sprintf("write at least %s", count(b.MinWords, "word")))
	case b.MaxWords > 0 && p.Words > b.MaxWords:
		j.problem(contract.ProblemBodyLong, first, fmt.Sprintf("the %s has %s, more than %d", j.noun(), count(p.Words, "word"), b.MaxWords), fmt.Sprintf("write at most %s", count(b.MaxWords, "word")))
	}
	if headings < b.MinHeadings {
		j.problem(contract.ProblemHeadingsFew, first, fmt.Sprintf("the post has %s, fewer than %d", count(headings, "heading"), b.MinHeadings), fmt.Sprintf("begin at least %s with ##", count(b.MinHeadings, "section")))
	}
	j.rules(p.Body, first)
}

// count is so many of a noun: "1 heading", "2 headings".
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// rules checks the body against the contract's forbidden and required rules.
func (j *judgement) rules(body string, first int) {
	for _, r := range j.c.Body.Forbid {
		find, err := r.Matcher()
		if err != nil {
			continue // Validate says so
		}
		if at := find(body); at >= 0 {
			what := r.String()
			if r.Pattern != "" {
				what = "what matches " + what
			}
			j.problem(contract.ProblemForbiddenPhrase, j.body[at].raw, fmt.Sprintf("the post holds %s, which the contract forbids", what), orElse(r.Ask, "leave that out"))
		}
	}
	for _, r := range j.c.Body.Require {
		find, err := r.Matcher()
		if err != nil || find(body) >= 0 {
			continue
		}
		if r.Pattern != "" {
			j.problem(contract.ProblemRequired, first, fmt.Sprintf("nothing in the post matches %s, which the contract requires", r), orElse(r.Ask, "write a post that has it"))
		} else {
			j.problem(contract.ProblemRequired, first, fmt.Sprintf("the post does not hold %s, which the contract requires", r), orElse(r.Ask, fmt.Sprintf("use %s, word for word", r)))
		}
	}
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
