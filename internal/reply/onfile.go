package reply

import (
	"fmt"
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
)

// Written is a field of a post in a file: its values, and the line of the file
// that has them. A text has one value.
type Written struct {
	Key    string
	Values []string
	Line   int
}

// Judge checks a post in a file: the fields of its front matter, and its body, which
// begins at a line of the file. Lines in the verdict are those of the file. The
// checks are those of a Reader. Nothing repairs a file, so a bold line is no heading,
// and a value must be on its closed list word for word. Repairs are what a Reader
// would have changed in a reply.
func Judge(c *contract.Contract, fields []Written, body string, line int) contract.Verdict {
	r := NewReader(asWritten(c))
	r.onFile, r.state, r.raw = true, inBody, line
	for _, w := range fields {
		for i := range r.c.Fields {
			if f := &r.c.Fields[i]; f.Key == w.Key && (len(w.Values) > 0 || !f.Optional) {
				r.fields[i] = found{text: strings.Join(w.Values, ", "), items: w.Values, line: w.Line}
			}
		}
	}
	r.Feed(body)
	marker := 0
	if r.closed {
		marker = r.raw
	}
	v := r.Close(Ended)
	if marker > 0 {
		v.Post, v.Problems = nil, append(v.Problems, contract.Problem{
			Code: contract.ProblemForbiddenPhrase, Line: marker, Message: "the post holds an end marker", Ask: "leave that out",
		})
	}
	return v
}

// asWritten is a contract whose closed lists take their values word for word.
func asWritten(c *contract.Contract) *contract.Contract {
	own := *c
	own.Fields = append([]contract.Field(nil), c.Fields...)
	for i := range own.Fields {
		if len(own.Fields[i].OneOf) > 0 {
			own.Fields[i].Unknown = contract.Reject
		}
	}
	return &own
}

// named is a field as a message names it.
func (r *Reader) named(f *contract.Field) string {
	if r.onFile {
		return fmt.Sprintf("the field %q", f.Key)
	}
	return fmt.Sprintf("the line %s:", f.Label)
}
