package prompts

import (
	"text/template"
	"text/template/parse"
)

// fold returns a template that renders the same as t, with the parts that are the
// same for every topic rendered already: a list of sixty categories would take most
// of the time that a million prompts take. A part that cannot be rendered stays, so
// that its error names its line.
func fold(t *template.Template) *template.Template {
	folded, err := t.Clone()
	if err != nil {
		return t
	}
	for _, one := range t.Templates() {
		if one.Tree == nil {
			continue
		}
		tree := one.Tree.Copy()
		foldList(folded, tree.Root)
		if _, err := folded.AddParseTree(one.Name(), tree); err != nil {
			return t
		}
	}
	if again := folded.Lookup(t.Name()); again != nil {
		return again
	}
	return t
}

// foldList renders the constant nodes of a list, and of the branches in it.
func foldList(t *template.Template, list *parse.ListNode) {
	if list == nil {
		return
	}
	for i, n := range list.Nodes {
		if text, ok := constant(t, n); ok {
			list.Nodes[i] = text
			continue
		}
		if branch, ok := n.(*parse.IfNode); ok {
			foldList(t, branch.List)
			foldList(t, branch.ElseList)
		}
	}
}

// constant renders a node that does not depend on the topic.
func constant(t *template.Template, n parse.Node) (*parse.TextNode, bool) {
	if _, ok := n.(*parse.TextNode); ok || !isConstant(n, false) {
		return nil, false
	}
	alone, err := t.Clone()
	if err != nil {
		return nil, false
	}
	tree := &parse.Tree{Name: "constant", Root: &parse.ListNode{NodeType: parse.NodeList, Nodes: []parse.Node{n}}}
	if alone, err = alone.AddParseTree("constant", tree); err != nil {
		return nil, false
	}
	var b bounded
	if err := alone.Execute(&b, nil); err != nil {
		return nil, false
	}
	return &parse.TextNode{NodeType: parse.NodeText, Pos: n.Position(), Text: []byte(b.String())}, true
}

// isConstant reports whether a node renders the same for every topic. inside is set
// where the dot is an element of something constant. Variables and calls of other
// templates do not count as constant.
func isConstant(n parse.Node, inside bool) bool {
	all := func(nodes ...parse.Node) bool {
		for _, n := range nodes {
			if !isConstant(n, inside) {
				return false
			}
		}
		return true
	}
	switch n := n.(type) {
	case *parse.TextNode, *parse.CommentNode, *parse.StringNode, *parse.NumberNode, *parse.BoolNode, *parse.NilNode, *parse.IdentifierNode:
		return true
	case *parse.DotNode, *parse.FieldNode, *parse.BreakNode, *parse.ContinueNode:
		return inside
	case *parse.ListNode:
		return n == nil || all(n.Nodes...)
	case *parse.ActionNode:
		return all(n.Pipe)
	case *parse.PipeNode:
		for _, c := range n.Cmds {
			if !all(c.Args...) {
				return false
			}
		}
		return len(n.Decl) == 0
	case *parse.ChainNode:
		return all(n.Node)
	case *parse.IfNode:
		return all(n.Pipe, n.List, n.ElseList)
	case *parse.RangeNode:
		return all(n.Pipe, n.ElseList) && isConstant(n.List, true)
	case *parse.WithNode:
		return all(n.Pipe, n.ElseList) && isConstant(n.List, true)
	}
	return false
}
