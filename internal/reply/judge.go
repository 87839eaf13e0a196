package reply

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const thinkBegin, thinkEnd = "<think>", "</think>"

// judgement is one reply being taken apart.
type judgement struct {
	c      *Contract
	lines  []string
	first  int // the line, from 0, at which the reply proper begins
	values map[string]*found
	v      Verdict
}

// found is a header field as the reply has it.
type found struct {
	text  string
	items []string // the bullet list below it, if any
	line  int
}

func (j *judgement) problem(code string, line int, format string, args ...any) {
	j.v.Problems = append(j.v.Problems, Problem{code, line, fmt.Sprintf(format, args...)})
}

func (j *judgement) repair(code string, line int) {
	for _, r := range j.v.Repairs {
		if r.Code == code {
			return
		}
	}
	j.v.Repairs = append(j.v.Repairs, Repair{code, line})
}

// judge takes a whole reply apart; closed tells whether its marker was seen.
func judge(c *Contract, text string, end End, closed bool) Verdict {
	j := &judgement{c: c, values: map[string]*found{}}
	if !utf8.ValidString(text) {
		j.problem("invalid-utf8", 0, "the reply holds bytes that are no text; write plain text")
		return j.v
	}
	j.lines = strings.Split(j.clean(text), "\n")
	j.skipThinking()
	body := j.headers()
	if len(j.values) == 0 {
		j.noFields(closed, end)
		return j.v
	}
	post, draft := &Post{}, &Draft{}
	for i := range c.Fields {
		before := len(j.v.Problems)
		switch val, ok := j.field(&c.Fields[i]); {
		case len(j.v.Problems) > before:
			draft.Missing = append(draft.Missing, c.Fields[i].Key)
		case ok:
			post.Fields = append(post.Fields, val)
		}
	}
	if !c.fieldsOnly {
		draft.Closed = j.body(post, body, end, closed)
	}
	if len(j.v.Problems) == 0 {
		j.v.Post = post
		return j.v
	}
	draft.Fields, draft.Body = post.Fields, post.Body
	j.v.Draft = draft
	return j.v
}

// clean removes what no post may hold: carriage returns, a byte order mark,
// control characters and characters that cannot be seen.
func (j *judgement) clean(text string) string {
	if strings.Contains(text, "\r") {
		j.repair("line-ends", 1)
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	}
	out := strings.Map(func(r rune) rune {
		if invisible(r) {
			return -1
		}
		return r
	}, text)
	if out != text {
		j.repair("invisible-characters", 1)
	}
	return out
}

// invisible tells of control characters, of marks that change the direction of
// text, and of spaces without width. The joiner that emoji and some scripts
// need stays.
func invisible(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r < ' ', r >= 0x7f && r < 0xa0:
		return true
	case r == 0xfeff, r == 0x200b, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r >= 0xe0000 && r <= 0xe007f:
		return true
	}
	return false
}

// skipThinking passes over think text at the beginning: paired, or its end
// alone. A block that was opened and never closed is passed over when a header
// field follows.
func (j *judgement) skipThinking() {
	for i, line := range j.lines {
		if _, _, ok := j.c.header(line); ok && !strings.HasPrefix(strings.TrimSpace(j.lines[0]), thinkBegin) && j.first == 0 && i == 0 {
			break
		}
		if at := strings.LastIndex(line, thinkEnd); at >= 0 {
			j.repair("think-text", i+1)
			j.lines[i], j.first = line[at+len(thinkEnd):], i
			return
		}
	}
	if strings.HasPrefix(strings.TrimSpace(j.lines[0]), thinkBegin) {
		j.repair("think-text", 1)
	}
}

// noFields words what is wrong with a reply that has no header field at all.
func (j *judgement) noFields(closed bool, end End) {
	text := strings.TrimSpace(strings.Join(j.lines[j.first:], "\n"))
	switch {
	case text == "":
		j.problem("empty", 0, "the reply is empty")
	case strings.HasPrefix(text, thinkBegin):
		j.v.Problems = append(j.v.Problems, OnlyThinking())
	case refuses(text):
		j.problem("refusal", j.first+1, "the reply refuses; the topic is harmless, so write the post in the format asked for")
	default:
		first := j.c.firstLabel()
		j.problem("field-missing", j.first+1, "the reply does not begin with %s: and has none of the header lines; begin with them", first)
		if !closed && end != Ended {
			j.problem("cut", len(j.lines), "the reply was cut off before its end")
		}
	}
}

func (c *Contract) firstLabel() string {
	if len(c.Fields) == 0 {
		return ""
	}
	return c.Fields[0].Label
}

// refusals begin a reply that will not do what was asked, in lower case.
var refusals = []string{
	"i'm sorry", "i am sorry", "sorry,", "i cannot", "i can't", "i can’t", "i’m sorry", "i won't", "i am unable", "i'm unable",
	"as an ai", "unfortunately, i", "i apologize", "i must decline",
}

func refuses(text string) bool {
	lower := strings.ToLower(text[:min(len(text), 80)])
	for _, r := range refusals {
		if strings.HasPrefix(lower, r) {
			return true
		}
	}
	return false
}
