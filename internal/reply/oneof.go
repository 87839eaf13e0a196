package reply

import (
	"strings"
	"unicode"
)

// match is how a value stands to a closed list.
type match int

const (
	unknown match = iota
	nearly
	exactly
)

// known finds the value of the list that s is, or means.
func (f *Field) known(s string) (string, match) {
	for _, o := range f.OneOf {
		if o == s {
			return o, exactly
		}
	}
	key := meaning(s)
	for _, o := range f.OneOf {
		if m := meaning(o); m == key || strings.HasSuffix(o, ")") && meaning(o[:strings.LastIndexByte(o, '(')]) == key {
			return o, nearly
		}
	}
	return "", unknown
}

// meaning makes near misses equal: letter case, "&" for "and", punctuation,
// and a plural's last letter.
func meaning(s string) string {
	s = strings.ReplaceAll(strings.ToLower(s), "&", " and ")
	words := strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, w := range words {
		if len(w) > 3 {
			words[i] = strings.TrimSuffix(w, "s")
		}
	}
	return strings.Join(words, " ")
}

// onList holds the items to the field's closed list, nil after a problem.
func (j *judgement) onList(f *Field, items []string, line int) []string {
	var kept, off []string
	seen := map[string]bool{}
	for _, s := range items {
		known, kind := f.known(s)
		if kind == unknown || kind == nearly && f.Unknown != "map" && f.Unknown != "" {
			off = append(off, s)
			continue
		}
		if kind == nearly {
			j.repair("value-mapped", line)
		}
		if !seen[known] {
			seen[known] = true
			kept = append(kept, known)
		}
	}
	if len(off) > 0 && (f.Unknown == "reject" || len(kept) == 0) {
		j.problem("field-unknown-value", line, "the line %s: has %q, which is not on the list; take values from the list, word for word", f.Label, off[0])
		return nil
	}
	if len(off) > 0 {
		j.repair("value-dropped", line)
	}
	return kept
}
