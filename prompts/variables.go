package prompts

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/template/parse"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/near"
	"github.com/nightpress/nightpress/internal/word"
)

// variable is a column or setting that a template uses, and where first.
type variable struct {
	name string
	line int
}

// findVariables walks the templates for the names that they use. at is the
// line of the file at which the template begins.
func (p *Prompt) findVariables(at int) error {
	p.at = at
	seen := map[string]int{}
	for _, t := range p.tmpl.Templates() {
		if t.Tree == nil {
			continue
		}
		if remedy := word.Of[contract.Remedy](t.Name()); p.hasWordsFor(remedy) {
			if err := p.tryWords(remedy); err != nil {
				return err
			}
			continue
		}
		w := walker{tree: t.Tree, seen: seen, at: at}
		if w.walk(t.Root); w.calls {
			return &Error{File: p.Source, Line: at, Err: errors.New(`{{template}} is not allowed in prompts: write the text in place`)}
		}
	}
	for name, line := range seen {
		if p.Contract.Sections != nil && slices.Contains(stepWords, name) {
			continue
		}
		p.variables = append(p.variables, variable{name, line})
	}
	slices.SortFunc(p.variables, func(a, b variable) int { return strings.Compare(a.name, b.name) })
	return nil
}

// walker collects the field names of a template's tree.
type walker struct {
	tree  *parse.Tree
	seen  map[string]int
	at    int
	calls bool
}

func (w *walker) walk(n parse.Node) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, c := range n.Nodes {
				w.walk(c)
			}
		}
	case *parse.ActionNode:
		w.walk(n.Pipe)
	case *parse.IfNode:
		w.branch(&n.BranchNode)
	case *parse.WithNode:
		w.branch(&n.BranchNode)
	case *parse.RangeNode:
		w.branch(&n.BranchNode)
	case *parse.PipeNode:
		if n != nil {
			for _, c := range n.Cmds {
				for _, a := range c.Args {
					w.walk(a)
				}
			}
		}
	case *parse.FieldNode:
		w.note(n.Ident[0], n)
	case *parse.VariableNode:
		if n.Ident[0] == "$" && len(n.Ident) > 1 {
			w.note(n.Ident[1], n)
		}
	case *parse.TemplateNode:
		w.calls = true
	}
}

func (w *walker) branch(b *parse.BranchNode) {
	w.walk(b.Pipe)
	w.walk(b.List)
	w.walk(b.ElseList)
}

func (w *walker) note(name string, n parse.Node) {
	if _, ok := w.seen[name]; ok {
		return
	}
	location, _ := w.tree.ErrorContext(n)
	line := 0
	if parts := strings.Split(location, ":"); len(parts) > 1 {
		_, _ = fmt.Sscan(parts[1], &line)
	}
	w.seen[name] = line + w.at - 1
}

// Columns are the names that the templates use, sorted: columns of the input
// and settings of [vars].
func (p *Prompt) Columns() []string {
	var names []string
	for _, v := range p.variables {
		names = append(names, v.name)
	}
	return names
}

// Check reports whether an input with these columns has all that the prompt
// needs. Its error names every missing one; each is an *Error.
func (p *Prompt) Check(columns []string) error {
	var errs []error
	said := map[string]bool{}
	for _, v := range p.variables {
		_, set := p.Vars[v.name]
		if set || slices.Contains(columns, v.name) || slices.Contains(p.optional, v.name) {
			continue
		}
		said[v.name] = true
		errs = append(errs, p.missing(v, columns))
	}
	for _, r := range p.Required {
		if !said[r] && !slices.Contains(columns, r) {
			errs = append(errs, p.missing(variable{r, 0}, columns))
		}
	}
	return errors.Join(errs...)
}

func (p *Prompt) missing(v variable, columns []string) error {
	hint := fmt.Sprintf("--column %s=NAME takes another column for it; or add a column %q to the topics, or %s = \"...\" to [vars] in the prompt", v.name, v.name, v.name)
	if names := near.Names(v.name, columns); len(names) > 0 {
		hint = fmt.Sprintf("did you mean {{.%s}}?", names[0])
	}
	return &Error{
		File: p.Source, Line: v.line, hint: hint,
		Err: fmt.Errorf("needs the column %q; the topics have %s", v.name, strings.Join(columns, ", ")),
	}
}
