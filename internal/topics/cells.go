package topics

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// Bounds of one row. They hold whether or not anybody uses its cells.
const (
	// maxCells is how many columns a spreadsheet has at most.
	maxCells = 16384
	// maxRow bounds what is kept of a row, in bytes.
	maxRow = 16 << 20
	// maxUnused bounds a cell that nobody uses, in bytes. A longer one is
	// rather a quote that was never meant to open a cell, and it would swallow
	// topics.
	maxUnused = 1 << 20
)

// record is one row of the file as it was read.
type record struct {
	// line is where the row begins in the file, row which one it is in the
	// sheet, both from 1; row is 0 where there is no sheet.
	line, row int
	cells     []string
	// nested are the places of cells that hold no plain value.
	nested map[int]bool
	// fault says why the row cannot be read, kind the same without figures.
	fault, kind string
}

func (r *record) blame(kind, format string, args ...any) {
	if r.fault == "" {
		r.fault, r.kind = fmt.Sprintf(format, args...), kind
	}
}

func (r *record) blank() bool {
	for _, c := range r.cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return r.fault == ""
}

// cells reads a text as rows of cells, as spreadsheets do: a quote opens a
// cell at the cell's beginning only, and elsewhere it is a character.
type cells struct {
	*text
	delim byte
	// list: each line is one cell.
	list bool
	// width is how many columns there are, 0 while that is not known.
	width int
	// limit is how much of a cell is kept, in bytes, and one more byte.
	limit     int
	line, row int // of the row that is next
}

// place is where a row begins.
type place struct {
	off       int64
	line, row int
}

func (c *cells) place() place { return place{c.offset(), c.line, c.row} }

func (c *cells) moveTo(p place) {
	c.seek(p.off)
	c.line, c.row = p.line, p.row
}

// next reads a row. Its error is io.EOF after the last.
func (c *cells) next() (record, error) {
	line, used, ok := c.text.line()
	if !ok && len(c.rest()) == 0 {
		if c.err != nil {
			return record{}, c.err
		}
		return record{}, io.EOF
	}
	quote := ok && bytes.IndexByte(line, '"') >= 0
	switch {
	case c.list:
		return c.listRow(line, used, ok), nil
	case ok && !quote:
		return c.plainRow(line, used), nil
	case ok && c.delim == '\t':
		return c.tabRow(line, used), nil
	}
	return c.quotedRow(), nil
}

// plainRow takes a line that has no quote.
func (c *cells) plainRow(line []byte, used int) record {
	rec := record{line: c.line, row: c.row}
	c.line, c.row = c.line+1, c.row+1
	c.i += used
	n := bytes.Count(line, []byte{c.delim}) + 1
	if n > maxCells {
		rec.blame("too many cells", "it has %d cells; a row has %d at most", n, maxCells)
		return rec
	}
	s := string(line)
	rec.cells = make([]string, 0, n)
	for range n - 1 {
		at := strings.IndexByte(s, c.delim)
		rec.cells = append(rec.cells, s[:at])
		s = s[at+1:]
	}
	rec.cells = append(rec.cells, s)
	return rec
}

// tabRow takes a line of a file with tabs. Many programs write these without
// any quoting, so that a quote counts only where it makes sense: around a
// whole cell, or around a line end in a row that would be too short.
func (c *cells) tabRow(line []byte, used int) record {
	begin, open := c.place(), false
	rec := c.plainRow(line, used)
	for i, cell := range rec.cells {
		rec.cells[i] = unquote(cell)
		open = open || strings.HasPrefix(cell, `"`) && rec.cells[i] == cell
	}
	if !open || len(rec.cells) >= c.width && c.width > 0 {
		return rec
	}
	end := c.place()
	c.moveTo(begin)
	if quoted := c.quotedRow(); quoted.fault == "" && len(quoted.cells) >= c.width {
		return quoted
	}
	c.moveTo(end)
	return rec
}

// maxJoined is how many lines a cell of a one-column file may have.
const maxJoined = 20

