package topics

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// objects reads JSON objects as rows: one a line, one after another over several
// lines, or the elements of an array.
type objects struct {
	*text
	array     bool
	inside    bool // the array is inside an object, which goes on after it
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
	all := objectKeys{seen: map[string]string{}}
	for {
		raw, _, err := o.value()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", in.name, err)
		}
		all.add(raw)
	}
	if all.objects == 0 {
		msg := "no JSON object is in it; one is needed for each topic"
		if all.fault != "" {
			msg += "; the first value: " + all.fault
		}
		return nil, &Error{File: in.name, Msg: msg, hint: `{"topic": "Why do cats purr"} on each line`}
	}
	return slices.Sorted(maps.Values(all.seen)), nil
}

// objectKeys collects the keys of JSON objects.
type objectKeys struct {
	// seen has the first key in alphabetical order by its name in prompts.
	seen    map[string]string
	objects int
	// fault says what is wrong with the first value that is not an object.
	fault string
}

// add adds the keys of one value. The first pass over the topics names a value that
// is not an object.
func (all *objectKeys) add(raw []byte) {
	row, _, fault := parseObject(raw)
	if fault != "" {
		if all.fault == "" {
			all.fault = fault
		}
		return
	}
	all.objects++
	for k := range row {
		n := normalise(k)
		if old, ok := all.seen[n]; (!ok || k < old) && len(all.seen) < maxCells {
			all.seen[n] = k
		}
	}
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

// tooDeep reports whether a text is nested deeper than the standard library reads
// (encoding/json, maxNestingDepth).
func tooDeep(err error) bool {
	return err != nil && strings.Contains(err.Error(), "exceeded max depth")
}

// jsonFault explains why a text is not JSON.
func jsonFault(err error) string {
	syntax, malformed := errors.AsType[*json.SyntaxError](err)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "it ends too early"
	case tooDeep(err):
		return "its values are nested more than 10,000 deep"
	case malformed:
		return fmt.Sprintf("the character at byte %d does not belong there", syntax.Offset)
	}
	return err.Error()
}
