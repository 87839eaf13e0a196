package topics

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// headerLines is how many rows that are not blank may be the header, or stand
// above it.
const headerLines = 20

// candidate is a row that may be the header.
type candidate struct {
	at, after place
	delim     byte
	cells     []string
	filled    int
}

func candidateOf(rec record, at, after place, delim byte) candidate {
	c := candidate{at: at, after: after, delim: delim, cells: rec.cells}
	for _, cell := range rec.cells {
		if strings.TrimSpace(cell) != "" {
			c.filled++
		}
	}
	return c
}

// has reports whether a cell has the name, as a prompt writes it.
func (c candidate) has(name string) bool {
	for _, cell := range c.cells {
		if name != "" && normalise(cell) == name {
			return true
		}
	}
	return false
}

// source is where a pass reads its rows.
type source interface {
	// next reads a row. Its error is io.EOF after the last.
	next() (record, error)
}

// source begins to read the rows after the header.
func (in *Input) source() (source, error) {
	t, err := in.text()
	if err != nil {
		return nil, err
	}
	t.seek(in.begin.off)
	switch in.form {
	case formLines, formStream, formArray:
		o := &objects{text: t, array: in.form == formArray, inside: in.within != "", stream: in.form == formStream, line: max(in.begin.line, 1), columns: map[string]int{}}
		for i, c := range in.columns {
			if c.twin < 0 {
				o.columns[c.name] = i
			}
		}
		return o, nil
	}
	c := &cells{text: t, delim: in.delim, list: in.list, width: len(in.columns), limit: in.opts.MaxField, line: in.begin.line, row: in.begin.row}
	if in.form == formTable {
		return &table{c}, nil
	}
	return c, nil
}

// findHeader finds the delimiter, the columns and the topic column, and where
// the rows begin.
func (in *Input) findHeader() error {
	for i, t := range in.opts.Columns {
		if name, want, ok := strings.Cut(t, "="); ok && normalise(name) == "topic" && in.opts.TopicColumn == "" {
			in.opts.TopicColumn = strings.TrimSpace(want)
			in.opts.Columns = append(append([]string(nil), in.opts.Columns[:i]...), in.opts.Columns[i+1:]...)
			break
		}
	}
	at := 1
	var err error
	switch in.form {
	case formLines, formStream, formArray:
		var keys []string
		if keys, err = in.findKeys(); err == nil {
			in.setColumns(keys)
		}
	case formTable:
		at, err = in.tableHeader()
	default:
		at, err = in.cellsHeader()
	}
	if err != nil {
		return err
	}
	if in.opts.NoHeader && in.form == formCells {
		at = 0
	}
	if err := in.findTopic(at); err != nil {
		return err
	}
	if errs := append(in.bindColumns(), in.bindWhere()...); len(errs) > 0 {
		return &Error{File: in.name, Line: at, Msg: joined(errs), hint: firstHint(errs)}
	}
	for _, a := range in.aliases {
		if a.name == "slug" {
			in.slug = a.column
		}
	}
	return nil
}

// tableHeader finds the header of a Markdown table: the line above its rule.
func (in *Input) tableHeader() (int, error) {
	t, err := in.text()
	if err != nil {
		return 0, err
	}
	before := ""
	for n := 1; ; n++ {
		line, used, ok := t.line()
		if !ok {
			return 0, &Error{File: in.name, Msg: "seems to be a Markdown table, and no header was found"}
		}
		s := string(line)
		t.i += used
		if isRule(s) && strings.Contains(before, "|") {
			in.begin = place{t.offset(), n + 1, 2}
			in.header = tableCells(before)
			in.setColumns(in.header)
			in.assume("read the Markdown table whose header is line %d", n-1)
			return n - 1, nil
		}
		before = s
	}
}

