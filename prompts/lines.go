package prompts

import (
	"strings"
	"text/template/parse"

	"github.com/nightpress/nightpress/internal/reply"
)

// lineOfFault finds the line, from 1, of the front matter at which a fault of
// the contract stands: the line of its value, else of its key, else of its
// table; 0 where there is none of them.
func lineOfFault(front string, e *reply.ContractError) int {
	lines := strings.Split(front, "\n")
	from, to := faultTable(lines, e)
	key := 0
	for i := from; i < to; i++ {
		name, _, _ := strings.Cut(lines[i], "=")
		if name = strings.TrimSpace(name); name == e.Key || strings.HasSuffix(name, "."+e.Key) {
			key = i + 1
		}
		if key > 0 && e.Value != "" && (strings.Contains(lines[i], `"`+e.Value+`"`) || strings.Contains(lines[i], "'"+e.Value+"'")) {
			return i + 1
		}
	}
	if key > 0 {
		return key
	}
	return from
}

// faultTable returns the lines, from 0, of the table in which the fault stands:
// after its heading, up to the next one.
func faultTable(lines []string, e *reply.ContractError) (from, to int) {
	heading, nth := "[contract]", 0
	switch {
	case e.Field >= 0:
		heading, nth = "[[contract.fields]]", e.Field
	case e.Key != "end":
		heading = "[contract.body]"
	}
	for i, l := range lines {
		l, _, _ = strings.Cut(l, "#")
		l = strings.Join(strings.Fields(l), "")
		switch {
		case from == 0 && l == heading && nth == 0:
			from = i + 1
		case from == 0 && l == heading:
			nth--
		case from > 0 && isHeading(l):
			return from, i
		}
	}
	if from == 0 {
		return 0, len(lines)
	}
	return from, len(lines)
}

// isHeading tells a table's heading from a line of a list.
func isHeading(l string) bool {
	return strings.HasPrefix(l, "[") && strings.HasSuffix(l, "]") && !strings.ContainsAny(l, `"',`)
}

// leastEcho is the fewest words, and leastEchoBytes the fewest bytes, that a
// line of the prompt has for a reply that says it again to be suspicious.
const leastEcho, leastEchoBytes = 5, 30

// staticLines are the lines of the templates in which no value stands: what no
// post says word for word. Headings are left out, since a prompt may ask for
// them by name.
func (p *Prompt) staticLines() (lines []string) {
	for _, t := range p.tmpl.Templates() {
		if t.Tree == nil {
			continue
		}
		for _, line := range strings.Split(text(t.Root), "\n") {
			line = strings.TrimSpace(line)
			if len(line) >= leastEchoBytes && len(strings.Fields(line)) >= leastEcho && !strings.HasPrefix(line, "#") && !strings.ContainsRune(line, action) {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// action stands for a template's action in its text.
const action = '\x00'

// text is the text of a template, with a mark wherever a value would stand.
func text(n parse.Node) string {
	list, ok := n.(*parse.ListNode)
	if !ok || list == nil {
		return ""
	}
	var b strings.Builder
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.TextNode:
			b.Write(n.Text)
		case *parse.IfNode:
			b.WriteString(string(action) + text(n.List) + text(n.ElseList) + string(action))
		case *parse.WithNode:
			b.WriteString(string(action) + text(n.List) + text(n.ElseList) + string(action))
		case *parse.RangeNode:
			b.WriteString(string(action) + text(n.List) + text(n.ElseList) + string(action))
		default:
			b.WriteRune(action)
		}
	}
	return b.String()
}
