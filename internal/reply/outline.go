package reply

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
)

const (
	// longestPlanned is the most words of a heading, and mostPlanned the most
	// sections that are read.
	longestPlanned, mostPlanned = 25, 200
	// uneven is how many times the mean, or which part of it, a section's words
	// may be.
	uneven = 3
)

var (
	// budget is the number of words at the end of a heading, or in a line of its own.
	budget = lazy(`(?i)[\s(\[{*_:,–—~-]*(?:about|around|approx\.?|approximately|roughly|circa|ca\.?|words?:|word count:|budget:)*[\s~≈]*(\d[\d.,]*)(?:\s*(?:-|–|to)\s*(\d[\d.,]*))?\s*(?:words?|wörter|mots|palabras|parole|palavras|woorden|слов\S*|字|語)?\s*(?:each)?[\s)\]}*_.]*$`)
	// budgetUnit is what the line needs so that its number is one of words.
	budgetUnit = lazy(`(?i)words?\b|word count|budget|wörter|mots|palabras|parole|palavras|woorden|слов|字|語`)
	// ordinal is what a heading may have before its text.
	ordinal = lazy(`(?i)^(?:(?:section|part|chapter|abschnitt|teil|kapitel|partie|sección|parte)\s*)?(?:\d{1,3}|[ivx]{1,5})\s*[.):–—-]\s*`)
	// totals is a line that adds up.
	totals = lazy(`(?i)^\W*(?:total|overall|word count|estimated|gesamt|sum)\b`)
)

// Outline returns the sections of an outline that Read has accepted: the body of its
// post.
func Outline(body string) []contract.Planned { return plannedIn(strings.Split(body, "\n")) }

// outline judges the body as an outline, and writes it in its usual form.
func (j *judgement) outline() {
	p, s := j.c.Part(), j.c.Sections
	first := j.written
	var lines []string
	for i, l := range j.body {
		if i == 0 {
			first = l.raw
		}
		if !l.code || !isFence(strings.TrimSpace(l.text)) {
			lines = append(lines, l.text)
		}
	}
	j.fence = fence{}
	all := plannedIn(lines)
	seen := map[string]bool{}
	for i, one := range all {
		key := strings.ToLower(one.Heading)
		switch {
		case seen[key]:
			j.problem(contract.ProblemOutlineRepeated, first, fmt.Sprintf("the outline has the heading %q twice", clip(one.Heading)), "give each section a heading of its own")
		case len(one.Points) == 0:
			j.problem(contract.ProblemOutlinePoints, first, fmt.Sprintf("section %d of the outline, %q, has no points", i+1, clip(one.Heading)), "list two or more points below each heading")
		}
		if len(j.problems) > 0 {
			break
		}
		seen[key] = true
	}
	switch {
	case len(j.body) == 0:
		return
	case len(all) == 0:
		j.problem(contract.ProblemOutlineMissing, first, "the reply has no outline", "write one heading for each section, with its words and its points")
		return
	case len(all) < s.Min:
		j.problem(contract.ProblemOutlineSections, first, fmt.Sprintf("the outline has %s, fewer than %d", count(len(all), "section"), s.Min), fmt.Sprintf("plan at least %s", count(s.Min, "section")))
	case len(all) > s.Max:
		j.problem(contract.ProblemOutlineSections, first, fmt.Sprintf("the outline has %s, more than %d", count(len(all), "section"), s.Max), fmt.Sprintf("plan at most %s", count(s.Max, "section")))
	}
	if share(all, p.Words) {
		j.repair(contract.RepairBudgets, first)
	}
	text := planText(all)
	if len(j.problems) == 0 && text != strings.TrimSpace(strings.Join(lines, "\n")) && !j.repaired(contract.RepairBudgets) {
		j.repair(contract.RepairOutlineForm, first)
	}
	j.body = j.body[:0]
	for _, l := range strings.Split(text, "\n") {
		j.body = append(j.body, line{text: l, words: words(l), raw: first})
	}
}