// cellsHeader finds the header of rows of cells, in the first lines.
func (in *Input) cellsHeader() (int, error) {
	t, err := in.text()
	if err != nil {
		return 0, err
	}
	c := &cells{text: t, limit: in.opts.MaxField, line: 1, row: 1}
	given, err := in.givenDelimiter()
	if err != nil {
		return 0, err
	}
	if line, used, ok := t.line(); ok {
		if d, ok := sepLine(string(line)); ok {
			t.i += used
			c.line++
			if given == 0 {
				given = d
			}
		}
	}
	in.begin = c.place()
	if in.opts.NoHeader {
		return 0, in.bare(c, given)
	}
	all, err := in.candidates(c, given)
	if err != nil {
		return 0, err
	}
	if len(all) == 0 {
		return 0, &Error{File: in.name, Msg: "has no rows", hint: "write a header line \"topic\" and a topic on each line below it"}
	}
	first := all[0]
	for len(all) > 1 && isComment(all[0]) && !isComment(all[len(all)-1]) {
		all = all[1:]
	}
	best, err := in.choose(all)
	if err != nil {
		return 0, err
	}
	head := all[best]
	in.begin, in.delim, in.header = head.after, head.delim, head.cells
	in.list = len(head.cells) == 1 && in.sheet == ""
	in.setColumns(head.cells)
	if best > 0 || head.at.line > 1 && isComment(first) {
		in.assume("took line %d as the header; %s above it ignored", head.at.line, count(head.at.line-1, "line"))
	}
	return head.at.line, nil
}

// isComment reports whether a row is a line about the file, as Google Analytics
// writes above the header: "# Start date: 20240101".
func isComment(c candidate) bool {
	s := strings.TrimSpace(c.cells[0])
	return s == "#" && c.filled == 1 || strings.HasPrefix(s, "# ")
}

// candidates reads the first rows, each with the delimiter that it seems to
// have.
func (in *Input) candidates(c *cells, given byte) ([]candidate, error) {
	lines := firstLines(c, headerLines*2)
	var all []candidate
	for len(all) < headerLines {
		at := c.place()
		if c.delim = given; given == 0 {
			line, _, _ := c.text.line()
			below := lines[min(len(lines), c.line-at.line+1):]
			c.delim = sniff(string(line), below)
		}
		rec, err := c.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", in.name, err)
		}
		if rec.fault != "" && len(all) == 0 {
			return nil, &Error{File: in.name, Line: rec.line, Msg: "header: " + rec.fault, hint: "mend the first line"}
		}
		if rec.fault == "" && !rec.blank() {
			all = append(all, candidateOf(rec, at, c.place(), c.delim))
		}
	}
	return all, nil
}

// firstLines are the next lines that are not blank, without using them.
func firstLines(c *cells, n int) (lines []string) {
	at := c.place()
	for len(lines) < n {
		line, used, ok := c.text.line()
		if !ok {
			break
		}
		if s := string(line); strings.TrimSpace(s) != "" {
			lines = append(lines, s)
		}
		c.i += used
	}
	c.moveTo(at)
	return lines
}

// choose finds the header among the first rows, or says why there is none.
func (in *Input) choose(all []candidate) (int, error) {
	want := "topic"
	if in.opts.TopicColumn != "" {
		want = normalise(in.opts.TopicColumn)
	}
	// A one-column file whose first line is a name has its header there.
	single := all[0].filled == 1 && len(all[0].cells) == 1 && isKnown(normalise(all[0].cells[0])) && in.opts.TopicColumn == ""
	for i, c := range all {
		if c.has(want) && in.below(all[:i], c) {
			return i, nil
		}
		if single {
			break
		}
	}
	// The first row that is as full as any has the columns, unless the first
	// of all has names: data may fill columns beyond those.
	best := 0
	for i, c := range all {
		if c.filled > all[best].filled && (all[0].filled < 2 || !looksLikeHeader(all[0].cells, nil)) {
			best = i
		}
	}
	if in.listed(all) {
		best = 0
		if isKnown(normalise(all[0].cells[0])) {
			return 0, nil
		}
		return 0, in.noHeader(all[0], true)
	}
	var rows [][]string
	for _, c := range all[best+1:] {
		rows = append(rows, c.cells)
	}
	if looksLikeHeader(all[best].cells, rows) {
		return best, nil
	}
	return 0, in.noHeader(all[best], false)
}

