package snippet

import (
	"fmt"
	"strings"
)

// checkPython scans a snippet as Python's tokenizer does: strings, brackets,
// characters, and indentation.
func checkPython(text string) *Fault {
	if templated(text) || isSession(text) {
		return nil
	}
	p := python{text: text}
	for p.at < len(text) && p.fault == nil {
		p.logicalLine()
	}
	return p.fault
}

// isSession reports whether a snippet shows a session: prompts, commands of the
// shell, what a program printed.
func isSession(text string) bool {
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimLeft(line, " \t")
		for _, prompt := range []string{">>>", "$ ", "In [", "Out[", "%", "!", "# >"} {
			if strings.HasPrefix(line, prompt) {
				return true
			}
		}
	}
	return false
}

// python scans a snippet.
type python struct {
	text     string
	at, line int
	// indents are the blocks that are open, as widths.
	indents []int
	// opens is set after a line that ends with a colon.
	opens bool
	fault *Fault
}

func (p *python) fail(line int, format string, args ...any) {
	if p.fault == nil {
		p.fault = &Fault{Line: line, Text: fmt.Sprintf(format, args...)}
	}
}

// logicalLine scans one statement's line, which brackets and backslashes continue.
func (p *python) logicalLine() {
	width, begin := p.indentation()
	if p.atEnd() || p.text[p.at] == '\n' || p.text[p.at] == '#' {
		p.skipLine()
		return
	}
	p.indent(width, begin)
	last := p.tokens()
	p.opens = last == ':'
}

// indentation passes over the blanks that begin a line. A tab fills up to eight.
func (p *python) indentation() (width, line int) {
	for ; !p.atEnd(); p.at++ {
		switch p.text[p.at] {
		case ' ':
			width++
		case '\t':
			width = width/8*8 + 8
		case '\f', '\r':
		default:
			return width, p.line
		}
	}
	return width, p.line
}

// indent opens or closes blocks. A snippet may begin anywhere, and may show the end
// of a block that it has not begun.
func (p *python) indent(width, line int) {
	if len(p.indents) == 0 {
		p.indents = []int{width}
	}
	top := p.indents[len(p.indents)-1]
	switch {
	case width > top && !p.opens:
		p.fail(line, "unexpected indent")
	case width > top:
		p.indents = append(p.indents, width)
	case p.opens && width == top && len(p.indents) == 1 && width == 0 && p.blockExpected():
		p.fail(line, "expected an indented block")
	case width < top:
		for len(p.indents) > 0 && p.indents[len(p.indents)-1] > width {
			p.indents = p.indents[:len(p.indents)-1]
		}
		switch {
		case len(p.indents) == 0:
			p.indents = []int{width}
		case p.indents[len(p.indents)-1] != width:
			p.fail(line, "unindent does not match any outer indentation level")
		}
	}
}

// blockExpected reports whether the line has something that a block would hold, and
// not the next of a list of signatures.
func (p *python) blockExpected() bool {
	rest := p.text[p.at:]
	for _, word := range []string{"def ", "class ", "@", "async ", "elif ", "else", "except", "finally", "case ", "..."} {
		if strings.HasPrefix(rest, word) {
			return false
		}
	}
	return true
}

// tokens scans to the end of a logical line. It returns the last character of it
// outside of comments.
func (p *python) tokens() (last byte) {
	var open []byte // the brackets, by what closes them
	begin := p.line
	for !p.atEnd() {
		c := p.text[p.at]
		switch c {
		case '\n':
			p.at, p.line = p.at+1, p.line+1
			if len(open) == 0 {
				return last
			}
			continue
		case '#':
			p.skip(func(c byte) bool { return c != '\n' })
			continue
		case '\\':
			p.continuation()
			continue
		case '"', '\'':
			if !p.literal(c) {
				return last
			}
			last = c
			continue
		}
		ok := false
		if open, ok = p.bracket(c, open); !ok || !p.valid(c) {
			return last
		}
		if !isBlank(c) {
			last = c
		}
		p.at++
	}
	if len(open) > 0 {
		p.fail(begin, "a bracket is never closed")
	}
	return last
}

// skip passes over the characters for which is reports true.
func (p *python) skip(is func(byte) bool) {
	for !p.atEnd() && is(p.text[p.at]) {
		p.at++
	}
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' }

// continuation passes over a backslash, and over the line end that it hides.
func (p *python) continuation() {
	p.at++
	p.skip(isBlank)
	if !p.atEnd() && p.text[p.at] == '\n' {
		p.at, p.line = p.at+1, p.line+1
	}
}

// bracket returns the open brackets after a character. It reports false at a bracket
// that closes none or another one.
func (p *python) bracket(c byte, open []byte) ([]byte, bool) {
	switch c {
	case '(':
		return append(open, ')'), true
	case '[':
		return append(open, ']'), true
	case '{':
		return append(open, '}'), true
	case ')', ']', '}':
	default:
		return open, true
	}
	if len(open) == 0 {
		p.fail(p.line, "unmatched '%c'", c)
		return open, false
	}
	last := len(open) - 1
	if open[last] != c {
		p.fail(p.line, "'%c' where '%c' is expected", c, open[last])
		return open, false
	}
	return open[:last], true
}

// valid reports whether a character can stand outside of strings and comments.
func (p *python) valid(c byte) bool {
	if c == '$' || c == '?' || c == '`' || c == '!' && !strings.HasPrefix(p.text[p.at:], "!=") {
		p.fail(p.line, "invalid character '%c'", c)
		return false
	}
	return true
}

// literal passes over a string. It reports false if the string does not end.
func (p *python) literal(quote byte) bool {
	begin := p.line
	triple := strings.Repeat(string(quote), 3)
	if strings.HasPrefix(p.text[p.at:], triple) {
		for p.at += 3; !p.atEnd(); p.at++ {
			switch {
			case strings.HasPrefix(p.text[p.at:], triple):
				p.at += 3
				return true
			case p.text[p.at] == '\\':
				p.at++
				if !p.atEnd() && p.text[p.at] == '\n' {
					p.line++
				}
			case p.text[p.at] == '\n':
				p.line++
			}
		}
		p.fail(begin, "a string is never closed")
		return false
	}
	for p.at++; !p.atEnd(); p.at++ {
		switch p.text[p.at] {
		case quote:
			p.at++
			return true
		case '\\':
			p.at++
			if !p.atEnd() && p.text[p.at] == '\n' {
				p.line++
			}
		case '\n':
			p.fail(begin, "a string is not closed on its line")
			return false
		}
	}
	p.fail(begin, "a string is never closed")
	return false
}

func (p *python) skipLine() {
	for !p.atEnd() && p.text[p.at] != '\n' {
		p.at++
	}
	if !p.atEnd() {
		p.at, p.line = p.at+1, p.line+1
	}
}

func (p *python) atEnd() bool { return p.at >= len(p.text) }
