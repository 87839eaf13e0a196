package topics

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"
)

// jsonColumns finds the columns of JSON lines: every key that a line has.
func (in *Input) jsonColumns() error {
	lr, err := in.lines()
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for {
		text, _, err := lr.nonBlank()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", in.name, err)
		}
		row, fault := parseObject(text)
		if fault != "" {
			continue // the first pass over the topics names it
		}
		for k := range row {
			seen[k] = true
		}
	}
	raw := make([]string, 0, len(seen))
	for k := range seen {
		raw = append(raw, k)
	}
	sort.Strings(raw)
	if len(raw) == 0 {
		return &Error{File: in.name, Msg: "no line is a JSON object"}
	}
	return in.setColumns(raw, 1)
}

// object reads the next line as one row.
func (in *Input) object(lr *lineReader) ([]string, int, error) {
	text, at, err := lr.nonBlank()
	if err != nil {
		return nil, at, err
	}
	row, fault := parseObject(text)
	if fault != "" {
		return nil, at, &BadRow{in.name, at, fault}
	}
	by := make(map[string]string, len(row))
	for k, v := range row {
		by[normalise(k)] = v
	}
	values := make([]string, len(in.columns))
	for i, c := range in.columns {
		values[i] = by[c]
	}
	return values, at, nil
}

// parseObject reads a flat JSON object, or says what is wrong with the line.
func parseObject(text string) (map[string]string, string) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var object map[string]any
	if err := d.Decode(&object); err != nil {
		return nil, "not a JSON object: " + err.Error()
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, "more than one JSON value on the line"
	}
	row := make(map[string]string, len(object))
	for k, v := range object {
		switch v := v.(type) {
		case nil:
			row[k] = ""
		case string:
			row[k] = v
		case json.Number, bool:
			row[k] = fmt.Sprint(v)
		default:
			return nil, fmt.Sprintf("the value of %q is not a text, number or bool", k)
		}
	}
	return row, ""
}
