package topics

import (
	"fmt"
	"slices"
	"strings"
)

// delimiters by name; the order breaks ties.
var delimiters = []struct {
	name string
	char byte
}{{"comma", ','}, {"semicolon", ';'}, {"tab", '\t'}, {"pipe", '|'}}

// givenDelimiter is what --delimiter says, 0 for nothing.
func (in *Input) givenDelimiter() (byte, error) {
	want := in.opts.Delimiter
	switch {
	case want == "":
		return 0, nil
	case want == `\t`:
		return '\t', nil
	case len(want) == 1 && want != `"` && want != "\n" && want != "\r":
		return want[0], nil
	}
	for _, d := range delimiters {
		if d.name == want {
			return d.char, nil
		}
	}
	return 0, &Error{File: in.name, Msg: fmt.Sprintf("delimiter %q is not known", want), hint: "--delimiter comma, semicolon, tab, pipe, or one character"}
}

// sepLine reads Excel's line for the delimiter, "sep=;".
func sepLine(line string) (byte, bool) {
	s := strings.Trim(strings.TrimRight(line, " ,;"), `"`)
	if len(line) >= 5 && len(s) < 5 {
		s = strings.Trim(line[:5], `"`)
	}
	if len(s) == 5 && strings.EqualFold(s[:4], "sep=") {
		return s[4], true
	}
	return 0, false
}

// sniff finds the delimiter from a header and the lines below it: the one that
// the header has most of outside quotes, and half of the lines have too. Where
// no other one fits either, the header alone decides.
func sniff(header string, below []string) byte {
	type counted struct {
		char byte
		n    int
	}
	var in []counted
	for _, d := range delimiters {
		if n := outsideQuotes(header, d.char); n > 0 {
			in = append(in, counted{d.char, n})
		}
	}
	slices.SortStableFunc(in, func(a, b counted) int { return b.n - a.n })
	if len(in) == 0 {
		return ','
	}
	for _, c := range in {
		have := 0
		for _, line := range below {
			if outsideQuotes(line, c.char) > 0 {
				have++
			}
		}
		if have*2 >= len(below) {
			return c.char
		}
	}
	return in[0].char
}

// outsideQuotes counts a character of a line.
func outsideQuotes(line string, char byte) int {
	n, quoted := 0, false
	for i := range len(line) {
		switch line[i] {
		case '"':
			quoted = !quoted
		case char:
			if !quoted {
				n++
			}
		}
	}
	return n
}
