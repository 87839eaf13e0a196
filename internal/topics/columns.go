package topics

import (
	"fmt"
	"strings"
	"unicode"
)

// normalise makes a column's name one that a template can use: "Target
// Audience" is "target_audience".
func normalise(name string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.TrimSpace(name) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if gap && b.Len() > 0 {
				b.WriteByte('_')
			}
			gap = false
			b.WriteRune(unicode.ToLower(r))
		default:
			gap = true
		}
	}
	s := b.String()
	if s != "" && unicode.IsDigit(rune(s[0])) {
		return "_" + s
	}
	return s
}

// setColumns takes the header's names and finds the topic column.
func (in *Input) setColumns(raw []string, line int) error {
	by := map[string]string{}
	for i, r := range raw {
		n := normalise(r)
		if n == "" {
			return &Error{File: in.name, Line: line, Msg: fmt.Sprintf("column %d has no name", i+1)}
		}
		if other, taken := by[n]; taken {
			return &Error{File: in.name, Line: line, Msg: fmt.Sprintf("columns %q and %q are both .%s in a prompt", other, r, n), hint: "rename one of them"}
		}
		by[n] = r
		in.columns = append(in.columns, n)
	}
	return in.findTopic(raw, by, line)
}

func (in *Input) findTopic(raw []string, by map[string]string, line int) error {
	if want := in.opts.TopicColumn; want != "" {
		if in.topic = normalise(want); by[in.topic] == "" {
			return &Error{File: in.name, Line: line, Msg: fmt.Sprintf("there is no column %q; the columns are %s", want, quoted(raw)), hint: "--topic-column " + quote(raw[0])}
		}
		if in.topic != "topic" && by["topic"] != "" {
			return &Error{File: in.name, Line: line, Msg: fmt.Sprintf("--topic-column names %q, and there is a column %q too", want, by["topic"]), hint: "rename the column " + quote(by["topic"])}
		}
		return nil
	}
	switch {
	case by["topic"] != "":
		in.topic = "topic"
	case len(raw) == 1:
		in.topic = in.columns[0]
	default:
		return &Error{File: in.name, Line: line, Msg: "there is no column \"topic\"; the columns are " + quoted(raw), hint: "--topic-column " + quote(raw[0])}
	}
	return nil
}

func quote(s string) string { return `"` + s + `"` }

func quoted(names []string) string {
	q := make([]string, len(names))
	for i, n := range names {
		q[i] = quote(n)
	}
	return strings.Join(q, ", ")
}
