package topics

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// objects reads JSON objects as rows: one a line, one after another over several
// lines, or the elements of an array.
type objects struct {
	*text
	array     bool
	inside    bool // the array is inside an object, which goes on behind it
	stream    bool
	line, row int // of what is next
	begun     bool
	columns   map[string]int // by normalised name; nil while they are being found
}

// next reads an object. Its error is io.EOF after the last.
func (o *objects) next() (record, error) {
	raw, at, err := o.value()
	if err != nil {
		return record{}, err
	}
	rec := record{line: at}
	if o.array {
		rec.row = o.row
	}
	if raw == nil {
		rec.blame("the object is too long", "the object is longer than %s", size(maxRow))
		return rec, nil
	}
	o.read(&rec, raw)
	return rec, nil
}

// value returns the next object's bytes and the line where it begins; no bytes
// stand for one that is too long.
func (o *objects) value() ([]byte, int, error) {
	if o.array || o.stream {
		return o.element()
	}
	for {
		line, used, ok := o.text.line()
		at := o.line
		switch {
		case !ok && len(o.rest()) == 0 && o.err != nil:
			return nil, at, o.err
		case !ok && len(o.rest()) == 0:
			return nil, at, io.EOF
		case !ok:
			line = o.longLine()
			o.line++
			return line, at, nil
		}
		o.i += used
		o.line++
		if len(bytes.TrimSpace(line)) > 0 {
			return line, at, nil
		}
	}
}

// longLine uses up a line that does not fit the window; nil where it is longer
// than a row may be.
func (o *objects) longLine() []byte {
	var line []byte
	for {
		b := o.rest()
		n := bytes.IndexAny(b, "\r\n")
		end := n >= 0 || len(b) == 0
		if n < 0 {
			n = len(b)
		}
		if line = append(line, b[:n]...); len(line) > maxRow {
			o.skipLine()
			return nil
		}
		o.i += n
		if end {
			o.lineEnd()
			return line
		}
	}
}

// read fills in the cells from a JSON object.
func (o *objects) read(rec *record, raw []byte) {
	row, nested, fault := parseObject(raw)
	if fault != "" {
		rec.blame("not a JSON object", "%s", fault)
		return
	}
	rec.cells = make([]string, len(o.columns))
	for _, k := range sortedKeys(row) {
		i, ok := o.columns[normalise(k)]
		if !ok || row[k] == "" && rec.cells[i] != "" {
			continue
		}
		rec.cells[i] = row[k]
		if nested[k] {
			if rec.nested == nil {
				rec.nested = map[int]bool{}
			}
			rec.nested[i] = true
		}
	}
}

// findKeys returns every key that an object has, sorted by name. Keys that a
// prompt would know by one name are one.
func (in *Input) findKeys() ([]string, error) {
	src, err := in.source()
	if err != nil {
		return nil, err
	}
	o := src.(*objects)
	seen := map[string]string{}
	found := 0
	for {
		raw, _, err := o.value()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", in.name, err)
		}
		row, _, fault := parseObject(raw)
		if fault != "" {
			continue // the first pass over the topics names it
		}
		found++
		for k := range row {
			n := normalise(k)
			if old, ok := seen[n]; (!ok || k < old) && len(seen) < maxCells {
				seen[n] = k
			}
		}
	}
	if found == 0 {
		return nil, &Error{File: in.name, Msg: "no JSON object is in it; one is needed for each topic", hint: `{"topic": "Why do cats purr"} on each line`}
	}
	keys := make([]string, 0, len(seen))
	for _, k := range seen {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys, nil
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// parseObject reads a JSON object, or says what is wrong with it. A list is
// its elements with commas between; nested are the keys of other values that
// have values within. A text is an object with a topic.
func parseObject(raw []byte) (row map[string]string, nested map[string]bool, fault string) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return nil, nil, "not a JSON object: " + jsonFault(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, nil, "there is more than one JSON value on the line"
	}
	var object map[string]any
	switch v := value.(type) {
	case map[string]any:
		object = v
	case string:
		object = map[string]any{"topic": v}
	default:
		return nil, nil, "not a JSON object: it is " + jsonKind(value)
	}
	row = make(map[string]string, len(object))
	for k, v := range object {
		text, plain := jsonText(v)
		if row[k] = text; !plain {
			if nested == nil {
				nested = map[string]bool{}
			}
			nested[k] = true
		}
	}
	return row, nested, ""
}

// jsonText is a value as a cell, and whether it can be one.
func jsonText(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case json.Number, bool:
		return fmt.Sprint(v), true
	case []any:
		parts := make([]string, 0, len(v))
		for _, e := range v {
			if _, list := e.([]any); list {
				return "nested", false
			}
			s, plain := jsonText(e)
			if !plain {
				return "nested", false
			}
			if s != "" {
				parts = append(parts, s)
			}
		}
		return strings.Join(parts, ", "), true
	}
	return "nested", false
}

func jsonKind(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case []any:
		return "a list"
	case bool:
		return "true or false"
	}
	return "a number"
}

// jsonFault explains why a text is not JSON.
func jsonFault(err error) string {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "it ends too early"
	case errors.As(err, &syntax):
		return fmt.Sprintf("the text at byte %d does not belong there (%s)", syntax.Offset, syntax)
	}
	return err.Error()
}
