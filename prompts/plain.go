package prompts

import (
	"bytes"
	"slices"
	"text/template"
	"text/template/parse"
)

// renderer renders a prompt's templates. Those that only insert, and choose by, columns
// and settings are rendered by following their parts: text/template takes several
// times as long, which counts for a million prompts.
type renderer struct {
	*template.Template
	// plain has the parts of such templates by name.
	plain map[string][]part
}

// part is a text, then an insertion, then a choice. Each of them may be missing.
type part struct {
	text string
	// insert is what is inserted, and test what decides between yes and no: the name
	// of a column or setting, "" for none, or dot.
	insert, test string
	yes, no      []part
	// with: the test's value is the dot in yes.
	with bool
}

// dot is the value of the {{with}} around a part. It is no name.
const dot = "."

// newRenderer returns the renderer of a template.
func newRenderer(t *template.Template) *renderer {
	r := &renderer{fold(t), map[string][]part{}}
	for _, one := range r.Templates() {
		if one.Tree == nil {
			continue
		}
		if parts, ok := plainParts(one.Root, false); ok {
			r.plain[one.Name()] = parts
		}
	}
	return r
}

// plainParts returns the parts of a list of nodes, if it has no others. within is set
// inside of a {{with}}.
func plainParts(list *parse.ListNode, within bool) (parts []part, ok bool) {
	if list == nil {
		return nil, true
	}
	for _, n := range list.Nodes {
		var p part
		switch n := n.(type) {
		case *parse.TextNode:
			p.text = string(n.Text)
		case *parse.ActionNode:
			p.insert, ok = plainName(n.Pipe, within)
		case *parse.IfNode:
			p, ok = plainChoice(&n.BranchNode, within, within)
		case *parse.WithNode:
			p, ok = plainChoice(&n.BranchNode, within, true)
		default:
			return nil, false
		}
		if _, isText := n.(*parse.TextNode); !ok && !isText {
			return nil, false
		}
		parts = append(parts, p)
	}
	return parts, true
}

// plainChoice returns the part of an {{if}} or {{with}}. yes is set if its first branch
// is inside of a {{with}}.
func plainChoice(b *parse.BranchNode, within, yes bool) (p part, ok bool) {
	if p.test, ok = plainName(b.Pipe, within); !ok {
		return p, false
	}
	if p.yes, ok = plainParts(b.List, yes); !ok {
		return p, false
	}
	p.no, ok = plainParts(b.ElseList, within)
	p.with = b.NodeType == parse.NodeWith
	return p, ok
}

// plainName returns the name in a pipeline that is nothing else.
func plainName(pipe *parse.PipeNode, within bool) (name string, ok bool) {
	if len(pipe.Decl) > 0 || len(pipe.Cmds) != 1 || len(pipe.Cmds[0].Args) != 1 {
		return "", false
	}
	switch n := pipe.Cmds[0].Args[0].(type) {
	case *parse.DotNode:
		return dot, within
	case *parse.FieldNode:
		return n.Ident[0], len(n.Ident) == 1 && !within
	case *parse.VariableNode:
		if len(n.Ident) == 2 && n.Ident[0] == "$" {
			return n.Ident[1], true
		}
	}
	return "", false
}

// render appends what a template with plain parts renders; one that is not there renders
// nothing. ok is false if it has other parts, or if the result is an error: whoever gets
// it executes the template.
func (r *renderer) render(to []byte, p *Prompt, name string, row map[string]string) (text []byte, ok bool) {
	parts, ok := r.plain[name]
	if !ok {
		return to, r.Lookup(name) == nil
	}
	f := follower{p, row, to, len(to) + maxMessage, true}
	f.follow(parts, "")
	if !f.known || len(f.text) > f.most {
		return to, false
	}
	return append(to, bytes.TrimSpace(f.text[len(to):])...), true
}

// follower writes parts for one topic.
type follower struct {
	p    *Prompt
	row  map[string]string
	text []byte
	most int
	// known: all values that were needed are known.
	known bool
}

// follow writes parts; with is the dot's value.
func (f *follower) follow(parts []part, with string) {
	for i := range parts {
		one := &parts[i]
		f.text = append(f.text, one.text...)
		if one.insert != "" {
			f.text = append(f.text, f.value(one.insert, with)...)
		}
		if !f.known || len(f.text) > f.most {
			return
		}
		if one.test == "" {
			continue
		}
		switch v := f.value(one.test, with); {
		case v == "":
			f.follow(one.no, with)
		case one.with:
			f.follow(one.yes, v)
		default:
			f.follow(one.yes, with)
		}
	}
}

func (f *follower) value(name, with string) string {
	if name == dot {
		return with
	}
	v, ok := f.p.value(f.row, name)
	f.known = f.known && ok
	return v
}

// value is what a name stands for in a template; see values.
func (p *Prompt) value(row map[string]string, name string) (v string, known bool) {
	own, isSet := p.Vars[name]
	if v, known = row[name]; known && (v != "" || own == "") {
		return v, true
	}
	if isSet {
		return own, true
	}
	return "", slices.Contains(p.optional, name)
}
