package reply

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/nightpress/nightpress/internal/contract"
)

// field checks the field with this index and returns its value, with ok false
// when the reply has none.
func (j *judgement) field(i int) (v contract.Value, ok bool) {
	f, in := &j.c.Fields[i], &j.fields[i]
	if in.line == 0 {
		if !f.Optional {
			j.problem(contract.ProblemFieldMissing, 0, j.named(f)+" is missing", "write it above the post")
		}
		return contract.Value{}, false
	}
	if t := withoutTags(in.text); t != in.text {
		j.repair(contract.RepairThinkText, in.line)
		in.text = t
	}
	if f.Kind == contract.List {
		return j.list(f, in)
	}
	return j.text(f, in)
}

func (j *judgement) text(f *contract.Field, in *found) (contract.Value, bool) {
	s := strings.TrimSpace(in.text)
	if len(in.items) > 0 {
		s = strings.Join(in.items, " ")
	}
	bare, quotes, more := s, false, false
	if !j.onFile {
		bare, quotes, more = undecorated(s, append([]string{f.Label}, f.Aliases...))
	}
	if quotes {
		j.repair(contract.RepairQuotes, in.line)
	}
	if more {
		j.repair(contract.RepairValueDressing, in.line)
	}
	s = j.clean(bare)
	switch n := utf8.RuneCountInString(s); {
	case s == "" && f.Optional:
		return contract.Value{}, false
	case s == "":
		j.problem(contract.ProblemFieldEmpty, in.line, j.named(f)+" is empty", "write its value after the colon")
	case placeholder(f, s), j.isPromptLine(f, s):
		j.problem(contract.ProblemFieldPlaceholder, in.line, j.named(f)+" still holds the prompt's placeholder", "write a real value")
	case j.labelIn(s) >= 0:
		j.problem(contract.ProblemFieldPlaceholder, in.line, j.named(f)+" holds another header line", "write each header line on a line of its own")
	case refused(s):
		j.problem(contract.ProblemRefusal, in.line, j.named(f)+" is a refusal", "the topic is harmless, so write the post in the format asked for")
	case f.Min > 0 && n < f.Min:
		j.problem(contract.ProblemFieldShort, in.line, fmt.Sprintf("%s has %d characters, fewer than %d", j.named(f), n, f.Min), fmt.Sprintf("write at least %d", f.Min))
	case f.Max > 0 && n > f.Max:
		j.problem(contract.ProblemFieldLong, in.line, fmt.Sprintf("%s has %d characters, more than %d", j.named(f), n, f.Max), fmt.Sprintf("write at most %d", f.Max))
	case len(f.OneOf) > 0:
		return j.oneOf(f, s, in.line)
	}
	return contract.Value{Key: f.Key, Text: s}, true
}

func refused(s string) bool {
	no, sorry := refuses(s + "\n")
	return no && sorry
}

// oneOf holds a text to its closed list.
func (j *judgement) oneOf(f *contract.Field, s string, line int) (contract.Value, bool) {
	known, kind := optionsOf(f).known(s)
	switch {
	case kind == exactly:
		return contract.Value{Key: f.Key, Text: known}, true
	case kind == nearly && f.Unknown != contract.Drop && f.Unknown != contract.Reject:
		j.repair(contract.RepairValueMapped, line)
		return contract.Value{Key: f.Key, Text: known}, true
	case f.Optional && f.Unknown != contract.Reject:
		j.repair(contract.RepairValueDropped, line)
		return contract.Value{}, false
	}
	j.problem(contract.ProblemFieldUnknownValue, line, j.named(f)+" has a value that is not on the list", "use one of the list, word for word")
	return contract.Value{}, false
}

// isPromptLine reports whether a field's value is a line of the prompt, however the
// reply decorates it.
func (j *judgement) isPromptLine(f *contract.Field, s string) bool {
	return len(j.form.echo) > 0 && j.form.echo[bare(f.Label+": "+s)]
}

// placeholder reports whether a value is only the example's: one that the
// contract lists, or the field's own label or alias.
func placeholder(f *contract.Field, s string) bool {
	s = strings.Trim(s, "[]<>{}()*_\"'` \t")
	for _, p := range f.Placeholders {
		if strings.EqualFold(s, strings.Trim(p, "[]<>{}()*_ ")) {
			return true
		}
	}
	if s == f.Label {
		return true
	}
	for _, a := range f.Aliases {
		if s == a {
			return true
		}
	}
	return false
}

// quotes are what can enclose a value.
var quotes = []struct{ open, end string }{
	{`"`, `"`}, {"“", "”"}, {"„", "“"}, {"'", "'"}, {"‘", "’"}, {"`", "`"}, {"«", "»"}, {"»", "«"}, {"「", "」"}, {"**", "**"}, {"__", "__"}, {"*", "*"}, {"_", "_"},
}

// unquote takes away quotes and emphasis that enclose the whole of a value.
func unquote(s string) string {
	for {
		t := strings.TrimSpace(s)
		for _, q := range quotes {
			t = strings.TrimSpace(enclosed(t, q.open, q.end))
		}
		if t == s {
			return s
		}
		s = t
	}
}

// enclosed returns the text between open and end, if they enclose all of s and
// neither occurs inside.
func enclosed(s, open, end string) string {
	inner, ok := strings.CutPrefix(s, open)
	if !ok {
		return s
	}
	if inner, ok = strings.CutSuffix(inner, end); !ok || strings.Contains(inner, open) || strings.Contains(inner, end) {
		return s
	}
	return inner
}
