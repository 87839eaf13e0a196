package reply

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// field checks one field and returns its value, with ok false when the reply
// has none.
func (j *judgement) field(f *Field) (v Value, ok bool) {
	in := j.values[f.Key]
	if in == nil {
		if !f.Optional {
			j.problem("field-missing", 0, "the line %s: is missing; write it above the post", f.Label)
		}
		return Value{}, false
	}
	if f.Kind == "list" {
		return j.list(f, in)
	}
	return j.text(f, in)
}

func (j *judgement) text(f *Field, in *found) (Value, bool) {
	s := strings.TrimSpace(in.text)
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
		j.problem("field-placeholder", in.line, "the line %s: still holds the placeholder %s; write a real value", f.Label, s)
	case f.Min > 0 && n < f.Min:
		j.problem("field-short", in.line, "the line %s: has %d characters; write at least %d", f.Label, n, f.Min)
	case f.Max > 0 && n > f.Max:
		j.problem("field-long", in.line, "the line %s: has %d characters; write at most %d", f.Label, n, f.Max)
	case len(f.OneOf) > 0:
		return j.oneOf(f, s, in.line)
	}
	return Value{Key: f.Key, Text: s}, true
}

// oneOf holds a text to its closed list.
func (j *judgement) oneOf(f *Field, s string, line int) (Value, bool) {
	known, kind := f.known(s)
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

func (f *Field) placeholder(s string) bool {
	for _, p := range f.Placeholders {
		if strings.EqualFold(strings.Trim(s, "[]<>{}"), p) {
			return true
		}
	}
	return false
}

// unquote takes away quotes and emphasis that enclose the whole of a value, or
// belong to its label (**TITLE:** leaves two stars).
func unquote(s string) string {
	for {
		t := strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(s, "**"), "__"))
		if strings.Count(t, "**")%2 == 1 {
			t = strings.TrimSuffix(t, "**")
		}
		for _, q := range []string{`""`, "“”", "''", "‘’", "**", "__", "``", "«»"} {
			open, end := firstLast(q)
			if inner, ok := strings.CutPrefix(t, open); ok {
				if inner, ok = strings.CutSuffix(inner, end); ok && !strings.Contains(inner, open) && !strings.Contains(inner, end) {
					t = inner
				}
			}
		}
		t = strings.TrimSpace(t)
		if t == s {
			return s
		}
		s = t
	}
}

func firstLast(q string) (string, string) {
	_, n := utf8.DecodeRuneInString(q)
	return q[:n], q[n:]
}

func (j *judgement) list(f *Field, in *found) (Value, bool) {
	items := j.items(in)
	switch {
	case len(items) == 0 && f.Optional:
		return Value{}, false
	case len(items) == 0:
		j.problem("field-empty", in.line, "the line %s: is empty; write its items behind the colon, separated by commas", f.Label)
		return Value{}, false
	}
	for _, s := range items {
		if f.placeholder(s) {
			j.problem("field-placeholder", in.line, "the line %s: still holds the placeholder %s; write real items", f.Label, s)
			return Value{}, false
		}
	}
	if len(f.OneOf) > 0 {
		if items = j.onList(f, items, in.line); items == nil {
			return Value{}, false
		}
	}
	if n := len(items); f.Min > 0 && n < f.Min {
		j.problem("field-short", in.line, "the line %s: has %d items; write at least %d", f.Label, n, f.Min)
	} else if f.Max > 0 && n > f.Max {
		j.problem("field-long", in.line, "the line %s: has %d items; write at most %d", f.Label, n, f.Max)
	}
	return Value{Key: f.Key, List: items}, true
}

// items splits a list in whatever form it comes, without repetitions.
func (j *judgement) items(in *found) []string {
	raw := strings.TrimSpace(unquote(in.text))
	var parts []string
	switch {
	case len(in.items) > 0:
		j.repair("list-form", in.line)
		parts = in.items
	case strings.HasPrefix(raw, "[") && json.Unmarshal([]byte(raw), &parts) == nil:
		j.repair("list-form", in.line)
	case strings.Contains(raw, ";") && !strings.Contains(raw, ","):
		j.repair("list-form", in.line)
		parts = strings.Split(raw, ";")
	case !strings.Contains(raw, ",") && strings.Count(raw, "#") > 1:
		parts = strings.Split(raw, "#")
	default:
		parts = strings.Split(strings.Trim(raw, "[]"), ",")
	}
	seen := map[string]bool{}
	var items []string
	for _, p := range parts {
		t := strings.TrimSpace(p)
		s := strings.Trim(t, "\"'“”‘’*_`# .")
		if s != t {
			j.repair("list-form", in.line)
		}
		if key := strings.ToLower(s); s != "" && !seen[key] {
			seen[key] = true
			items = append(items, s)
		} else if s != "" {
			j.repair("duplicate-item", in.line)
		}
	}
	return items
}
