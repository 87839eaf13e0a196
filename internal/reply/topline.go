package reply

import (
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
)

// topLine is a heading above the header lines: the title.
type topLine struct {
	text  string
	line  int
	above string // the line itself, whatever it is
}

// noteTopLine remembers a heading, or a line in bold.
func (r *Reader) noteTopLine(s string) {
	t := strings.TrimSpace(s)
	text := ""
	switch {
	case heading(t) > 0:
		text = strings.Trim(t, "# \t")
	case len(t) > 4 && strings.EqualFold(t[:3], "<h1"):
		text = withoutInline(t)
	case strings.HasPrefix(t, "**") && strings.HasSuffix(t, "**") && strings.Count(t, "**") == 2 && !strings.HasSuffix(t, ":**"):
		text = strings.Trim(t, "*")
	}
	r.top = topLine{text, r.raw, t}
}

// takeTopLine takes the heading right above the other fields for the first.
func (r *Reader) takeTopLine() {
	if r.top.text == "" || r.fields[0].line > 0 || r.c.Fields[0].Kind == contract.List || len(r.c.Fields[0].OneOf) > 0 || chatty(r.top.text) || names(r.top.text) {
		return
	}
	r.repair(contract.RepairLabelDressing, r.top.line)
	r.fields[0] = found{text: r.top.text, line: r.top.line}
}

// general are words of headings that name a part of the reply.
var general = map[string]bool{
	"BLOG": true, "POST": true, "ARTICLE": true, "METADATA": true, "META": true, "DATA": true, "SEO": true, "HEADER": true, "FRONT": true, "MATTER": true, "DRAFT": true, "FINAL": true,
	"OUTPUT": true, "RESPONSE": true, "RESULT": true, "ANSWER": true, "INFORMATION": true, "INFO": true, "DETAILS": true, "FIELDS": true, "THE": true, "AND": true, "FRONTMATTER": true, "VERSION": true, "REPLY": true, "CONTENT": true,
}

// names reports whether a heading only names the text below it, as "SEO
// Metadata" does.
func names(text string) bool {
	for _, w := range strings.FieldsFunc(fold(text), func(r rune) bool { return !letterOrDigit(r) }) {
		if !general[w] {
			return false
		}
	}
	return true
}
