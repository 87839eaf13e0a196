package report

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/nightpress/nightpress/internal/term"
)

// tables are those that CSV writes: their headers, and their rows.
var tables = map[string]struct {
	header []string
	rows   func(*Report, context.Context, func(...string) error) error
}{
	"jobs":     {jobHeader, (*Report).jobTable},
	"attempts": {attemptHeader, (*Report).attemptTable},
	"ratings":  {ratingHeader, (*Report).ratingTable},
}

// Tables are the names of the tables that CSV writes, the usual one first.
var Tables = []string{"jobs", "attempts", "ratings"}

// CSV writes a table: a header, and a row for each job, attempt, or rating. A text
// that a spreadsheet would take for a formula gets a "'" in front, and a character that
// a terminal obeys is written as \u and four digits; lists are joined with "|".
func (r *Report) CSV(ctx context.Context, w io.Writer, name string) error {
	t, ok := tables[name]
	if !ok {
		return fmt.Errorf("there is no table %q", name)
	}
	out := csv.NewWriter(w)
	if err := out.Write(t.header); err != nil {
		return err
	}
	err := t.rows(r, ctx, func(cells ...string) error {
		for i := range cells {
			cells[i] = noFormula(cells[i])
		}
		return out.Write(cells)
	})
	if err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

func joined(list []string) string { return strings.Join(list, "|") }

func float(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func noFormula(s string) string {
	s = term.Escape(s)
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
