package reply

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/nightpress/nightpress/internal/contract"
)

// match is how a value relates to a closed list.
type match int

const (
	unknown match = iota
	nearly
	exactly
)

// options is a closed list made ready to look values up in.
type options struct {
	exact map[string]bool
	near  map[string]string
}

func optionsOf(f *contract.Field) options {
	o := options{map[string]bool{}, map[string]string{}}
	for _, v := range f.OneOf {
		o.exact[v] = true
		o.nearly(meaning(v), v)
	}
	// The text in parentheses may be missing, or be the whole value: "Internet
	// of Things", "IoT".
	for _, v := range f.OneOf {
		without, inside := parentheses(v)
		o.nearly(meaning(without), v)
		o.nearly(meaning(inside), v)
	}
	return o
}

func (o options) nearly(key, v string) {
	if _, taken := o.near[key]; !taken && key != "" {
		o.near[key] = v
	}
}

// known finds the value of the list that s is, or means.
func (o options) known(s string) (string, match) {
	if o.exact[s] {
		return s, exactly
	}
	if v, ok := o.near[meaning(s)]; ok {
		return v, nearly
	}
	return "", unknown
}

// parentheses splits a value into the text outside of parentheses and the text
// inside.
func parentheses(s string) (without, inside string) {
	for {
		open := strings.IndexByte(s, '(')
		end := strings.IndexByte(s, ')')
		if open < 0 || end < open {
			return without + s, inside
		}
		without, inside, s = without+s[:open], inside+" "+s[open+1:end], s[end+1:]
	}
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

// Knows reports whether a value is on a field's closed list, word for word or
// nearly.
func Knows(f *contract.Field, value string) bool {
	_, kind := optionsOf(f).known(value)
	return kind != unknown
}

// Values are the values that a text gives a field: the items of a list, or the
// text itself.
func Values(f *contract.Field, text string) []string {
	if f.Kind == contract.List {
		return itemsOf(text)
	}
	if text = strings.TrimSpace(text); text == "" {
		return nil
	}
	return []string{text}
}

// onList holds the items to the field's closed list, nil after a problem.
func (j *judgement) onList(f *contract.Field, items []string, line int) []string {
	var kept, off []string
	seen, all := map[string]bool{}, optionsOf(f)
	for _, s := range items {
		known, kind := all.known(s)
		if kind == unknown || kind == nearly && f.Unknown != contract.Map && f.Unknown != (contract.Unknown{}) {
			off = append(off, s)
			continue
		}
		if kind == nearly {
			j.repair(contract.RepairValueMapped, line)
		}
		if !seen[known] {
			seen[known] = true
			kept = append(kept, known)
		}
	}
	if len(off) > 0 && (f.Unknown == contract.Reject || len(kept) == 0) {
		j.problem(contract.ProblemFieldUnknownValue, line, fmt.Sprintf("%s has %q, which is not on the list", j.named(f), off[0]), "take values from the list, word for word")
		return nil
	}
	if len(off) > 0 {
		j.repair(contract.RepairValueDropped, line)
	}
	return kept
}