func (r *Reader) repaired(code contract.RepairCode) bool {
	return slices.ContainsFunc(r.repairs, func(one contract.Repair) bool { return one.Code == code })
}

// planText is an outline in its usual form.
func planText(all []contract.Planned) string {
	var b strings.Builder
	for i, one := range all {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "## %s (%d words)\n", one.Heading, one.Words)
		for _, p := range one.Points {
			b.WriteString("- " + p + "\n")
		}
	}
	return strings.TrimSpace(b.String())
}

// share gives each section its part of the words, and reports whether one had
// another. Models seldom add up.
func share(all []contract.Planned, words int) (changed bool) {
	sum, known := 0, 0
	for _, one := range all {
		if one.Words > 0 {
			sum, known = sum+one.Words, known+1
		}
	}
	mean := words / len(all)
	if known == len(all) && sum == words {
		return false
	}
	weights, total := make([]float64, len(all)), 0.0
	for i, one := range all {
		weights[i] = 1
		if one.Words > 0 && sum > 0 {
			weights[i] = min(max(float64(one.Words)*float64(known)/float64(sum), 1.0/uneven), uneven)
		}
		total += weights[i]
	}
	left, largest := words, 0
	for i := range all {
		all[i].Words = max(1, int(weights[i]/total*float64(words))/10*10)
		if mean < 10*uneven {
			all[i].Words = max(1, mean)
		}
		left -= all[i].Words
		if all[i].Words > all[largest].Words {
			largest = i
		}
	}
	all[largest].Words += left
	return true
}

// plannedIn reads an outline, in the form in which it is requested or in another that
// models use.
func plannedIn(lines []string) []contract.Planned {
	if all := plannedInJSON(strings.Join(lines, "\n")); all != nil {
		return all
	}
	isHeading := headingsOf(lines)
	var all []contract.Planned
	for _, l := range lines {
		t := strings.TrimSpace(l)
		n := len(all)
		switch {
		case t == "" || isRule(t):
		case isHeading(l):
			if one, ok := planned(t); ok && n < mostPlanned {
				all = append(all, one)
			}
		case n == 0 || totals().MatchString(t) && budgetUnit().MatchString(t):
		default:
			addPoint(&all[n-1], t)
		}
	}
	return all
}

// addPoint adds a line below a heading to its section: a point, or the number of
// words.
func addPoint(to *contract.Planned, t string) {
	text, _ := looseBullet(t)
	if text == "" {
		text = strings.TrimLeft(t, "#> \t")
	}
	if w, rest := budgetOf(text); w > 0 && words(rest) == 0 {
		if to.Words == 0 {
			to.Words = w
		}
		return
	}
	if text = strings.Join(strings.Fields(strings.Trim(text, "*_ \t")), " "); words(text) > 0 {
		to.Points = append(to.Points, text)
	}
}

// headingsOf returns what tells the headings of an outline from its points: the first
// of the usual forms of which there are two.
func headingsOf(lines []string) func(string) bool {
	level := 0
	for n := 1; n <= 4 && level == 0; n++ {
		if countIf(lines, func(l string) bool { return heading(l) == n }) >= 2 {
			level = n
		}
	}
	flat := func(l string) bool { return l != "" && l[0] != ' ' && l[0] != '\t' }
	forms := []func(string) bool{
		func(l string) bool { return level > 0 && heading(l) == level },
		func(l string) bool {
			return flat(l) && ordinal().MatchString(strings.TrimLeft(l, "*_#- ")) && !isDash(l)
		},
		func(l string) bool {
			t := strings.TrimSpace(l)
			return flat(l) && (strings.HasPrefix(t, "**") || strings.HasPrefix(t, "__"))
		},
		func(l string) bool {
			w, rest := budgetOf(strings.TrimSpace(l))
			return flat(l) && w > 0 && words(rest) > 0
		},
		func(l string) bool { _, item := bullet(strings.TrimSpace(l)); return flat(l) && item },
	}
	for _, form := range forms {
		if countIf(lines, form) >= 2 {
			return form
		}
	}
	return func(l string) bool { return heading(l) == 2 }
}

