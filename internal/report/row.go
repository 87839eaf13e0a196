package report

import (
	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/record"
)

// row is the JSON and CSV form of a job. Its names are stable.
type row struct {
	Event           string   `json:"event"`
	Topic           string   `json:"topic"`
	Slug            string   `json:"slug"`
	Folder          string   `json:"folder,omitempty"`
	Label           string   `json:"label"`
	Model           string   `json:"model"`
	Digest          string   `json:"digest"`
	Prompt          string   `json:"prompt"`
	ID              string   `json:"id"`
	Status          string   `json:"status"`
	Outcome         string   `json:"outcome"`
	Reason          string   `json:"reason,omitempty"`
	Attempts        int      `json:"attempts"`
	Remedy          string   `json:"remedy,omitempty"`
	Problems        []string `json:"problems"`
	Repairs         []string `json:"repairs"`
	Words           int      `json:"words"`
	Headings        int      `json:"headings"`
	Tags            []string `json:"tags"`
	Tokens          int      `json:"tokens"`
	WastedTokens    int      `json:"wasted_tokens"`
	Seconds         float64  `json:"seconds"`
	FirstToken      float64  `json:"first_token"`
	TokensPerSecond float64  `json:"tokens_per_second"`
	Edited          bool     `json:"edited"`
	NearDuplicateOf string   `json:"near_duplicate_of,omitempty"`
	Path            string   `json:"path,omitempty"`
}

func newRow(t *topic, e *entry) row {
	r := row{
		Event: "job", Topic: t.Text, Slug: t.Slug, Folder: e.source.name, Label: e.Label,
		Model: e.Model, Digest: e.Digest, Prompt: e.Prompt, ID: e.ID,
		Status: e.Status.String(), Outcome: e.outcome.String(), Reason: e.Reason,
		Attempts: len(e.Record.Attempts), Remedy: e.remedy, Problems: codes(e.Record.Attempts), Repairs: repairCodes(e.Repairs),
		Words: e.Words, Tags: []string{}, Tokens: e.tokens, WastedTokens: e.wasted, Seconds: e.seconds,
		NearDuplicateOf: e.repeats, Path: e.Path,
	}
	if n := len(e.Record.Attempts); n > 0 {
		last := &e.Record.Attempts[n-1]
		r.FirstToken, r.TokensPerSecond = e.Record.Attempts[0].FirstToken, last.Generation().PerSecond()
	}
	if e.post != nil {
		r.Headings, r.Edited = e.post.Headings, e.post.Edited
		if e.post.Tags != nil {
			r.Tags = e.post.Tags
		}
	}
	if e.Status == record.Kept {
		r.Edited = true
	}
	return r
}

func repairCodes(all []contract.Repair) []string {
	list := []string{}
	for _, r := range all {
		list = append(list, r.Code.String())
	}
	return list
}
