package topics

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"
)

// mostBad is how many bad rows a report has one by one.
const mostBad = 20

// Report is what the first pass found.
type Report struct {
	// Rows counts all rows that are not blank, Topics those that can be used,
	// Duplicates the repetitions among the rows (each runs once).
	Rows, Topics, Duplicates int
	// Filtered are the rows that --where leaves out; they are in no other
	// count.
	Filtered int
	// BadRows counts the rows that cannot be used.
	BadRows int
	// Bad are the first of them, in the file's order: 20, or all with
	// Options.AllRows.
	Bad []*BadRow
	// Kinds counts the bad rows by what is wrong with them, the most frequent
	// first.
	Kinds []Kind
	// Short are rows that lack cells at their end, Headers rows that are the
	// header again. Neither is bad.
	Short, Headers int
	// Sums are rows of totals that have no topic.
	Sums int
}

// Kind is one reason that makes rows bad, and how many.
type Kind struct {
	Reason string
	N      int
}

// Check reads all rows once and returns what it found. An error means that the
// file could not be read.
func (in *Input) Check() (*Report, error) {
	in.repeats, in.briefs, in.used = nil, nil, nil
	for i, c := range in.front {
		in.front[i] = frontColumn{key: c.key, column: c.column, date: c.date}
	}
	if err := in.findTotal(); err != nil {
		return nil, fmt.Errorf("read %s: %w", in.name, err)
	}
	rep := &Report{}
	kinds := map[string]int{}
	err := in.pass(rep, true, func(t Topic, bad *BadRow) bool {
		rep.Rows++
		if bad == nil {
			rep.Topics++
			return true
		}
		rep.BadRows++
		kinds[bad.Kind]++
		if len(rep.Bad) < mostBad || in.opts.AllRows {
			rep.Bad = append(rep.Bad, bad)
		}
		return true
	})
	if err == nil {
		err = in.settleDates()
	}
	if err != nil {
		return nil, err
	}
	rep.Rows += rep.Duplicates
	for reason, n := range kinds {
		rep.Kinds = append(rep.Kinds, Kind{reason, n})
	}
	slices.SortFunc(rep.Kinds, func(a, b Kind) int {
		if a.N != b.N {
			return b.N - a.N
		}
		return strings.Compare(a.Reason, b.Reason)
	})
	if rep.Short > 0 {
		in.assume("%s without the last cells, which are taken as blank", count(rep.Short, "row"))
	}
	if rep.Sums > 0 {
		in.assume("left out %s of totals without a topic", count(rep.Sums, "row"))
	}
	if rep.Headers > 0 {
		in.assume("%s the header again: left out", are(rep.Headers, "row"))
	}
	return rep, nil
}

func are(n int, noun string) string {
	if n == 1 {
		return count(n, noun) + " is"
	}
	return count(n, noun) + " are"
}

// Err is the error for the bad rows: the first of them, and where there are
// more the kinds with their counts. It is nil when there are none.
func (r *Report) Err() error {
	if r.BadRows == 0 {
		return nil
	}
	var errs []error
	for _, b := range r.Bad {
		errs = append(errs, b)
	}
	if r.BadRows > len(r.Bad) {
		errs = append(errs, fmt.Errorf("these are the first %d of %s; --all-rows lists each", len(r.Bad), count(r.BadRows, "bad row")))
		for _, k := range r.Kinds {
			errs = append(errs, fmt.Errorf("  %s: %s", count(k.N, "row"), k.Reason))
		}
	}
	return errors.Join(errs...)
}

// All yields the topics in the file's order, duplicates once. A row that
// cannot be used comes as a *BadRow and the iteration goes on; any other error
// ends it. It can be ranged over many times.
func (in *Input) All() iter.Seq2[Topic, error] {
	return func(yield func(Topic, error) bool) {
		going := true
		err := in.pass(&Report{}, false, func(t Topic, bad *BadRow) bool {
			switch {
			case in.sample != nil && (bad != nil || !in.sample.has(t)):
			case bad != nil:
				going = yield(t, bad)
			default:
				going = yield(t, nil)
			}
			return going
		})
		if err != nil && going {
			yield(Topic{}, err)
		}
	}
}

