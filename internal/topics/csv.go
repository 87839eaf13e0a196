package topics

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// delimiters by name; the order breaks ties.
var delimiters = []struct {
	name string
	char byte
}{{"comma", ','}, {"semicolon", ';'}, {"tab", '\t'}, {"pipe", '|'}}

// csvHeader reads the header line, whose first physical line is first.
func (in *Input) csvHeader(lr *lineReader, first string, line int) error {
	if err := in.findDelimiter(first); err != nil {
		return err
	}
	lr.unread(first)
	row, at, err := in.record(lr)
	if err != nil {
		var bad *BadRow
		if errors.As(err, &bad) {
			return &Error{File: in.name, Line: bad.Line, Msg: "header: " + bad.Reason}
		}
		return err
	}
	in.list = len(row) == 1
	return in.setColumns(row, at)
}

func (in *Input) findDelimiter(header string) error {
	switch want := in.opts.Delimiter; {
	case want == `\t`:
		in.delim = '\t'
	case len(want) == 1 && want != `"` && want != "\n" && want != "\r":
		in.delim = want[0]
	case want != "":
		for _, d := range delimiters {
			if d.name == want {
				in.delim = d.char
			}
		}
		if in.delim == 0 {
			return &Error{File: in.name, Msg: fmt.Sprintf("delimiter %q is not known", want), hint: "--delimiter comma, semicolon, tab, pipe, or one character"}
		}
	default:
		in.delim = sniff(header)
	}
	return nil
}

// sniff takes the delimiter that the header has most of outside quotes.
func sniff(header string) byte {
	best, most := byte(','), 0
	for _, d := range delimiters {
		n, quoted := 0, false
		for i := range len(header) {
			switch header[i] {
			case '"':
				quoted = !quoted
			case d.char:
				if !quoted {
					n++
				}
			}
		}
		if n > most {
			best, most = d.char, n
		}
	}
	return best
}

// maxRowLines bounds how far an open quote is followed before it is taken for
// one that was never closed.
const maxRowLines = 10_000

// record reads one row, quoted line ends and all, and the line where it
// begins. A *BadRow error leaves the reader behind the row's first line, so
// that an unclosed quote does not swallow the rows below it.
func (in *Input) record(lr *lineReader) ([]string, int, error) {
	first, at, err := lr.nonBlank()
	if err != nil {
		return nil, at, err
	}
	if in.list {
		return []string{unquoteLine(first)}, at, nil
	}
	var more []string
	text, open := first, quoteOpen(first, false, in.delim)
	for open && len(more) < maxRowLines && len(text) <= in.opts.MaxField*2 {
		next, err := lr.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, at, err
		}
		more = append(more, next)
		text += "\n" + next
		open = quoteOpen(next, true, in.delim)
	}
	bad := func(reason string) ([]string, int, error) {
		for i := len(more) - 1; i >= 0; i-- {
			lr.unread(more[i])
		}
		return nil, at, &BadRow{in.name, at, reason}
	}
	if open {
		return bad("a quote is opened and never closed")
	}
	if !strings.Contains(text, `"`) {
		return strings.Split(text, string(rune(in.delim))), at, nil
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord = rune(in.delim), -1
	row, err := r.Read()
	if err != nil {
		var parse *csv.ParseError
		if errors.As(err, &parse) {
			err = parse.Err
		}
		return bad(err.Error())
	}
	return row, at, nil
}

// quoteOpen tells whether a quoted field is open at the end of the line, given
// whether one was at its beginning. A quote opens a field only at the field's
// beginning.
func quoteOpen(line string, open bool, delim byte) bool {
	begin := true
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case open && c == '"' && i+1 < len(line) && line[i+1] == '"':
			i++
		case open && c == '"':
			open = false
		case !open && c == '"' && begin:
			open = true
		}
		begin = !open && c == delim
	}
	return open
}

// unquoteLine takes a line of a one-column file: quotes around all of it are
// the file's, not the topic's.
func unquoteLine(s string) string {
	t := strings.TrimSpace(s)
	if len(t) >= 2 && t[0] == '"' && t[len(t)-1] == '"' {
		inner := t[1 : len(t)-1]
		if !strings.Contains(strings.ReplaceAll(inner, `""`, ""), `"`) {
			return strings.ReplaceAll(inner, `""`, `"`)
		}
	}
	return s
}

// fieldFault tells why a field cannot be used, or "".
func fieldFault(name, value string, limit int) string {
	if len(value) > limit {
		return fmt.Sprintf("column %q has %d bytes, %d are allowed", name, len(value), limit)
	}
	if !utf8.ValidString(value) {
		return fmt.Sprintf("column %q is not valid UTF-8", name)
	}
	for _, r := range value {
		if r < ' ' && r != '\t' && r != '\n' || r == 0x7f {
			return fmt.Sprintf("column %q has the control character %U", name, r)
		}
	}
	return ""
}
