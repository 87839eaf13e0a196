package reply

import (
	"encoding/json"
	"strings"
)

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
			j.problem("field-placeholder", in.line, "the line %s: still holds the placeholder; write real items", f.Label)
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

// dividers set the items of a list apart; the contract asks for commas.
const dividers = ",;|，、；"

// items splits a list in whatever form it comes, without repetitions.
func (j *judgement) items(in *found) []string {
	plain := true
	var parts []string
	raw := unquote(in.text)
	switch {
	case len(in.items) > 0:
		plain, parts = false, in.items
	case strings.HasPrefix(raw, "[") && json.Unmarshal([]byte(raw), &parts) == nil:
		plain = false
	default:
		parts = []string{strings.Trim(raw, "[]")}
	}
	seen := map[string]bool{}
	var items []string
	for _, part := range parts {
		for _, p := range strings.FieldsFunc(part, func(r rune) bool { return strings.ContainsRune(dividers, r) }) {
			for _, t := range hashtags(strings.TrimSpace(p)) {
				s := item(t)
				if len(items) > 0 {
					s = withoutAnd(s)
				}
				if s == "" {
					continue
				}
				plain = plain && s == t
				if key := strings.ToLower(s); seen[key] {
					j.repair("duplicate-item", in.line)
				} else {
					seen[key] = true
					items = append(items, s)
				}
			}
		}
	}
	if !plain || strings.ContainsAny(raw, dividers[1:]) || raw != strings.Trim(raw, "[]") {
		j.repair("list-form", in.line)
	}
	return items
}

// hashtags divides "#one #two", which needs no comma.
func hashtags(s string) []string {
	if !strings.HasPrefix(s, "#") || !strings.Contains(s, " #") {
		return []string{s}
	}
	return strings.Split(s, " #")
}

// withoutAnd takes away the "and" before a last item.
func withoutAnd(s string) string {
	for {
		t, ok := strings.CutPrefix(s, "and ")
		if !ok {
			return s
		}
		s = item(t)
	}
}

// item is one item without quotes, emphasis, a hashtag's mark and a final stop.
func item(s string) string {
	const marks = "\"'“”„‘’*_`[]{} \t"
	for {
		t := strings.TrimSpace(strings.TrimRight(strings.TrimLeft(s, marks+"#"), marks+"."))
		if t == s {
			return s
		}
		s = t
	}
}
