package report

import (
	"context"
	"strconv"
)

var jobHeader = []string{
	"topic", "slug", "folder", "label", "model", "digest", "prompt", "id", "status", "outcome", "reason", "attempts", "remedy",
	"problems", "repairs", "words", "headings", "tags", "tokens", "wasted_tokens", "seconds", "first_token",
	"tokens_per_second", "edited", "near_duplicate_of", "path",
}

// jobTable has a row for each job.
func (r *Report) jobTable(ctx context.Context, row func(...string) error) error {
	_, err := r.walk(ctx, false, func(t *topic) error {
		for _, e := range t.Entries {
			if err := row(jobCells(newRow(t, e))...); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

func jobCells(r row) []string {
	return []string{
		r.Topic, r.Slug, r.Folder, r.Label, r.Model, r.Digest, r.Prompt, r.ID, r.Status, r.Outcome, r.Reason, strconv.Itoa(r.Attempts), r.Remedy,
		joined(r.Problems), joined(r.Repairs), strconv.Itoa(r.Words), strconv.Itoa(r.Headings), joined(r.Tags),
		strconv.Itoa(r.Tokens), strconv.Itoa(r.WastedTokens), float(r.Seconds), float(r.FirstToken),
		float(r.TokensPerSecond), strconv.FormatBool(r.Edited), r.NearDuplicateOf, r.Path,
	}
}
