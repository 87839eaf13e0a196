package reply

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/nightpress/nightpress/internal/contract"
)

func (j *judgement) list(f *contract.Field, in *found) (contract.Value, bool) {
	items := j.items(f, in)
	switch {
	case len(items) == 0 && f.Optional:
		return contract.Value{}, false
	case len(items) == 0:
		j.problem(contract.ProblemFieldEmpty, in.line, j.named(f)+" is empty", "write its items after the colon, separated by commas")
		return contract.Value{}, false
	}
	if slices.ContainsFunc(items, func(s string) bool { return j.labelIn(" "+s) >= 0 }) {
		j.problem(contract.ProblemFieldPlaceholder, in.line, j.named(f)+" holds another header line", "write each header line on a line of its own")
		return contract.Value{}, false
	}
	if slices.ContainsFunc(items, func(s string) bool { return placeholder(f, s) }) || j.isPromptLine(f, strings.Join(items, ", ")) {
		j.problem(contract.ProblemFieldPlaceholder, in.line, j.named(f)+" still holds the prompt's placeholder", "write real items")
		return contract.Value{}, false
	}
	if len(f.OneOf) > 0 {
		if items = j.onList(f, items, in.line); items == nil {
			return contract.Value{}, false
		}
	}
	if n := len(items); f.Min > 0 && n < f.Min {
		j.problem(contract.ProblemFieldShort, in.line, fmt.Sprintf("%s has %d items, fewer than %d", j.named(f), n, f.Min), fmt.Sprintf("write at least %d", f.Min))
	} else if f.Max > 0 && n > f.Max {
		j.problem(contract.ProblemFieldLong, in.line, fmt.Sprintf("%s has %d items, more than %d", j.named(f), n, f.Max), fmt.Sprintf("write at most %d", f.Max))
	}
	return contract.Value{Key: f.Key, List: items}, true
}

// dividers set the items of a list apart; the contract asks for commas.
const dividers = ",;|，、；•·"

// checkbox begins an item of a task list.
var checkbox = lazy(`^\[[ xX✓]\]\s+`)

// elements are tags around the items of a list.
var elements = lazy(`(?i)\s*(?:</?(?:tag|item|li|category|keyword|value|string|entry)>|<br\s*/?>)\s*`)

// items splits a list in whatever form it comes, without repetitions.
func (j *judgement) items(f *contract.Field, in *found) []string {
	if j.onFile {
		return j.fileItems(in)
	}
	raw, parts, plain := listParts(f, in)
	l := list{loose: len(f.OneOf) == 0, plain: plain, seen: map[string]bool{}}
	for _, part := range parts {
		for _, p := range strings.FieldsFunc(part, isDivider) {
			for _, t := range hashtags(strings.TrimSpace(p)) {
				l.add(t)
			}
		}
	}
	if l.loose && numbered(l.items) {
		l.plain = false
		for i := range l.items {
			l.items[i] = looseItem(numbers().ReplaceAllString(l.items[i], ""))
		}
	}
	if l.repeats {
		j.repair(contract.RepairDuplicateItem, in.line)
	}
	if !l.plain || strings.ContainsAny(raw, dividers[1:]) {
		j.repair(contract.RepairListForm, in.line)
	}
	return l.items
}

// fileItems are the items of a list in a file, without repetitions.
func (j *judgement) fileItems(in *found) (items []string) {
	seen := map[string]bool{}
	for _, s := range in.items {
		key := strings.ToLower(s)
		if seen[key] {
			j.repair(contract.RepairDuplicateItem, in.line)
			continue
		}
		seen[key] = true
		items = append(items, s)
	}
	return items
}

func isDivider(r rune) bool { return strings.ContainsRune(dividers, r) }

// listParts is a list's text without its form, in one part or more that are
// still to be divided. raw is the line as it was, and plain reports whether
// nothing was taken away.
func listParts(f *contract.Field, in *found) (raw string, parts []string, plain bool) {
	text := in.text
	if strings.IndexByte(text, '<') >= 0 {
		text = strings.Trim(elements().ReplaceAllString(text, ","), ",")
	}
	text = relabelled(text, append([]string{f.Label}, f.Aliases...))
	raw = unquote(strings.TrimRight(text, " ,"))
	if len(in.items) > 0 {
		for _, s := range in.items {
			parts = append(parts, plainText(elements().ReplaceAllString(checkbox().ReplaceAllString(s, ""), ",")))
		}
		if len(parts) == 1 && len(f.OneOf) == 0 {
			parts = asOtherLists(strings.Trim(parts[0], ","))
		}
		return raw, parts, false
	}
	if strings.HasPrefix(raw, "[") && json.Unmarshal([]byte(raw), &parts) == nil {
		return raw, parts, false
	}
	text = plainText(raw)
	plain = text == raw
	raw = unquote(text)
	parts = []string{raw}
	if links := strings.Contains(raw, "]("); !links && (!strings.HasSuffix(raw, ")") || strings.HasPrefix(raw, "[") || strings.HasPrefix(raw, "<")) {
		parts[0] = strings.Trim(raw, "[]{}<>")
	}
	if len(f.OneOf) == 0 {
		parts = asOtherLists(parts[0])
	}
	return raw, parts, plain && len(parts) == 1 && parts[0] == raw
}

