package topics

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/nightpress/nightpress/internal/near"
)

// column is a column of the file.
type column struct {
	raw string // as the header has it
	// name is the name in a prompt, "" for a column without a letter or digit.
	name string
	// twin is the first column of the same name, -1 for none.
	twin int
}

// alias is a further name of a column.
type alias struct {
	name   string
	column int
}

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
		case unicode.Is(unicode.Cf, r):
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

// setColumns takes the header's names. Columns that nobody can name, and
// those that share a name, are faults only when they are used.
func (in *Input) setColumns(raw []string) {
	first := map[string]int{}
	for i, r := range raw {
		c := column{raw: strings.TrimSpace(r), name: normalise(r), twin: -1}
		if at, taken := first[c.name]; taken && c.name != "" {
			c.twin = at
		} else {
			first[c.name] = i
		}
		in.columns = append(in.columns, c)
	}
	in.order = make([]int, 0, len(raw))
	for i, c := range in.columns {
		if c.twin < 0 && c.name != "" {
			in.order = append(in.order, i)
		}
	}
	slices.SortFunc(in.order, func(a, b int) int { return strings.Compare(in.columns[a].name, in.columns[b].name) })
	if at, ok := first["slug"]; ok {
		in.slug = at
	}
}

// find returns the column of a name or a number. Its error says what is wrong
// with it.
func (in *Input) find(want string) (int, error) {
	name := normalise(want)
	at := -1
	for i, c := range in.columns {
		switch {
		case name == "" || c.name != name:
		case at < 0:
			at = i
		default:
			return 0, hinted{fmt.Errorf("columns %d and %d are both %q", at+1, i+1, name), fmt.Sprintf("give the column by its number, %d or %d", at+1, i+1)}
		}
	}
	if n, err := strconv.Atoi(strings.TrimSpace(want)); at < 0 && err == nil && n >= 1 && n <= len(in.columns) && in.form != formLines && in.form != formStream && in.form != formArray {
		return n - 1, nil
	}
	if at < 0 {
		hint := near.DidYouMean(want, in.names())
		return 0, hinted{fmt.Errorf("there is no column %q; the columns are %s", want, quoted(in.names())), hint}
	}
	return at, nil
}

type hinted struct {
	error
	hint string
}

func (h hinted) Unwrap() error { return h.error }
func (h hinted) Hint() string  { return h.hint }

// names are the columns as the header has them.
func (in *Input) names() []string {
	var all []string
	for i, c := range in.columns {
		if c.raw == "" {
			c.raw = fmt.Sprint(i + 1)
		}
		all = append(all, c.raw)
	}
	return all
}

// findTopic finds the topic column of a file that has a header in line at.
func (in *Input) findTopic(at int) error {
	if want := in.opts.TopicColumn; want != "" {
		i, err := in.find(want)
		if err != nil {
			e := &Error{File: in.name, Line: at, Msg: err.Error(), hint: in.topicHint()}
			if twin, ok := errors.AsType[hinted](err); ok && strings.HasPrefix(twin.hint, "give") {
				e.hint = twin.hint
			}
			return e
		}
		in.topic = i
		if j, err := in.find("topic"); err == nil && j != i && normalise(want) != "topic" {
			return &Error{File: in.name, Line: at, Msg: fmt.Sprintf("--topic-column names %q, and there is a column %q too", want, in.columns[j].raw), hint: "rename the column " + quote(in.columns[j].raw)}
		}
		return nil
	}
	i, err := in.find("topic")
	twin, hasHint := errors.AsType[hinted](err)
	switch {
	case err == nil:
		in.topic = i
	case hasHint && strings.HasPrefix(twin.hint, "give"):
		return &Error{File: in.name, Line: at, Msg: err.Error(), hint: "--topic-column and the number of the column"}
	case len(in.named()) == 1:
		in.topic = in.named()[0]
	default:
		return &Error{File: in.name, Line: at, Msg: "there is no column \"topic\"; the columns are " + quoted(in.names()), hint: in.topicHint()}
	}
	return nil
}

// named are the columns that have a name.
func (in *Input) named() (all []int) {
	for i, c := range in.columns {
		if c.name != "" {
			all = append(all, i)
		}
	}
	return all
}

// Columns are the names of the columns for a prompt, in the file's order, with
// those that --column and Use gave; the topic column is also called "topic".
func (in *Input) Columns() []string {
	var cols []string
	add := func(name string) {
		if name != "" && !slices.Contains(cols, name) {
			cols = append(cols, name)
		}
	}
	for _, c := range in.columns {
		add(c.name)
	}
	for _, a := range in.aliases {
		add(a.name)
	}
	add("topic")
	return cols
}

