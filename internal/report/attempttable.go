package report

import (
	"context"
	"strconv"
	"time"

	"github.com/nightpress/nightpress/internal/record"
)

var attemptHeader = []string{
	"topic", "slug", "folder", "label", "id", "n", "step", "remedy", "outcome", "problems", "repairs", "error", "server", "seed", "started",
	"seconds", "first_token", "load_seconds", "tokens", "prompt_tokens", "tokens_per_second", "aborted",
}

// attemptTable has a row for each attempt.
func (r *Report) attemptTable(ctx context.Context, row func(...string) error) error {
	_, err := r.walk(ctx, false, func(t *topic) error {
		for _, e := range t.Entries {
			for i := range e.Record.Attempts {
				if err := row(attemptCells(t, e, newAttemptRow(&e.Record.Attempts[i]))...); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return err
}

// attemptRow is the CSV and JSON form of an attempt. Its names are stable.
type attemptRow struct {
	N               int      `json:"n"`
	Step            string   `json:"step,omitempty"`
	Remedy          string   `json:"remedy"`
	Outcome         string   `json:"outcome"`
	Problems        []string `json:"problems"`
	Repairs         []string `json:"repairs"`
	Error           string   `json:"error,omitempty"`
	Server          string   `json:"server,omitempty"`
	Seed            int64    `json:"seed"`
	Started         string   `json:"started"`
	Seconds         float64  `json:"seconds"`
	FirstToken      float64  `json:"first_token"`
	LoadSeconds     float64  `json:"load_seconds"`
	Tokens          int      `json:"tokens"`
	PromptTokens    int      `json:"prompt_tokens"`
	TokensPerSecond float64  `json:"tokens_per_second"`
	Aborted         string   `json:"aborted,omitempty"`
	// Reply is the raw reply, "" if the ledger does not have it.
	Reply string `json:"reply,omitempty"`
}

func newAttemptRow(a *record.Attempt) attemptRow {
	row := attemptRow{
		N: a.N, Remedy: a.Remedy.String(), Outcome: attemptOutcome(a), Problems: codes([]record.Attempt{*a}), Repairs: repairCodes(a.Repairs), Error: a.Error,
		Server: a.Server, Seed: a.Seed, Started: a.Started.UTC().Format(time.RFC3339), Seconds: a.Seconds, FirstToken: a.FirstToken,
		LoadSeconds: a.LoadSeconds, Tokens: a.EvalCount, PromptTokens: a.PromptEvalCount, TokensPerSecond: digits(a.Generation().PerSecond()), Aborted: a.Aborted,
	}
	if a.Step != nil {
		row.Step = a.Step.String()
	}
	return row
}

// attemptOutcome is "accepted", "malformed", or "failed".
func attemptOutcome(a *record.Attempt) string {
	switch {
	case len(a.Problems) > 0:
		return "malformed"
	case a.Error != "":
		return "failed"
	}
	return "accepted"
}

func attemptCells(t *topic, e *entry, a attemptRow) []string {
	return []string{
		t.Text, t.Slug, e.source.name, e.Label, e.ID, strconv.Itoa(a.N), a.Step, a.Remedy, a.Outcome, joined(a.Problems), joined(a.Repairs), a.Error, a.Server,
		strconv.FormatInt(a.Seed, 10), a.Started, float(a.Seconds), float(a.FirstToken), float(a.LoadSeconds), strconv.Itoa(a.Tokens), strconv.Itoa(a.PromptTokens),
		float(a.TokensPerSecond), a.Aborted,
	}
}