// pass reads the rows from the beginning and gives each to fn until it returns
// false. It counts in rep what fn does not see. The first pass reads ahead. bare leaves
// Topic.Row out, which takes as long as the rest of a topic.
func (in *Input) pass(rep *Report, bare bool, fn func(Topic, *BadRow) bool) error {
	src, err := in.source()
	if err != nil {
		return err
	}
	if in.used == nil && in.keep != nil {
		in.used = in.usedColumns()
	}
	repeated, found := in.repeatsOf()
	rows := in.rows(src, bare)
	if in.repeats == nil {
		rows = in.rowsAhead(src, bare)
	}
	for r := range rows {
		switch {
		case r.err != nil:
			return r.err
		case r.blank:
			continue
		case r.header:
			rep.Headers++
			continue
		case in.isSum(r.rec):
			rep.Sums++
			continue
		}
		if in.take(r, rep, repeated) && !fn(r.topic, r.bad) {
			return nil
		}
	}
	found()
	return nil
}

// repeatsOf returns a function that reports for each row in turn whether it
// says again what one before said, and whether it has only its topic and slug
// from one. found is called at the end of the file: the next pass need not look
// for them again.
func (in *Input) repeatsOf() (repeated func(*row) (again, rival bool), found func()) {
	if in.repeats != nil {
		reader := in.repeats.reader()
		return func(*row) (again, rival bool) { return reader() }, func() {}
	}
	first := newFinder()
	repeated = func(r *row) (again, rival bool) { return first.next(r.looks, r.key) }
	return repeated, func() {
		kept := first.found // and not what it was found with
		in.repeats, in.briefs = &kept, first.briefs()
	}
}

// take completes a row's topic and reports whether it is one for the caller. It counts
// in rep a row that is left out.
func (in *Input) take(r *row, rep *Report, repeated func(*row) (again, rival bool)) bool {
	if r.short {
		rep.Short++
	}
	if r.bad == nil {
		again, rival := repeated(r)
		if again && r.selected {
			rep.Duplicates++
		}
		if again {
			return false
		}
		if rival {
			r.key = in.rowHash(r.rec)
		}
		r.topic.Key = r.key.String()
	}
	if !r.selected {
		rep.Filtered++
	}
	return r.selected
}

// isHeader reports whether a row is the header again.
func (in *Input) isHeader(rec record) bool {
	if in.header == nil || rec.fault != "" || len(rec.cells) < 1 || len(rec.cells) < len(in.header) {
		return false
	}
	if in.topic < len(rec.cells) && !strings.EqualFold(strings.TrimSpace(rec.cells[in.topic]), in.columns[in.topic].raw) {
		return false
	}
	for i, c := range in.columns {
		if !strings.EqualFold(strings.TrimSpace(rec.cells[i]), c.raw) {
			return false
		}
	}
	return true
}

// topicOf makes a topic of a row, or says why it cannot. It lengthens a row
// that is too short by blank cells. bare leaves Topic.Row out.
func (in *Input) topicOf(rec record, bare bool) (t Topic, short bool, _ *BadRow) {
	bad := func(kind, format string, args ...any) (Topic, bool, *BadRow) {
		return Topic{}, short, &BadRow{File: in.name, Line: rec.line, Row: rec.row, Sheet: in.sheet, Kind: kind, Reason: fmt.Sprintf(format, args...)}
	}
	if rec.fault != "" {
		return bad(rec.kind, "%s", rec.fault)
	}
	short = len(rec.cells) < len(in.columns)
	for i := len(in.columns); i < len(rec.cells); i++ {
		if strings.TrimSpace(rec.cells[i]) != "" {
			return bad("more cells than the header has", "cell %d is filled, and the header has %s", i+1, count(len(in.columns), "column"))
		}
	}
	t.Line = rec.line
	if !bare {
		t.Row = in.cellsOf(rec)
	}
	t.Text = rec.value(in.topic)
	if in.slug >= 0 {
		t.Slug = rec.value(in.slug)
	}
	if kind, fault := in.faultOf(rec); fault != "" {
		return bad(kind, "%s", fault)
	}
	if visible(t.Text) == "" {
		return bad("the topic is empty", "the topic is empty")
	}
	var kind, fault string
	if t.Front, kind, fault = in.frontOf(rec); fault != "" {
		return bad(kind, "%s", fault)
	}
	for _, r := range in.required {
		if rec.value(r.column) == "" {
			reason := fmt.Sprintf("the column %q is blank and the prompt requires it", r.name)
			return bad(reason, "%s", reason)
		}
	}
	return t, short, nil
}