// listRow takes a line as one cell. Quotes around all of it are the file's,
// not the topic's, and a quote that the line does not close may be closed at
// the end of one of the next lines. If that is one far below, the row is bad.
func (c *cells) listRow(line []byte, used int, ok bool) record {
	rec, begin := record{line: c.line, row: c.row}, c.place()
	if !ok {
		cell, n := c.longLine()
		rec.cells = []string{cell}
		c.line, c.row = c.line+1, c.row+1
		if n > maxUnused {
			rec.blame(tooLong(c.limit), "the line is %s (%s)", tooLong(c.limit), size(n))
		}
		return rec
	}
	s := string(line)
	c.i += used
	c.line, c.row = c.line+1, c.row+1
	rec.cells = []string{unquote(s)}
	if t := strings.TrimSpace(s); !strings.HasPrefix(t, `"`) || strings.Count(t, `"`) != 1 {
		return rec
	}
	end, joined := c.place(), s
	for range maxJoined {
		line, used, ok := c.text.line()
		if !ok {
			break // the end, or a line that is too long
		}
		next := string(line)
		joined += "\n" + next
		c.i += used
		c.line++
		if strings.Contains(next, `"`) {
			if whole := unquote(joined); whole != joined {
				rec.cells[0] = whole
				return rec
			}
			c.moveTo(end)
			return rec
		}
	}
	c.moveTo(place{begin.off + int64(strings.IndexByte(s, '"')) + 1, begin.line, begin.row})
	if cell, closed := c.farCell(); closed {
		c.line, c.row = begin.line+cell.lines+1, begin.row+1
		if cell.bytes > c.limit {
			rec.blame(tooLong(c.limit), "cell 1 is %s (%s, %s)", tooLong(c.limit), size(cell.bytes), lineCount(cell.lines+1))
		} else {
			rec.blame("a quote is closed far below", "a quote is opened here, and closed in line %d", begin.line+cell.lines)
		}
		return rec
	}
	c.moveTo(end)
	return rec
}

// farCell uses the text up to the next quote, and reports whether a line ends behind
// it. Of the cell, only its size is kept.
func (c *cells) farCell() (cell oneCell, closed bool) {
	if !c.inQuotes(&cell, func(p []byte) { cell.bytes += len(p) }) {
		return cell, false
	}
	_, more := c.peek(0)
	return cell, c.lineEnd() || !more
}

// longLine uses up a line that does not fit the window, and returns its
// beginning and how many bytes it has.
func (c *cells) longLine() (string, int) {
	at := c.offset()
	begin := string(c.rest()[:min(len(c.rest()), c.limit+1)])
	c.skipLine()
	return begin, int(c.offset() - at)
}

// unquote takes away the quotes around the whole of a cell.
func unquote(s string) string {
	t := strings.TrimSpace(s)
	if len(t) >= 2 && t[0] == '"' && t[len(t)-1] == '"' {
		inner := t[1 : len(t)-1]
		if !strings.Contains(strings.ReplaceAll(inner, `""`, ""), `"`) {
			return strings.ReplaceAll(inner, `""`, `"`)
		}
	}
	return s
}

// quotedRow reads a row byte by byte. Where a quote leads astray, the row is
// bad and the next one begins at the next line, so that it swallows no other.
func (c *cells) quotedRow() record {
	begin := c.place()
	rec := record{line: c.line, row: c.row}
	kept, n, lines := 0, 0, 0
	for {
		cell := c.cell()
		lines += cell.lines
		n++
		switch {
		case cell.open:
			rec.blame("a quote is never closed", "a quote is opened here and never closed")
		case cell.stray:
			rec.blame("a quote closes amid a cell", "a quote is opened here, and closed in line %d amid other text", begin.line+lines)
		case cell.bytes > maxUnused:
			rec.blame(tooLong(c.limit), "cell %d is %s (%s, %s)", n, tooLong(c.limit), size(cell.bytes), lineCount(cell.lines+1))
		}
		if cell.open || cell.stray {
			c.moveTo(begin)
			c.skipLine()
			c.line, c.row = begin.line+1, begin.row+1
			return rec
		}
		if kept += len(cell.text); n <= maxCells && kept <= maxRow {
			rec.cells = append(rec.cells, cell.text)
		}
		if !cell.last {
			continue
		}
		c.line, c.row = begin.line+lines+1, begin.row+1
		if n > maxCells {
			rec.blame("too many cells", "it has %d cells; a row has %d at most", n, maxCells)
		}
		if kept > maxRow {
			rec.blame("the row is too long", "it is longer than %s", size(maxRow))
		}
		return rec
	}
}

