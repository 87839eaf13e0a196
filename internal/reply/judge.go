package reply

import (
	"fmt"
	"slices"
	"strings"
)

// judgement is the verdict on a reply in the making.
type judgement struct {
	*Reader
	problems []Problem
}

func (j *judgement) problem(code string, at int, format string, args ...any) {
	j.problems = append(j.problems, Problem{code, at, fmt.Sprintf(format, args...)})
}

// verdict judges what was read.
func (r *Reader) verdict(end End) Verdict {
	v := r.verdictOf(end)
	slices.SortStableFunc(v.Repairs, func(a, b Repair) int { return a.Line - b.Line })
	return v
}

func (r *Reader) verdictOf(end End) Verdict {
	j := &judgement{Reader: r}
	switch {
	case r.stopped == StoppedThinking, r.n == 0 && r.think.n > 0, r.stopped == StoppedLoop && r.think.open:
		return Verdict{Repairs: r.repairs, Problems: []Problem{OnlyThinking()}}
	case r.invalid:
		j.problem("invalid-utf8", 0, "the reply holds bytes that are no text; write plain text")
	case r.stopped == StoppedLoop:
		j.problem("loop", r.loop.from, "from here on the reply repeats itself without end; say each thing once and finish the post")
	case r.stopped == StoppedSize:
		j.problem("body-long", 0, "the reply is longer than any post; write a shorter one")
	case r.stopped == StoppedEcho:
		j.echoed()
	case r.state == inOpening && len(r.fields) > 0:
		j.noFields(end)
	default:
		return j.judge(end)
	}
	return Verdict{Repairs: r.repairs, Problems: j.problems}
}

// judge judges a reply that has a field, or need not have one.
func (j *judgement) judge(end End) Verdict {
	if !j.c.fieldsOnly {
		j.trailingFields()
	}
	post, draft := &Post{}, &Draft{Closed: j.closed}
	for i := range j.c.Fields {
		before := len(j.problems)
		switch val, ok := j.field(i); {
		case len(j.problems) > before:
			draft.Missing = append(draft.Missing, j.c.Fields[i].Key)
		case ok:
			post.Fields = append(post.Fields, val)
		}
	}
	if !j.c.fieldsOnly {
		j.judgeBody(post, end)
	}
	if len(j.problems) == 0 {
		return Verdict{Post: post, Repairs: j.repairs}
	}
	draft.Fields, draft.Body = post.Fields, post.Body
	return Verdict{Repairs: j.repairs, Problems: j.problems, Draft: draft}
}

// noFields words what is wrong with a reply that has no header field at all.
func (j *judgement) noFields(end End) {
	text := strings.TrimSpace(string(j.start))
	at := j.chatter
	if at == 0 {
		at = j.raw // the line is not complete
	}
	switch first := j.c.Fields[0].Label; {
	case j.think.open, text == "" && j.chatter == 0 && j.thought():
		j.problems = append(j.problems, OnlyThinking())
	case text == "" && j.chatter == 0:
		j.problem("empty", 0, "the reply is empty")
	case refusesOrSo(text):
		j.problem("refusal", at, "the reply refuses; the topic is harmless, so write the post in the format asked for")
	default:
		j.problem("field-missing", at, "the reply does not begin with %s: and has none of the header lines; begin with them", first)
		if end != Ended && j.stopped == "" {
			j.problem("cut", j.written, "the reply was cut off before its end")
		}
	}
}

// thought tells whether there was thinking before the reply.
func (j *judgement) thought() bool {
	return slices.ContainsFunc(j.repairs, func(r Repair) bool { return r.Code == "think-text" })
}

func (j *judgement) echoed() {
	j.problem("prompt-echoed", j.echo, "the reply says the instructions again; follow them and write the post itself")
}
