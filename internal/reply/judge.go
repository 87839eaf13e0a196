package reply

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
)

// judgement collects the verdict on a reply.
type judgement struct {
	*Reader
	problems []contract.Problem
}

// problem adds a problem: message is for a person, ask for the model.
func (j *judgement) problem(code contract.ProblemCode, at int, message, ask string) {
	j.problems = append(j.problems, contract.Problem{Code: code, Line: at, Message: message, Ask: ask})
}

// verdict returns the verdict on what was read.
func (r *Reader) verdict(end End) contract.Verdict {
	v := r.verdictOf(end)
	slices.SortStableFunc(v.Repairs, func(a, b contract.Repair) int { return a.Line - b.Line })
	return v
}

func (r *Reader) verdictOf(end End) contract.Verdict {
	j := &judgement{Reader: r}
	switch {
	case r.stopped == StoppedThinking, r.n == 0 && r.think.n > 0, r.stopped == StoppedLoop && r.think.open:
		return contract.Verdict{Repairs: r.repairs, Problems: []contract.Problem{OnlyThinking()}}
	case r.invalid:
		j.problem(contract.ProblemInvalidUTF8, 0, "the reply holds bytes that are not text", "write plain text")
	case r.stopped == StoppedLoop:
		j.problem(contract.ProblemLoop, r.loop.Line(), "from here on, the reply repeats itself", "say each thing once and finish the post")
	case r.stopped == StoppedSize:
		j.problem(contract.ProblemBodyLong, 0, "the reply is longer than any post", "write a shorter one")
	case r.stopped == StoppedOtherSection:
		j.otherSection()
	case r.stopped == StoppedEcho:
		j.echoed()
	case r.state == inOpening && len(r.fields) > 0:
		j.noFields(end)
	default:
		return j.judge(end)
	}
	return contract.Verdict{Repairs: r.repairs, Problems: j.problems}
}

// judge judges a reply that has a field, or need not have one.
func (j *judgement) judge(end End) contract.Verdict {
	if !j.c.FieldsOnly() && !j.onFile {
		j.trailingFields()
	}
	post, draft := &contract.Post{}, &contract.Draft{Closed: j.closed, NoBody: j.c.FieldsOnly()}
	for i := range j.c.Fields {
		before := len(j.problems)
		switch val, ok := j.field(i); {
		case len(j.problems) > before:
			draft.Missing = append(draft.Missing, j.c.Fields[i].Key)
		case ok:
			post.Fields = append(post.Fields, val)
		}
	}
	if !j.c.FieldsOnly() {
		j.judgeBody(post, end)
	}
	if len(j.problems) == 0 {
		return contract.Verdict{Post: post, Repairs: j.repairs}
	}
	if draft.Fields = post.Fields; post.Words > 0 || post.Body == "" {
		draft.Body = post.Body
	}
	return contract.Verdict{Repairs: j.repairs, Problems: j.problems, Draft: draft}
}

// noFields describes the problem of a reply without header fields.
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
		j.problem(contract.ProblemEmpty, 0, "the reply is empty", "")
	case refusesOrSo(text):
		j.problem(contract.ProblemRefusal, at, "the model refuses to write", "the topic is harmless, so write the post in the format asked for")
	default:
		j.problem(contract.ProblemFieldMissing, at, "no header lines found", fmt.Sprintf("begin with the header lines, %s: first", first))
		if end != Ended && j.stopped == "" {
			j.problem(contract.ProblemCut, j.written, "the reply was cut off before its end", "")
		}
	}
}

// thought reports whether there was thinking before the reply.
func (j *judgement) thought() bool {
	return slices.ContainsFunc(j.repairs, func(r contract.Repair) bool { return r.Code == contract.RepairThinkText })
}

func (j *judgement) echoed() {
	j.problem(contract.ProblemPromptEchoed, j.echo, "the reply repeats lines of the prompt", "follow the instructions and write the post itself")
}
