package contract

import (
	"slices"
	"strings"
)

// Only returns the contract of an answer that has only these fields. Its reader is
// Complete as soon as it has read all of them, and ignores what follows. A post of
// it has an empty body.
func (c *Contract) Only(keys []string) *Contract {
	only := &Contract{End: c.End, Echo: c.Echo, fieldsOnly: true}
	for _, f := range c.Fields {
		if slices.Contains(keys, f.Key) {
			only.Fields = append(only.Fields, f)
		}
	}
	return only
}

// Compose writes a reply in the form that the contract requires: fields in its
// order, an empty line, the body, the marker. If fields and body come from a
// verdict, reading it needs no repair.
func (c *Contract) Compose(fields []Value, body string) string {
	var b strings.Builder
	for _, f := range c.Fields {
		for _, v := range fields {
			if v.Key == f.Key {
				b.WriteString(f.Label + ": " + v.line() + "\n")
				break
			}
		}
	}
	if b.Len() == 0 && len(c.Fields) > 0 {
		// A reply without a header is malformed, even if each field is optional.
		b.WriteString(c.Fields[0].Label + ":\n")
	}
	if !c.fieldsOnly {
		b.WriteString("\n" + body + "\n")
	}
	if len(c.End) > 0 {
		b.WriteString("\n" + c.End[0] + "\n")
	}
	return b.String()
}

// line is a field's value in a header line.
func (v Value) line() string {
	if v.List != nil {
		return strings.Join(v.List, ", ")
	}
	return v.Text
}