func isDash(l string) bool { return strings.HasPrefix(l, "- ") || strings.HasPrefix(l, "* ") }

func countIf(lines []string, is func(string) bool) (n int) {
	for _, l := range lines {
		if is(l) {
			n++
		}
	}
	return n
}

// planned reads a heading with its words. ok is false for the title of an outline.
func planned(t string) (one contract.Planned, ok bool) {
	t = strings.Trim(t, "#*_> \t")
	if text, item := bullet(t); item {
		t = strings.Trim(text, "*_ \t")
	}
	t = ordinal().ReplaceAllString(t, "")
	w, rest := budgetOf(t)
	one = contract.Planned{Heading: strings.Join(strings.Fields(strings.Trim(rest, "*_:–—\"“” \t")), " "), Words: w}
	n := words(one.Heading)
	return one, n > 0 && n <= longestPlanned && !totals().MatchString(one.Heading)
}

// budgetOf returns the number of words that a line ends with, or 0, and the rest of
// the line.
func budgetOf(t string) (n int, rest string) {
	m := budget().FindStringSubmatchIndex(t)
	if m == nil || !budgetUnit().MatchString(t[m[0]:]) {
		return 0, t
	}
	number := func(i int) int {
		if m[i] < 0 {
			return 0
		}
		n, err := strconv.Atoi(strings.NewReplacer(",", "", ".", "").Replace(t[m[i]:m[i+1]]))
		if err != nil || n > 1e6 {
			return 0
		}
		return n
	}
	n = number(2)
	if high := number(4); high > n {
		n = (n + high) / 2
	}
	return n, t[:m[0]]
}

// plannedInJSON reads an outline that is a JSON object or list, or returns nil.
func plannedInJSON(text string) (all []contract.Planned) {
	list := listInJSON(strings.TrimSpace(text))
	for _, raw := range list[:min(len(list), mostPlanned)] {
		var one sectionInJSON
		if json.Unmarshal(raw, &one) != nil {
			return nil
		}
		if p, ok := one.planned(); ok {
			all = append(all, p)
		}
	}
	return all
}

// listInJSON returns the elements of a JSON list, or of a list in a JSON object.
func listInJSON(text string) (list []json.RawMessage) {
	if text == "" || text[0] != '{' && text[0] != '[' {
		return nil
	}
	if text[0] == '[' {
		if json.Unmarshal([]byte(text), &list) != nil {
			return nil
		}
		return list
	}
	var object map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &object) != nil {
		return nil
	}
	for _, v := range object {
		if json.Unmarshal(v, &list) == nil && len(list) > 0 {
			break
		}
	}
	return list
}

// sectionInJSON is a section of an outline in JSON.
type sectionInJSON struct {
	Heading, Title string
	Points         []string
	Words          json.Number
}

// planned returns the section. ok is false if it has no usable heading.
func (s *sectionInJSON) planned() (p contract.Planned, ok bool) {
	if p, ok = planned(cmp.Or(s.Heading, s.Title)); !ok {
		return p, false
	}
	if n, _ := s.Words.Float64(); n > 0 && n < 1e6 {
		p.Words = int(n)
	}
	for _, point := range s.Points {
		if point = strings.Join(strings.Fields(point), " "); words(point) > 0 {
			p.Points = append(p.Points, point)
		}
	}
	return p, true
}

// OutlineSchema returns the JSON schema of an outline.
func OutlineSchema(s *contract.Sections) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(`{"type":"object","properties":{"sections":{"type":"array","minItems":%d,"maxItems":%d,"items":{"type":"object",`+
		`"properties":{"heading":{"type":"string"},"words":{"type":"integer"},"points":{"type":"array","items":{"type":"string"},"minItems":1}},`+
		`"required":["heading","words","points"]}}},"required":["sections"]}`, s.Min, s.Max))
}
