package topics

import (
	"bytes"
	"io"
	"regexp"
	"strings"
)

// rule is the line below the header of a Markdown table.
var rule = regexp.MustCompile(`^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$`)

// tableBegins reports whether one of a text's first lines is a table's rule,
// below a line with as many cells.
func tableBegins(head []byte) bool {
	lines := bytes.SplitN(head, []byte("\n"), headerLines+2)
	for i := 1; i < len(lines) && i <= headerLines; i++ {
		if isRule(string(lines[i])) && len(tableCells(string(lines[i-1]))) == len(tableCells(string(lines[i]))) && bytes.IndexByte(lines[i-1], '|') >= 0 {
			return true
		}
	}
	return false
}

func isRule(line string) bool {
	return strings.Contains(line, "|") && rule.MatchString(strings.TrimRight(line, "\r"))
}

// table reads the rows of a Markdown table. Other text ends it.
type table struct {
	*cells
}

// next reads a row. Its error is io.EOF after the last.
func (t *table) next() (record, error) {
	line, used, ok := t.text.line()
	switch {
	case !ok && len(t.rest()) == 0 && t.err != nil:
		return record{}, t.err
	case !ok && len(t.rest()) == 0:
		return record{}, io.EOF
	case !ok:
		rec := t.listRow(line, used, ok)
		rec.blame("the line is too long", "the line is longer than %s", size(window))
		return rec, nil
	case bytes.IndexByte(line, '|') < 0:
		return record{}, io.EOF
	}
	rec := record{line: t.line, row: t.row, cells: tableCells(string(line))}
	t.i += used
	t.line, t.row = t.line+1, t.row+1
	return rec, nil
}

// tableCells splits a line at its bars; "\|" is a bar within a cell.
func tableCells(line string) []string {
	s := strings.TrimSpace(line)
	s = strings.TrimPrefix(s, "|")
	if strings.HasSuffix(s, "|") && !strings.HasSuffix(s, `\|`) {
		s = s[:len(s)-1]
	}
	var all []string
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && s[i+1] == '|':
			b.WriteByte('|')
			i++
		case s[i] == '|':
			all = append(all, strings.TrimSpace(b.String()))
			b.Reset()
		default:
			b.WriteByte(s[i])
		}
	}
	return append(all, strings.TrimSpace(b.String()))
}
