package reply

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/nightpress/nightpress/internal/contract"
)

func (j *judgement) list(f *contract.Field, in *found) (contract.Value, bool) {
	items := j.items(in)
	switch {
	case len(items) == 0 && f.Optional:
		return contract.Value{}, false
	case len(items) == 0:
		j.problem(contract.ProblemFieldEmpty, in.line, fmt.Sprintf("the line %s: is empty", f.Label), "write its items behind the colon, separated by commas")
		return contract.Value{}, false
	}
	for _, s := range items {
		if placeholder(f, s) {
			j.problem(contract.ProblemFieldPlaceholder, in.line, fmt.Sprintf("the line %s: still holds the prompt's placeholder", f.Label), "write real items")
			return contract.Value{}, false
		}
	}
	if len(f.OneOf) > 0 {
		if items = j.onList(f, items, in.line); items == nil {
			return contract.Value{}, false
		}
	}
	if n := len(items); f.Min > 0 && n < f.Min {
		j.problem(contract.ProblemFieldShort, in.line, fmt.Sprintf("the line %s: has %d items, fewer than %d", f.Label, n, f.Min), fmt.Sprintf("write at least %d", f.Min))
	} else if f.Max > 0 && n > f.Max {
		j.problem(contract.ProblemFieldLong, in.line, fmt.Sprintf("the line %s: has %d items, more than %d", f.Label, n, f.Max), fmt.Sprintf("write at most %d", f.Max))
	}
	return contract.Value{Key: f.Key, List: items}, true
}

// dividers set the items of a list apart; the contract asks for commas.
const dividers = ",;|，、；•·"

// checkbox begins an item of a task list.
var checkbox = regexp.MustCompile(`^\[[ xX✓]\]\s+`)

// elements are tags around the items of a list.
var elements = regexp.MustCompile(`(?i)\s*</?(?:tag|item|li|category|keyword|value|string|entry)>\s*`)

// items splits a list in whatever form it comes, without repetitions.
func (j *judgement) items(in *found) []string {
	plain := true
	var parts []string
	text := in.text
	if strings.IndexByte(text, '<') >= 0 {
		text = strings.Trim(elements.ReplaceAllString(text, ","), ",")
	}
	raw := unquote(strings.TrimRight(text, " ,"))
	switch {
	case len(in.items) > 0:
		plain, parts = false, append([]string(nil), in.items...)
		for i := range parts {
			parts[i] = plainText(checkbox.ReplaceAllString(parts[i], ""))
		}
	case strings.HasPrefix(raw, "[") && json.Unmarshal([]byte(raw), &parts) == nil:
		plain = false
	default:
		text := plainText(raw)
		plain = text == raw
		raw = unquote(text)
		parts = []string{strings.Trim(raw, "[]{}<>")}
		plain = plain && parts[0] == raw
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
				// A lone mark, such as a quote's, is not an item.
				if !strings.ContainsFunc(s, wordRune) {
					plain = plain && s == ""
					continue
				}
				plain = plain && s == t
				if key := strings.ToLower(s); seen[key] {
					j.repair(contract.RepairDuplicateItem, in.line)
				} else {
					seen[key] = true
					items = append(items, s)
				}
			}
		}
	}
	if !plain || strings.ContainsAny(raw, dividers[1:]) {
		j.repair(contract.RepairListForm, in.line)
	}
	return items
}

// itemsOf is a line's items, roughly, to see whether it can be a list.
func itemsOf(t string) (items []string) {
	for _, p := range strings.FieldsFunc(strings.Trim(plainText(t), "[]"), func(r rune) bool { return strings.ContainsRune(dividers, r) }) {
		if s := item(p); s != "" {
			items = append(items, s)
		}
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
		t := strings.TrimSpace(strings.TrimRight(strings.TrimLeft(s, marks+"#>:"), marks+"."))
		if t == s {
			return s
		}
		s = t
	}
}

func wordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsSymbol(r) && r > unicode.MaxLatin1
}