// Use sets which columns the prompts use, and which of them may not be blank. Call it
// before Check. The topic column replaces a missing required column that names what
// posts are about ("product", "title"). The error names every fault of the columns
// that are used.
func (in *Input) Use(columns, required []string) error {
	var errs []error
	in.keep, in.required, in.repeats, in.used = []int{}, nil, nil, nil
	use := func(name string) {
		at, err := in.column(name)
		switch {
		case err != nil && at == -2:
			errs = append(errs, fmt.Errorf("the prompt uses {{.%s}}: %w", name, err))
		case err == nil && !slices.Contains(in.keep, at):
			in.keep = append(in.keep, at)
		}
	}
	for _, r := range required {
		name := normalise(r)
		if at, err := in.column(name); err != nil && at == -1 && isTopicName(name) {
			in.aliases = append(in.aliases, alias{name, in.topic})
			in.assume("took the topic column for the required column %q", r)
		}
		use(name)
		if at, err := in.column(name); err == nil {
			in.required = append(in.required, alias{r, at})
		}
	}
	for _, c := range columns {
		use(c)
	}
	if err := errors.Join(errs...); err != nil {
		return &Error{File: in.name, Msg: joined(errs), hint: firstHint(errs)}
	}
	return nil
}

// Unused are the columns that no prompt, flag, or setting uses, in the file's order.
// wanted are the columns that the prompts use. If the file lacks one of them and an
// unused column has a similar name, the result asks whether that one was meant.
func (in *Input) Unused(wanted []string) (all []string) {
	used := append(in.usedColumns(), in.topic)
	for _, a := range in.aliases {
		used = append(used, a.column)
	}
	var lacking []string
	for _, name := range wanted {
		if _, err := in.column(normalise(name)); err != nil {
			lacking = append(lacking, name)
		}
	}
	for i, c := range in.columns {
		if c.raw == "" || slices.Contains(used, i) {
			continue
		}
		name := quote(c.raw)
		for _, l := range lacking {
			if near.Misspelt(c.name, normalise(l)) {
				name += " (did you mean " + l + "?)"
				break
			}
		}
		all = append(all, name)
	}
	return all
}

// column finds the column of a prompt's name. With an error, -1 is a name that
// no column has and -2 one that several have.
func (in *Input) column(name string) (int, error) {
	if name == "topic" {
		return in.topic, nil
	}
	for _, a := range in.aliases {
		if a.name == name {
			return a.column, nil
		}
	}
	for _, c := range in.columns {
		if c.name != name || name == "" {
			continue
		}
		if at, err := in.find(name); err == nil {
			return at, nil
		} else {
			return -2, err
		}
	}
	return -1, fmt.Errorf("there is no column %q", name)
}

// bindColumns takes the names that --column gives.
func (in *Input) bindColumns() (errs []error) {
	for _, t := range in.opts.Columns {
		name, want, ok := strings.Cut(t, "=")
		if name = normalise(name); !ok || name == "" || strings.TrimSpace(want) == "" {
			errs = append(errs, hinted{fmt.Errorf("--column %s is not name=column", t), "--column product=Title gives the column Title to {{.product}}"})
			continue
		}
		at, err := in.find(want)
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("--column %s: %w", t, err))
		case name == "topic":
			in.topic = at
		default:
			in.aliases = append(in.aliases, alias{name, at})
		}
	}
	return errs
}

func joined(errs []error) string {
	all := make([]string, len(errs))
	for i, e := range errs {
		all[i] = e.Error()
	}
	return strings.Join(all, "; ")
}

func firstHint(errs []error) string {
	for _, e := range errs {
		if h, ok := errors.AsType[hinted](e); ok && h.hint != "" {
			return h.hint
		}
	}
	return ""
}

func quote(s string) string { return `"` + s + `"` }

// mostNames is how many columns a message lists.
const mostNames = 30

func quoted(names []string) string {
	q := make([]string, 0, len(names))
	for i, n := range names {
		if i == mostNames {
			return strings.Join(q, ", ") + fmt.Sprintf(" and %d more", len(names)-mostNames)
		}
		if r := []rune(n); len(r) > 60 {
			n = string(r[:57]) + "..."
		}
		q = append(q, quote(n))
	}
	return strings.Join(q, ", ")
}
