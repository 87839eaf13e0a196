package topics

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
)

// Report is what the first pass found.
type Report struct {
	// Rows counts all rows, Topics those that can be used, Duplicates the
	// exact repetitions among the rows (each runs once).
	Rows, Topics, Duplicates int
	// Bad are the rows that cannot be used, in the file's order.
	Bad []*BadRow
}

// Check reads all rows once and returns what it found; required columns that
// are blank make a bad row, then and in every later pass. An error means that
// the file could not be read.
func (in *Input) Check(required []string) (*Report, error) {
	for _, r := range required {
		if n := normalise(r); !slices.Contains(in.Columns(), n) {
			return nil, &Error{File: in.name, Msg: fmt.Sprintf("the prompt requires a column %q; the columns are %s", r, quoted(in.columns))}
		}
	}
	in.required, in.repeats = required, nil
	rep := &Report{}
	err := in.pass(&rep.Duplicates, func(t Topic, bad *BadRow) bool {
		rep.Rows++
		if bad != nil {
			rep.Bad = append(rep.Bad, bad)
		} else {
			rep.Topics++
		}
		return true
	})
	rep.Rows += rep.Duplicates
	return rep, err
}

// All yields the topics in the file's order, exact duplicates once. A row that
// cannot be used comes as a *BadRow and the iteration goes on; any other error
// ends it. It can be ranged over many times.
func (in *Input) All() iter.Seq2[Topic, error] {
	return func(yield func(Topic, error) bool) {
		var duplicates int
		going := true
		err := in.pass(&duplicates, func(t Topic, bad *BadRow) bool {
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
// false.
func (in *Input) pass(duplicates *int, fn func(Topic, *BadRow) bool) error {
	lr, err := in.lines()
	if err != nil {
		return err
	}
	read := in.record
	if in.jsonl {
		read = in.object
	} else if !in.opts.NoHeader {
		if _, _, err := in.record(lr); err != nil {
			return err
		}
	}
	var first *finder
	repeated := func(t Topic) (again, rival bool) { return first.next(t) }
	if in.repeats != nil {
		repeated = in.repeats.reader()
	} else {
		first = newFinder()
	}
	for {
		row, at, err := read(lr)
		if errors.Is(err, io.EOF) {
			if first != nil {
				found := first.found // and not what it was found with
				in.repeats = &found
			}
			return nil
		}
		var bad *BadRow
		if err != nil && !errors.As(err, &bad) {
			return fmt.Errorf("read %s: line %d: %w", in.name, lr.n+1, err)
		}
		var t Topic
		if bad == nil {
			t, bad = in.topicOf(row, at)
		}
		if bad == nil {
			again, rival := repeated(t)
			if again {
				*duplicates++
				continue
			}
			key := hash(t.Text, t.Slug)
			if rival {
				key = rowHash(t.Row)
			}
			t.Key = key.String()
		}
		if !fn(t, bad) {
			return nil
		}
	}
}

// topicOf makes a topic of a row's fields, or tells why it cannot.
func (in *Input) topicOf(row []string, at int) (Topic, *BadRow) {
	bad := func(format string, args ...any) (Topic, *BadRow) {
		return Topic{}, &BadRow{in.name, at, fmt.Sprintf(format, args...)}
	}
	if len(row) != len(in.columns) {
		noun := "fields"
		if len(row) == 1 {
			noun = "field"
		}
		return bad("%d %s where the header has %d", len(row), noun, len(in.columns))
	}
	t := Topic{Line: at, Row: make(map[string]string, len(row)+1)}
	for i, c := range in.columns {
		v := strings.ReplaceAll(strings.TrimSpace(row[i]), "\r\n", "\n")
		if fault := fieldFault(c, v, in.opts.MaxField); fault != "" {
			return bad("%s", fault)
		}
		t.Row[c] = v
	}
	t.Text = t.Row[in.topic]
	t.Row["topic"], t.Slug = t.Text, t.Row["slug"]
	if t.Text == "" {
		return bad("the topic is empty")
	}
	for _, r := range in.required {
		if t.Row[normalise(r)] == "" {
			return bad("the column %q is blank and the prompt requires it", r)
		}
	}
	return t, nil
}
