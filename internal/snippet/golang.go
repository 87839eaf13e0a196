package snippet

import (
	"errors"
	"fmt"
	"go/parser"
	"go/scanner"
	"go/token"
	"regexp"
	"strings"
)

// wraps are the places that a fragment of Go can come from. Each is a text around
// it; "%" stands for the fragment.
var wraps = []string{
	"%",
	"package p;%",
	"package p;func _() {%\n}",
	"package p;var _ = %\n",
	"package p;type _ struct {%\n}",
	"package p;type _ interface {%\n}",
	"package p;var _ = T{%\n}",
	"package p;var _ = f(%\n)",
	"package p;func _() {switch {%\n}}",
	"package p;func _() {select {%\n}}",
	"package p;func _() {switch x.(type) {%\n}}",
	"package p;import (%\n)",
	"package p;const (%\n)",
}

var (
	// declared matches the beginning of a function at the left edge, with its name.
	declared = regexp.MustCompile(`(?m)^func\s+(\([^()\n]*\)\s*)?[\pL_][\pL\pN_]*(\[[^\]\n]*\])?\s*\(`)
	// imported matches the imports and the package of a file.
	imported = regexp.MustCompile(`(?m)^import\s+(?:\([^()]*\)|[^\n]*)|^package\s+[^\n]*`)
	// dots matches what a person writes for what is left out: in a block, in a list,
	// or in parentheses.
	dots = regexp.MustCompile(`(?:\.\.\.+|…)(\s*[})\],;\n]|\s*$|\s*//)`)
	// omitted matches an ellipsis that is no part of Go: one after a name and one
	// before a type are.
	omitted = regexp.MustCompile(`(?m)(?:^|[\s{(,;])(?:\.\.\.+|…)(?:[\s})\],;]|$)`)
	// typed matches a command of the shell at the beginning.
	typed = regexp.MustCompile(`^\s*(?:\$ |[A-Z_]+=\S* )*(?:\$ |go (?:run|test|build|get|install|mod|version|vet|work|tool|generate|fmt|doc|env|list|clean)\b)`)
	// listed matches what a method is called on, in a list of signatures.
	listed = regexp.MustCompile(`(?m)^[\pL_][\pL\pN_]*\.`)
	// filled matches names in angle brackets that are to be filled in.
	filled = regexp.MustCompile(`<[\pL][\pL\pN _-]*>`)
)

func checkGo(text string) *Fault {
	first := parseGo("package p;%", text)
	if first == nil || templated(text) || typed.MatchString(text) || omitted.MatchString(text) {
		return nil
	}
	if f, deep := bracketsOfGo(text); f != nil || deep {
		return f
	}
	loose := looseGo(text)
	for _, text := range []string{text, loose, listed.ReplaceAllString(loose, "")} {
		for _, wrap := range wraps {
			if parseGo(wrap, text) == nil {
				return nil
			}
		}
	}
	// The reading that comes furthest says best what is wrong.
	for _, wrap := range wraps {
		if f := parseGo(wrap, text); f.Line > first.Line {
			first = f
		}
	}
	return first
}

// deepest is how many brackets a snippet may open inside each other to be parsed.
const deepest = 100

// bracketsOfGo finds a bracket without its partner. Every other reading of such a text
// would fail as well, and later. deep is set for brackets that are nested too deeply.
func bracketsOfGo(text string) (f *Fault, deep bool) {
	var s scanner.Scanner
	var open []token.Token
	var lines []int
	set := token.NewFileSet()
	file := set.AddFile("", set.Base(), len(text))
	s.Init(file, []byte(text), func(token.Position, string) {}, 0)
	closes := map[token.Token]token.Token{token.RPAREN: token.LPAREN, token.RBRACK: token.LBRACK, token.RBRACE: token.LBRACE}
	for {
		pos, tok, _ := s.Scan()
		line := file.Line(pos) - 1
		switch tok {
		case token.EOF:
			if len(open) > 0 {
				return &Fault{Line: lines[len(lines)-1], Text: fmt.Sprintf("'%s' is never closed", open[len(open)-1])}, false
			}
			return nil, false
		case token.LPAREN, token.LBRACK, token.LBRACE:
			open, lines = append(open, tok), append(lines, line)
			if len(open) > deepest {
				return nil, true
			}
		case token.RPAREN, token.RBRACK, token.RBRACE:
			n := len(open) - 1
			if n < 0 {
				return &Fault{Line: line, Text: fmt.Sprintf("'%s' closes nothing", tok)}, false
			}
			if open[n] != closes[tok] {
				return &Fault{Line: line, Text: fmt.Sprintf("'%s' does not close '%s'", tok, open[n])}, false
			}
			open, lines = open[:n], lines[:n]
		}
	}
}

// looseGo is a text without what is no Go and does no harm: imports and functions
// among statements, and ellipses. Its lines stay.
func looseGo(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if isEllipsis(line) && !strings.ContainsAny(line, "(){}[]") {
			lines[i] = ""
		}
	}
	text = strings.Join(lines, "\n")
	text = imported.ReplaceAllStringFunc(text, func(s string) string { return strings.Repeat("\n", strings.Count(s, "\n")) })
	text = declared.ReplaceAllString(text, "_ = func(")
	text = dots.ReplaceAllString(text, "$1")
	return filled.ReplaceAllString(text, "_")
}

// parseGo parses a fragment inside its surroundings. The fault's line is the
// fragment's.
func parseGo(wrap, text string) *Fault {
	before, after, _ := strings.Cut(wrap, "%")
	src := before + text + after
	_, err := parser.ParseFile(token.NewFileSet(), "", src, parser.SkipObjectResolution)
	if err == nil {
		return nil
	}
	f := &Fault{Text: err.Error()}
	if list, ok := errors.AsType[scanner.ErrorList](err); ok && len(list) > 0 {
		f.Line, f.Text = max(0, min(list[0].Pos.Line-1, strings.Count(text, "\n"))), list[0].Msg
	}
	return f
}