// cellsOf are the columns that a topic has.
func (in *Input) cellsOf(rec record) map[string]string {
	columns := in.keep
	if columns == nil {
		columns = in.order
	}
	cells := make(map[string]string, len(columns)+2+len(in.aliases))
	for _, i := range columns {
		cells[in.columns[i].name] = rec.value(i)
	}
	for _, a := range in.aliases {
		cells[a.name] = rec.value(a.column)
	}
	cells["topic"] = rec.value(in.topic)
	if in.slug >= 0 {
		cells["slug"] = rec.value(in.slug)
	}
	delete(cells, "")
	return cells
}

// value is a cell as a topic has it.
func (r *record) value(i int) string {
	if i >= len(r.cells) {
		return ""
	}
	v := strings.TrimSpace(r.cells[i])
	if strings.IndexByte(v, '\r') >= 0 {
		v = strings.ReplaceAll(v, "\r\n", "\n")
	}
	return v
}

// faultOf says what is wrong with the cells that are used: all of it, "" for
// nothing.
func (in *Input) faultOf(rec record) (kind, fault string) {
	var kinds, faults []string
	look := func(i int) {
		if i >= 0 && i < len(rec.cells) {
			if k, f := fieldFault(in.columns[i].name, rec.value(i), in.opts.MaxField, rec.nested[i]); f != "" && !slices.Contains(faults, f) {
				kinds, faults = append(kinds, k), append(faults, f)
			}
		}
	}
	look(in.topic)
	look(in.slug)
	for _, i := range in.keep {
		look(i)
	}
	for _, c := range in.where {
		look(c.column)
	}
	for _, a := range in.aliases {
		look(a.column)
	}
	for _, c := range in.front {
		look(c.column)
	}
	return strings.Join(kinds, "; "), strings.Join(faults, "; ")
}

// fieldFault says why a cell cannot be used, or "".
func fieldFault(name, value string, limit int, nested bool) (kind, fault string) {
	same := func(s string) (string, string) { return s, s }
	switch {
	case nested:
		return same(fmt.Sprintf("column %q has values within its value", name))
	case value == lostText:
		return same(fmt.Sprintf("column %q refers to a text that the workbook does not have; save it again", name))
	case len(value) > limit:
		return same(fmt.Sprintf("column %q is %s", name, tooLong(limit)))
	case !utf8.ValidString(value):
		return same(fmt.Sprintf("column %q is not valid UTF-8", name))
	}
	for _, r := range value {
		if r < ' ' && r != '\t' && r != '\n' || r == 0x7f {
			return fmt.Sprintf("column %q has a control character", name), fmt.Sprintf("column %q has the control character %U", name, r)
		}
	}
	return "", ""
}

// rowHash is over all the columns of a row by their names, the topic's again
// as "topic". Rows have had this hash since the ledger holds it.
func (in *Input) rowHash(rec record) sum {
	return in.hashRow(rec, in.order, func(s string) string { return s })
}

// looks is over what a person sees of a row in the columns that are used: rows
// that look alike there would have the same post, and are one.
func (in *Input) looks(rec record) sum {
	if in.keep == nil {
		return in.hashRow(rec, in.order, visible)
	}
	return in.hashRow(rec, in.used, visible)
}

// usedColumns are the columns that a prompt, a flag, or a setting uses, but for
// the topic's, in the order of their names.
func (in *Input) usedColumns() []int {
	used := make([]int, 0, len(in.keep))
	add := func(i int) {
		if i >= 0 && i != in.topic && !slices.Contains(used, i) {
			used = append(used, i)
		}
	}
	add(in.slug)
	for _, i := range in.keep {
		add(i)
	}
	for _, c := range in.where {
		add(c.column)
	}
	for _, c := range in.front {
		add(c.column)
	}
	slices.SortFunc(used, func(a, b int) int { return strings.Compare(in.columns[a].name, in.columns[b].name) })
	return used
}

func (in *Input) hashRow(rec record, columns []int, as func(string) string) sum {
	parts := make([]string, 0, 2*len(columns)+2)
	topic := as(rec.value(in.topic))
	placed := false
	for _, i := range columns {
		name := in.columns[i].name
		if !placed && name >= "topic" {
			parts, placed = append(parts, "topic", topic), true
		}
		if name != "topic" {
			parts = append(parts, name, as(rec.value(i)))
		}
	}
	if !placed {
		parts = append(parts, "topic", topic)
	}
	return hash(parts...)
}
