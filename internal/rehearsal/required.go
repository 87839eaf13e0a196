package rehearsal

import (
	"fmt"
	"regexp/syntax"
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
)

// required returns a paragraph for each rule of what a body must hold.
func (w *writer) required() (paragraphs []string, err error) {
	for _, r := range w.contract.Body.Require {
		text := r.Text
		if r.Pattern != "" {
			re, err := syntax.Parse(r.Pattern, syntax.Perl)
			if err != nil {
				return nil, err
			}
			text = matching(re.Simplify())
		}
		find, err := r.Matcher()
		if err != nil {
			return nil, err
		}
		if find("\n\n"+text+"\n\n") < 0 || w.forbidden(text) || w.used[text] {
			return nil, fmt.Errorf("the contract requires %s, which it cannot write", r)
		}
		w.used[text] = true
		if strings.HasPrefix(text, "#") { // a heading needs a text below it
			text += "\n\n" + w.exactly(7)
		}
		paragraphs = append(paragraphs, text)
	}
	return paragraphs, nil
}

// matching returns a short text that a pattern matches, as far as it can be told
// from the pattern alone.
func matching(re *syntax.Regexp) string {
	var b strings.Builder
	switch re.Op {
	case syntax.OpLiteral:
		return string(re.Rune)
	case syntax.OpCharClass:
		for _, c := range "aA1 -" {
			for i := 0; i+1 < len(re.Rune); i += 2 {
				if c >= re.Rune[i] && c <= re.Rune[i+1] {
					return string(c)
				}
			}
		}
		if len(re.Rune) > 0 {
			return string(re.Rune[0])
		}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return "a"
	case syntax.OpPlus, syntax.OpCapture, syntax.OpAlternate:
		return matching(re.Sub[0])
	case syntax.OpRepeat:
		return strings.Repeat(matching(re.Sub[0]), re.Min)
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			b.WriteString(matching(sub))
		}
	}
	return b.String()
}

// Lacks says, in a line each, what a model cannot meet in a prompt's contract. All
// is the contract as the prompt has it, with the columns that its rules use, and set
// is the same with the prompt's own settings in their places.
func Lacks(all, set *contract.Contract) (lines []string) {
	if _, ok := spellingFor(set.Language); !ok {
		lines = append(lines, "the model cannot write "+set.Language+", which the contract wants: its posts will be rejected for that")
	}
	for _, r := range all.Body.Require {
		if strings.Contains(r.Text+r.Pattern, "{{") && !resolved(r, set.Body.Require) {
			lines = append(lines, "the contract requires "+r.Text+r.Pattern+" from a column, which prepared text does not hold: its posts will be rejected for that, unless the column is blank")
		}
	}
	return lines
}

// resolved reports whether a rule with a variable is among those that a prompt's
// own settings give a text.
func resolved(r contract.Rule, set []contract.Rule) bool {
	before, after, _ := strings.Cut(r.Text+r.Pattern, "{{")
	if _, rest, ok := strings.Cut(after, "}}"); ok {
		after = rest
	}
	for _, s := range set {
		if t := s.Text + s.Pattern; strings.HasPrefix(t, before) && strings.HasSuffix(t, after) && len(t) > len(before)+len(after) {
			return true
		}
	}
	return false
}