// below reports whether rows can be a title and other lines above a header:
// they have fewer cells. Above a single column only a few lines can.
func (in *Input) below(above []candidate, header candidate) bool {
	if header.filled < 2 {
		return len(above) < 4
	}
	for _, c := range above {
		if c.filled >= header.filled {
			return false
		}
	}
	return true
}

// listed reports whether the rows are one column.
func (in *Input) listed(all []candidate) bool {
	if all[0].filled != 1 {
		return false
	}
	more := 0
	for _, c := range all {
		if c.filled > 1 {
			more++
		}
	}
	return len(all[0].cells) == 1 && (isKnown(normalise(all[0].cells[0])) || more*2 <= len(all))
}

// noHeader is the error for a file that seems to begin with a topic. Its hint
// has both ways to state what is meant.
func (in *Input) noHeader(first candidate, single bool) error {
	in.setColumns(first.cells)
	in.begin, in.delim = first.after, first.delim
	i, _ := in.likelyTopic()
	name := strings.TrimSpace(first.cells[i])
	shown := name
	if r := []rune(shown); len(r) > 60 {
		shown = string(r[:57]) + "..."
	}
	bare, header := "--no-header", "--topic-column "+flagName(name, i)
	if !single {
		bare += " --topic-column " + strconv.Itoa(i+1)
	}
	return &Error{
		File: in.name, Line: first.at.line,
		Msg:  fmt.Sprintf("%q seems to be a topic, not the name of a column", shown),
		hint: fmt.Sprintf("if line %d is a topic: %s; if it is the header: %s", first.at.line, bare, header),
	}
}

// flagName is a column for a person to type: its name, or its number where the
// name has characters that a shell would take for its own.
func flagName(name string, i int) string {
	if name == "" || normalise(name) == "" || strings.ContainsAny(name, "\"$`\\!\n") {
		return strconv.Itoa(i + 1)
	}
	return quote(name)
}

// bare takes the columns of a file without a header: one, or by their numbers
// where a flag gives one.
func (in *Input) bare(c *cells, given byte) error {
	lines := firstLines(c, headerLines)
	delim, cells := given, 1
	if delim == 0 && len(lines) > 0 {
		delim = sniff(lines[0], lines[1:])
	}
	for _, line := range lines {
		cells = max(cells, outsideQuotes(line, delim)+1)
	}
	names := make([]string, cells)
	for i := range names {
		names[i] = strconv.Itoa(i + 1)
	}
	byNumber := in.opts.TopicColumn != "" || len(in.opts.Columns)+len(in.opts.Where) > 0 || in.sheet != ""
	if !byNumber {
		if cells > 1 && steady(lines, delim) {
			in.delim = delim
			in.setColumns(names)
			i, _ := in.likelyTopic()
			in.assume("took each line as one topic, though the lines seem to have %s (--no-header --topic-column %d takes one)", count(cells, "cell"), i+1)
			in.columns = nil
		}
		in.list, in.delim = true, delim
		in.setColumns([]string{"topic"})
		return nil
	}
	in.delim = delim
	in.setColumns(names)
	if in.opts.TopicColumn == "" {
		in.opts.TopicColumn = "1"
		if len(names) > 1 {
			i, _ := in.likelyTopic()
			in.opts.TopicColumn = strconv.Itoa(i + 1)
			in.assume("took column %s as the topics (--topic-column N names another)", in.opts.TopicColumn)
		}
	}
	return nil
}

// steady reports whether all lines have equally many cells, and more than one.
func steady(lines []string, delim byte) bool {
	for _, l := range lines {
		if n := outsideQuotes(l, delim); n == 0 || n != outsideQuotes(lines[0], delim) {
			return false
		}
	}
	return len(lines) > 0
}
