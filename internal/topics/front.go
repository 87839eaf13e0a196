package topics

import (
	"errors"
	"fmt"
	"strings"
)

// Front is a cell that a post's front matter has.
type Front struct {
	// Key is the key there.
	Key string
	// Value is the cell; of a date, the date as YAML has it.
	Value string
	Date  bool
}

// frontColumn is a column that goes into the front matter.
type frontColumn struct {
	key    string
	column int
	date   bool
	// order is that of day and month, once the first pass is over. The lines
	// are those of the first row that shows each order, and of the first that
	// leaves it open; 0 is none.
	order                           order
	dayLine, monthLine, openLine    int
	dayValue, monthValue, openValue string
}

// UseFront sets which columns go into the front matter of posts, by their keys
// there, and which of them hold dates. Call it after Use and before Check. A
// key is a column's name, or one that --column gives.
func (in *Input) UseFront(keys []string, date func(key string) bool) error {
	in.front = nil
	var errs []error
	for _, key := range keys {
		at, err := in.column(normalise(key))
		if err != nil {
			errs = append(errs, fmt.Errorf("front_matter has %q: %w", key, err))
			continue
		}
		in.front = append(in.front, frontColumn{key: key, column: at, date: date(key)})
	}
	if len(errs) == 0 {
		return nil
	}
	hint := firstHint(errs)
	if hint == "" {
		key := keys[0]
		for _, k := range keys {
			if _, err := in.column(normalise(k)); err != nil {
				key = k
				break
			}
		}
		_, err := in.find(key)
		if h, ok := errors.AsType[hinted](err); ok && h.hint != "" {
			hint = h.hint + "; "
		}
		hint += "--column " + key + "=NAME takes the column NAME for it, or leave it out of front_matter in models.toml"
	}
	return &Error{File: in.name, Msg: joined(errs) + "; the columns are " + quoted(in.names()), hint: hint}
}

// frontOf returns what a row gives to the front matter; a blank cell gives
// nothing. It notes what the row shows of the order of day and month.
func (in *Input) frontOf(rec record) (all []Front, kind, fault string) {
	for i := range in.front {
		c := &in.front[i]
		f := Front{c.key, rec.value(c.column), c.date}
		if visible(f.Value) == "" {
			continue
		}
		if c.date {
			date, shows, open, ok := parseDate(f.Value, c.order)
			if !ok {
				name := in.columns[c.column].raw
				return nil, fmt.Sprintf("column %q is no date", name),
					fmt.Sprintf("column %q is %q, which is no date; write it as 2026-03-04 or 2026-03-04 18:30", name, short(f.Value))
			}
			c.note(rec, f.Value, shows, open)
			f.Value = date
		}
		all = append(all, f)
	}
	return all, "", ""
}

// note keeps the first row that shows an order.
func (c *frontColumn) note(rec record, value string, shows order, open bool) {
	line := rec.line
	switch {
	case shows == dayFirst && c.dayLine == 0:
		c.dayLine, c.dayValue = line, value
	case shows == monthFirst && c.monthLine == 0:
		c.monthLine, c.monthValue = line, value
	case open && c.openLine == 0:
		c.openLine, c.openValue = line, value
	}
}

// settleDates decides how dates such as 3/4/2026 are read: as the others of
// their column are. It is an error where nothing shows that.
func (in *Input) settleDates() error {
	for i := range in.front {
		c := &in.front[i]
		name := in.columns[c.column].raw
		hint := "write dates as 2026-03-04"
		switch {
		case c.dayLine > 0 && c.monthLine > 0:
			return &Error{
				File: in.name, Line: max(c.dayLine, c.monthLine), hint: hint,
				Msg: fmt.Sprintf("the column %q has dates with the day first (%s in line %d) and with the month first (%s in line %d)", name, short(c.dayValue), c.dayLine, short(c.monthValue), c.monthLine),
			}
		case c.dayLine > 0:
			c.order = dayFirst
		case c.monthLine > 0:
			c.order = monthFirst
		case c.openLine > 0:
			return &Error{
				File: in.name, Line: c.openLine, hint: hint,
				Msg: fmt.Sprintf("the column %q: %s has the day or the month first, and no row shows which", name, short(c.openValue)),
			}
		}
		if c.openLine > 0 {
			in.assume("took the dates of the column %q with the %s first, as in line %d", name, map[order]string{dayFirst: "day", monthFirst: "month"}[c.order], max(c.dayLine, c.monthLine))
		}
	}
	return nil
}

// short is a cell for a message.
func short(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 40 {
		return string(r[:37]) + "..."
	}
	return s
}
