package topics

import (
	"fmt"
	"strings"
)

// condition is one --where.
type condition struct {
	name, value string
	not         bool
	column      int
}

// conditions reads "column=value" and "column!=value".
func conditions(texts []string) (all []condition, err error) {
	for _, t := range texts {
		name, value, ok := strings.Cut(t, "=")
		c := condition{name: strings.TrimSpace(name), value: visible(value)}
		if strings.HasSuffix(c.name, "!") {
			c.name, c.not = strings.TrimSpace(strings.TrimSuffix(c.name, "!")), true
		}
		if !ok || c.name == "" {
			return nil, &Error{File: "--where " + t, Msg: "is not column=value", hint: "--where status=pending, --where status!=done, or --where status= for a blank cell"}
		}
		all = append(all, c)
	}
	return all, nil
}

// selected reports whether a row meets every --where. Several values of one
// column are alternatives; case and blanks at the ends do not count.
func (in *Input) selected(rec record) bool {
	if len(in.where) == 0 {
		return true
	}
	met := map[int]bool{}
	for _, c := range in.where {
		var cell string
		if c.column < len(rec.cells) {
			cell = visible(rec.cells[c.column])
		}
		equal := strings.EqualFold(cell, c.value)
		switch {
		case c.not && equal:
			return false
		case !c.not:
			met[c.column] = met[c.column] || equal
		}
	}
	for _, ok := range met {
		if !ok {
			return false
		}
	}
	return true
}

// bindWhere finds the columns of the conditions.
func (in *Input) bindWhere() (errs []error) {
	for i, c := range in.where {
		at, err := in.find(c.name)
		if err != nil {
			errs = append(errs, fmt.Errorf("--where %s: %w", c.name, err))
			continue
		}
		in.where[i].column = at
	}
	return errs
}