// oneCell is a cell as it was read.
type oneCell struct {
	text         string // its first bytes, up to one more than the limit
	bytes, lines int    // all its bytes, and its line ends
	last         bool   // a line end follows, or the end of the text
	open         bool   // its quote is never closed
	stray        bool   // its quote is closed lines below, amid a cell
}

// cell reads one cell and the delimiter or the line end after it.
func (c *cells) cell() oneCell {
	var cell oneCell
	var b []byte
	take := func(p []byte) {
		cell.bytes += len(p)
		b = append(b, p[:min(len(p), max(0, c.limit+1-len(b)))]...)
	}
	if skip := c.blanksBeforeQuote(); skip >= 0 {
		c.i += skip
		if cell.open = !c.inQuotes(&cell, take); cell.open {
			return cell
		}
	}
	quotedBytes, quotedLines := cell.bytes, cell.lines
	for {
		p := c.rest()
		n := 0
		for n < len(p) && p[n] != c.delim && p[n] != '\n' && p[n] != '\r' {
			n++
		}
		take(p[:n])
		c.i += n
		if n == len(p) && n > 0 {
			continue
		}
		if n == len(p) || p[n] != c.delim {
			c.lineEnd()
			cell.last = true
		} else {
			c.i++
		}
		break
	}
	after := cell.bytes - quotedBytes
	cell.stray = quotedLines > 0 && after > 0 && len(bytes.TrimSpace(b[max(0, len(b)-after):])) > 0
	cell.text = string(b)
	if strings.IndexByte(cell.text, '\r') >= 0 {
		cell.text = strings.ReplaceAll(strings.ReplaceAll(cell.text, "\r\n", "\n"), "\r", "\n")
	}
	return cell
}

// blanksBeforeQuote returns how many bytes lead into a quoted cell: the quote,
// and blanks before it where the quotes are around all of the cell. It is -1
// where the cell is not quoted.
func (c *cells) blanksBeforeQuote() int {
	n := 0
	for {
		b, ok := c.peek(n)
		if ok && n < 64 && b == ' ' && c.delim != ' ' {
			n++
			continue
		}
		if !ok || b != '"' {
			return -1
		}
		break
	}
	if n == 0 {
		return 1
	}
	line, _, ok := c.text.line()
	if !ok {
		return -1
	}
	for i := n + 1; i < len(line); i++ {
		if line[i] != '"' {
			continue
		}
		if i+1 < len(line) && line[i+1] == '"' {
			i++
			continue
		}
		rest := bytes.TrimLeft(line[i+1:], " ")
		if len(rest) == 0 || rest[0] == c.delim {
			return n + 1
		}
		break
	}
	return -1
}

// inQuotes takes the text up to the closing quote and reports whether there is
// one.
func (c *cells) inQuotes(cell *oneCell, take func([]byte)) bool {
	cr := false // the byte before was a CR
	for {
		p := c.rest()
		if len(p) == 0 {
			return false
		}
		n := bytes.IndexByte(p, '"')
		if n < 0 {
			n = len(p)
		}
		part := p[:n]
		if len(part) > 0 {
			cell.lines += bytes.Count(part, []byte{'\n'})
			if bytes.IndexByte(part, '\r') >= 0 {
				cell.lines += bytes.Count(part, []byte{'\r'}) - bytes.Count(part, []byte("\r\n"))
			}
			if cr && part[0] == '\n' {
				cell.lines--
			}
			cr = part[len(part)-1] == '\r'
		}
		whole := n == len(p)
		take(part)
		c.i += n
		if whole {
			continue
		}
		cr = false
		if next, ok := c.peek(1); !ok || next != '"' {
			c.i++
			return true
		}
		take([]byte{'"'})
		c.i += 2
	}
}

// tooLong says what is wrong with a text that is longer than limit bytes.
func tooLong(limit int) string { return "longer than " + size(limit) }

func size(n int) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<10:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}

func lineCount(n int) string { return count(n, "line") }

// count writes a number with its noun: "1 line", "20,000 lines".
func count(n int, noun string) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if n == 1 {
		return s + " " + noun
	}
	return s + " " + noun + "s"
}