// list collects the items of a list.
type list struct {
	// loose is set where an item may be anything, so that more is taken away
	// around it.
	loose bool
	// plain is set as long as each item stands as it is to be.
	plain   bool
	repeats bool
	seen    map[string]bool
	items   []string
}

func (l *list) add(t string) {
	s := item(t)
	if l.loose {
		s = looseItem(t)
	}
	if len(l.items) > 0 {
		s = withoutAnd(s)
	}
	// A lone mark, such as a quote's, is not an item.
	if !strings.ContainsFunc(s, wordRune) {
		l.plain = l.plain && s == ""
		return
	}
	l.plain = l.plain && s == t
	key := strings.ToLower(s)
	if l.seen[key] {
		l.repeats = true
		return
	}
	l.seen[key] = true
	l.items = append(l.items, s)
}

// itemsOf is a line's items, roughly, to see whether it can be a list.
func itemsOf(t string) (items []string) {
	for _, p := range strings.FieldsFunc(strings.Trim(plainText(t), "[]"), isDivider) {
		if s := item(p); s != "" {
			items = append(items, s)
		}
	}
	return items
}

var (
	// numbers begin the items of a list that stands in one line.
	numbers = lazy(`(?:^|\s+|,\s*)\(?\d{1,2}[.)]\s+`)
	// between are what stands between items where there is no comma; a list
	// has one of them twice.
	between = []string{`" "`, "` `", "] [", " / ", " · ", " – ", " — ", " - ", " & ", "\t", `\n`, "> <", ") ("}
)

// numbered reports whether each item has its number.
func numbered(items []string) bool {
	for _, s := range items {
		if loc := numbers().FindStringIndex(s); loc == nil || loc[0] > 0 || loc[1] == len(s) {
			return false
		}
	}
	return len(items) > 1
}

// asOtherLists divides a list without commas by what else it has between its
// items.
func asOtherLists(s string) []string {
	if all := numbers().FindAllString(s, -1); len(all) > 1 && numbers().FindStringIndex(s)[0] == 0 {
		return numbers().Split(s, -1)[1:]
	} else if len(all) > 1 && strings.Contains(all[0], "2") && strings.Contains(all[1], "3") {
		return numbers().Split(s, -1) // the first number was a bullet
	}
	if strings.ContainsAny(s, dividers) {
		if strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")") && strings.Count(s, "(") == 1 {
			return []string{s[1 : len(s)-1]} // Python's tuple
		}
		for _, b := range brackets {
			if t := enclosed(s, b.open, b.end); t != s {
				return []string{t}
			}
		}
		return []string{s}
	}
	s = strings.TrimPrefix(s, "- ")
	for _, sep := range between {
		if parts := strings.Split(s, sep); len(parts) > 2 && !slices.ContainsFunc(parts, func(p string) bool { return len(strings.Fields(p)) > 5 }) {
			return parts
		}
	}
	return []string{s}
}

// looseItem is an item without what else models set around it: brackets, a
// link, an arrow, its number.
func looseItem(s string) string {
	for range 4 {
		t := strings.TrimSpace(strings.TrimLeft(s, "→➤►◦▪●○‣✅✔✓☑-–—=>:"))
		for _, b := range brackets {
			t = strings.TrimSpace(enclosed(t, b.open, b.end))
		}
		t = unquote(t)
		t = attributes().ReplaceAllString(link().ReplaceAllString(command().ReplaceAllString(t, "$1"), "$1"), "")
		for _, b := range []struct{ open, end string }{{"<", ">"}, {"«", "»"}, {"»", "«"}, {"「", "」"}, {"『", "』"}, {"《", "》"}, {"【", "】"}, {"（", "）"}, {"‹", "›"}, {"❝", "❞"}, {"=", "="}, {"~", "~"}} {
			// The beginning or the end of what encloses the whole list.
			if strings.HasPrefix(t, b.open) && !strings.Contains(t, b.end) || strings.HasSuffix(t, b.end) && !strings.Contains(t, b.open) {
				t = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(t, b.open), b.end))
			}
		}
		if t = item(t); t == s {
			break
		}
		s = t
	}
	return s
}

// hashtags divides "#one #two" and "#one#two", which need no comma.
func hashtags(s string) []string {
	if !strings.HasPrefix(s, "#") || strings.Count(s, "#") < 2 {
		return []string{s}
	}
	parts := strings.Split(s[1:], "#")
	for i := range parts {
		if parts[i] == "" {
			return []string{s} // C##, or a heading's mark
		}
		parts[i] = "#" + strings.TrimSuffix(strings.TrimSpace(parts[i]), " and")
	}
	return parts
}

// conjunctions may stand before the last item.
var conjunctions = []string{"and ", "or ", "& ", "und ", "oder ", "et ", "och ", "og "}

// withoutAnd takes away the "and" before a last item.
func withoutAnd(s string) string {
	for {
		t := s
		for _, and := range conjunctions {
			t = strings.TrimPrefix(t, and)
		}
		if t == s {
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
