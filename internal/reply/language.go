package reply

import (
	"fmt"
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/language"
)

// checkLanguage looks for a section in another language than the contract's, for a
// paragraph in another script, and at the whole body.
func (j *judgement) checkLanguage(first int) {
	asked, ok := language.Of(j.c.Language)
	if !ok {
		return
	}
	wrong := func(at int, what, found string) {
		j.problem(contract.ProblemLanguage, at, fmt.Sprintf("%s is in %s, not in %s", what, found, asked), fmt.Sprintf("write all of the post in %s", asked))
	}
	var whole, part strings.Builder
	begin, title := first, ""
	stray, at := "", 0 // a paragraph in another script, and its line
	end := func() bool {
		found := asked.Wrong(part.String())
		if found != "" && title == "" {
			wrong(begin, "the beginning of the post", found)
		} else if found != "" {
			wrong(begin, fmt.Sprintf("the section %q", clip(title)), found)
		}
		part.Reset()
		return found != ""
	}
	for _, l := range j.body {
		if !l.code && heading(l.text) > 0 {
			if end() {
				return
			}
			begin, title = l.raw, strings.Trim(l.text, "# \t")
			continue
		}
		if l.code || !isText(l.text) {
			continue
		}
		if stray == "" {
			stray, at = asked.WrongScript(l.text), l.raw
		}
		whole.WriteString(l.text + "\n")
		part.WriteString(l.text + "\n")
	}
	if end() {
		return
	}
	if found := asked.Wrong(whole.String()); found != "" {
		wrong(first, "the post", found)
	} else if stray != "" {
		wrong(at, "a paragraph", stray)
	}
}

// isText reports whether a line is prose: neither a quotation, a table, an item
// of a list, nor HTML, in which words of other languages stand.
func isText(s string) bool {
	t := strings.TrimSpace(s)
	if !isProse(t) {
		return false
	}
	_, item := bullet(t)
	return !item
}
