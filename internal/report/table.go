package report

import (
	"context"
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"github.com/nightpress/nightpress/internal/term"
)

var csvHeader = []string{
	"topic", "slug", "folder", "label", "model", "digest", "prompt", "id", "status", "outcome", "reason", "attempts", "remedy",
	"problems", "repairs", "words", "headings", "tags", "tokens", "wasted_tokens", "seconds", "first_token",
	"tokens_per_second", "edited", "near_duplicate_of", "path",
}

// CSV writes a header and a row for each job. A text that a spreadsheet would
// take for a formula gets a "'" in front, and a character that a terminal obeys
// is written as \u and four digits; lists are joined with "|".
func (r *Report) CSV(ctx context.Context, w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write(csvHeader); err != nil {
		return err
	}
	_, err := r.walk(ctx, false, func(t *topic) error {
		for _, e := range t.Entries {
			if err := out.Write(csvRow(newRow(t, e))); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

func csvRow(r row) []string {
	list := func(l []string) string { return noFormula(strings.Join(l, "|")) }
	float := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
	return []string{
		noFormula(r.Topic), noFormula(r.Slug), noFormula(r.Folder), noFormula(r.Label), noFormula(r.Model), r.Digest,
		noFormula(r.Prompt), r.ID, r.Status, r.Outcome, noFormula(r.Reason), strconv.Itoa(r.Attempts), r.Remedy,
		list(r.Problems), list(r.Repairs), strconv.Itoa(r.Words), strconv.Itoa(r.Headings), list(r.Tags),
		strconv.Itoa(r.Tokens), strconv.Itoa(r.WastedTokens), float(r.Seconds), float(r.FirstToken),
		float(r.TokensPerSecond), strconv.FormatBool(r.Edited), noFormula(r.NearDuplicateOf), noFormula(r.Path),
	}
}

func noFormula(s string) string {
	s = term.Escape(s)
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
