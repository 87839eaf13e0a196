package reply

import (
	"strings"
	"unicode/utf8"
)

// field checks the field with this index and returns its value, with ok false
// when the reply has none.
func (j *judgement) field(i int) (v Value, ok bool) {
	f, in := &j.c.Fields[i], &j.fields[i]
	if in.line == 0 {
		if !f.Optional {
			j.problem("field-missing", 0, "the line %s: is missing; write it above the post", f.Label)
		}
		return Value{}, false
	}
	if t := withoutTags(in.text); t != in.text {
		j.repair("think-text", in.line)
		in.text = t
	}
	if f.Kind == "list" {
		return j.list(f, in)
	}
	return j.text(f, in)
}

func (j *judgement) text(f *Field, in *found) (Value, bool) {
	s := strings.TrimSpace(in.text)
	if len(in.items) > 0 {
		s = strings.Join(in.items, " ")
	}
	if bare := unquote(s); bare != s {
		j.repair("quotes", in.line)
		s = bare
	}
	switch n := utf8.RuneCountInString(s); {
	case s == "" && f.Optional:
		return Value{}, false
	case s == "":
		j.problem("field-empty", in.line, "the line %s: is empty; write its value behind the colon", f.Label)
	case f.placeholder(s):
		j.problem("field-placeholder", in.line, "the line %s: still holds the placeholder; write a real value", f.Label)
	case refused(s):
		j.problem("refusal", in.line, "the line %s: refuses; the topic is harmless, so write the post in the format asked for", f.Label)
	case f.Min > 0 && n < f.Min:
		j.problem("field-short", in.line, "the line %s: has %d characters; write at least %d", f.Label, n, f.Min)
	case f.Max > 0 && n > f.Max:
		j.problem("field-long", in.line, "the line %s: has %d characters; write at most %d", f.Label, n, f.Max)
	case len(f.OneOf) > 0:
		return j.oneOf(f, s, in.line)
	}
	return Value{Key: f.Key, Text: s}, true
}

func refused(s string) bool {
	no, sorry := refuses(s + "\n")
	return no && sorry
}

// oneOf holds a text to its closed list.
func (j *judgement) oneOf(f *Field, s string, line int) (Value, bool) {
	known, kind := f.options().known(s)
	switch {
	case kind == exactly:
		return Value{Key: f.Key, Text: known}, true
	case kind == nearly && f.Unknown != "drop" && f.Unknown != "reject":
		j.repair("value-mapped", line)
		return Value{Key: f.Key, Text: known}, true
	case f.Optional && f.Unknown != "reject":
		j.repair("value-dropped", line)
		return Value{}, false
	}
	j.problem("field-unknown-value", line, "the line %s: has a value that is not on the list; use one of the list, word for word", f.Label)
	return Value{}, false
}

// placeholder tells whether a value is only the example's: one that the
// contract lists, or the field's own label or alias.
func (f *Field) placeholder(s string) bool {
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

// enclosed returns what stands between open and end, if they enclose all of s
// and neither stands inside.
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
