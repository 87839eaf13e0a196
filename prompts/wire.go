package prompts

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template/parse"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/reply"
)

// maxWire bounds the text of a prompt that comes from elsewhere, in bytes, and
// maxRanges how deep loops may be nested in it, so that reading one takes
// little time whatever it says.
const (
	maxWire   = 256 << 10
	maxRanges = 2
)

// wire is a prompt as JSON. Everything in it but the contract is the same for
// all topics.
type wire struct {
	Name string `json:"name"`
	// Text is the prompt's file.
	Text string `json:"text"`
	// Lists holds the closed lists that replaced the file's (see WithValues),
	// by the keys of their fields.
	Lists map[string][]string `json:"lists,omitempty"`
	// Contract is the contract for the topic (see For).
	Contract json.RawMessage `json:"contract"`
}

// MarshalJSON writes the prompt, with its contract as it is for one topic, so
// that another machine can use it. It leaves out the path of the prompt's file.
func (p *Prompt) MarshalJSON() ([]byte, error) {
	if p.text == "" {
		return nil, errors.New("the prompt has no file text")
	}
	c, err := json.Marshal(p.Contract)
	if err != nil {
		return nil, err
	}
	return json.Marshal(wire{p.Name, p.text, p.lists, c})
}

// UnmarshalJSON reads what MarshalJSON wrote. The JSON may come from an untrusted
// source: its size is bounded, and the text and the contract are checked like a
// file's.
func (p *Prompt) UnmarshalJSON(data []byte) error {
	var w wire
	if err := json.Unmarshal(data, &w); err != nil {
		return fmt.Errorf("prompt: %w", err)
	}
	if w.Name == "" || len(w.Name) > 255 || strings.ContainsAny(w.Name, "/\\:\x00\n\r\t\x1b") {
		return fmt.Errorf("prompt: %q is not a prompt name", clip(w.Name))
	}
	read, err := w.read()
	if err != nil {
		return fmt.Errorf("prompt %s: %w", w.Name, err)
	}
	*p = *read
	return nil
}

func (w *wire) read() (*Prompt, error) {
	for _, n := range []int{len(w.Text), len(w.Contract)} {
		if n > maxWire {
			return nil, fmt.Errorf("it has %d bytes; at most %d are allowed", n, maxWire)
		}
	}
	if err := w.checkLoops(); err != nil {
		return nil, err
	}
	p, err := Parse(w.Name, w.Name, []byte(w.Text))
	if err != nil {
		return nil, err
	}
	for _, key := range slices.Sorted(maps.Keys(w.Lists)) {
		if p, err = p.WithValues(key, w.Lists[key]); err != nil {
			return nil, err
		}
	}
	c := &contract.Contract{}
	if err := json.Unmarshal(w.Contract, c); err != nil {
		return nil, fmt.Errorf("contract: %w", err)
	}
	if err := reply.Validate(c); err != nil {
		return nil, fmt.Errorf("contract: %w", err)
	}
	if err := p.checkWire(c); err != nil {
		return nil, fmt.Errorf("contract: %w", err)
	}
	c.Echo = p.Contract.Echo
	p.Contract = c
	return p, nil
}

// checkLoops returns an error where a template of the text may run for long.
// That must be known before Parse, which tries them.
func (w *wire) checkLoops() error {
	_, body, at, err := split(normal([]byte(w.Text)))
	if err != nil {
		return err
	}
	t, err := parseTemplate(w.Name, body, at, &contract.Contract{})
	if err != nil {
		return err
	}
	for _, t := range t.Templates() {
		if t.Tree != nil && !tame(t.Root, maxRanges) {
			return errors.New("it has a loop that may run for too long")
		}
	}
	return nil
}

// tame reports whether a template's loops run over the lists that they are
// given, and are nested no deeper than depth.
func tame(n parse.Node, depth int) bool {
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return true
		}
		for _, c := range n.Nodes {
			if !tame(c, depth) {
				return false
			}
		}
	case *parse.IfNode:
		return tame(n.List, depth) && tame(n.ElseList, depth)
	case *parse.WithNode:
		return tame(n.List, depth) && tame(n.ElseList, depth)
	case *parse.RangeNode:
		return depth > 0 && overList(n.Pipe) && tame(n.List, depth-1) && tame(n.ElseList, depth)
	case *parse.TemplateNode:
		return false
	}
	return true
}

// overList reports whether a loop runs over a field of the template's data, or
// over the values that are allowed. Anything else could be a number, over which
// a loop runs as often as it says.
func overList(pipe *parse.PipeNode) bool {
	if len(pipe.Cmds) != 1 {
		return false
	}
	args := pipe.Cmds[0].Args
	switch n := args[0].(type) {
	case *parse.IdentifierNode:
		return n.Ident == "allowed"
	case *parse.FieldNode:
		return len(args) == 1
	case *parse.VariableNode:
		return len(args) == 1 && len(n.Ident) == 2 && n.Ident[0] == "$"
	}
	return false
}
