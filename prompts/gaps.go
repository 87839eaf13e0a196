package prompts

import (
	"fmt"
	"strings"
	"text/template/parse"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/word"
)

// Gaps says what the contract wants of every reply and the template never
// mentions: a label, the end marker, the values of a closed list, or a required
// word. A model cannot guess them, so most replies will be malformed. The texts
// are for a person; nil means that there is no gap. Required patterns are not
// compared.
//
// Only what is written in the file counts, not what a topic's columns add. The
// labels of a prompt whose mode is "structured" come from a schema.
func (p *Prompt) Gaps() (gaps []string) {
	text := strings.ToLower(p.staticText())
	mentions := func(words ...string) bool {
		for _, w := range words {
			if w != "" && strings.Contains(text, strings.ToLower(w)) {
				return true
			}
		}
		return false
	}
	// The labels of a post in sections are in the words for its header fields.
	named := p.Mode == "structured" || p.Mode == ModeSections && p.tmpl.Lookup("fields") == nil
	for _, f := range p.Contract.Fields {
		if !f.Optional && !named && !mentions(append([]string{f.Label}, f.Aliases...)...) {
			gaps = append(gaps, fmt.Sprintf("the template never mentions the label %q of the field %s", f.Label, f.Key))
		}
		if len(f.OneOf) > 0 && !mentions(f.OneOf...) && !p.uses(f.Key) {
			gaps = append(gaps, fmt.Sprintf("the template names none of the %d values that %s may have", len(f.OneOf), f.Key))
		}
	}
	if end := p.Contract.End; p.Mode != ModeSections && len(end) > 0 && !mentions(end...) {
		gaps = append(gaps, fmt.Sprintf("the template never mentions the end marker %q", end[0]))
	}
	return append(gaps, p.gapsOfRules(mentions)...)
}

// gapsOfRules names the required texts that the template never mentions.
func (p *Prompt) gapsOfRules(mentions func(...string) bool) (gaps []string) {
	for _, r := range p.Contract.Body.Require {
		// Parse refuses a rule with columns if the template has none of them.
		if r.Text != "" && !strings.Contains(r.Text, "{{") && !mentions(r.Text) {
			gaps = append(gaps, fmt.Sprintf("the contract requires %s in every post, and the template never mentions it", r))
		}
	}
	return gaps
}

// uses reports whether the template has a variable whose name begins like the
// key: {{.tone}} may well hold the values of the field tone.
func (p *Prompt) uses(key string) bool {
	for _, name := range p.Columns() {
		if strings.HasPrefix(name, singular(key)) || strings.HasPrefix(key, name) {
			return true
		}
	}
	return false
}

// staticText is what the template says for every topic, with the settings of
// [vars] that it uses.
func (p *Prompt) staticText() string {
	var b strings.Builder
	for _, t := range p.tmpl.Templates() {
		if t.Tree == nil || p.hasWordsFor(word.Of[contract.Remedy](t.Name())) {
			continue
		}
		p.texts(t.Root, &b)
	}
	for _, name := range p.Columns() {
		b.WriteString("\n" + p.Vars[name])
	}
	return b.String()
}

// texts writes every text below a node, whichever branch it is in, and the
// values that {{allowed "key"}} stands for.
func (p *Prompt) texts(n parse.Node, b *strings.Builder) {
	list := func(l *parse.ListNode) {
		if l == nil {
			return
		}
		for _, c := range l.Nodes {
			p.texts(c, b)
		}
	}
	pipe := func(n *parse.PipeNode) {
		for _, c := range n.Cmds {
			for i, a := range c.Args {
				s, ok := a.(*parse.StringNode)
				if !ok {
					continue
				}
				b.WriteString(s.Text)
				if f, ok := c.Args[max(i-1, 0)].(*parse.IdentifierNode); ok && f.Ident == "allowed" {
					b.WriteString(strings.Join(p.oneOf(s.Text), "\n"))
				}
			}
		}
	}
	branch := func(n *parse.BranchNode) {
		pipe(n.Pipe)
		list(n.List)
		list(n.ElseList)
	}
	switch n := n.(type) {
	case *parse.ListNode:
		list(n)
	case *parse.TextNode:
		b.Write(n.Text)
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	case *parse.ActionNode:
		pipe(n.Pipe)
	}
}

// oneOf returns the values that a field may have.
func (p *Prompt) oneOf(key string) []string {
	for _, f := range p.Contract.Fields {
		if f.Key == key {
			return f.OneOf
		}
	}
	return nil
}
