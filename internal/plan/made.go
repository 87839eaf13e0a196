package plan

import (
	"encoding/json"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/record"
)

// made is what a candidate's job is made with.
func (w *Plan) made(e *Entry, c *Candidate) *record.Made {
	e.setupOnce.Do(func() { e.setup = w.setupOf(e) })
	return &record.Made{Setup: e.setup, Sent: batch.Sent(c.Messages, e.Prompt.Later(c.Topic.Row)), Columns: jsonOf(c.Topic.Row)}
}

// setupOf is the text of what the entry's jobs have in common.
func (w *Plan) setupOf(e *Entry) string {
	before, after := e.identity(w.Seed).Around()
	model := e.Details
	model.Name, model.Key, model.Identity, model.Manifest = e.Name, e.Digest, e.Identity, e.Manifest
	options := e.Effective()
	options["num_ctx"], options["num_predict"] = e.NumCtx, e.NumPredict
	if e.ThinkBudget != 0 {
		options["think_budget"] = e.ThinkBudget
	}
	mode := e.Mode
	if mode == "" {
		mode = "text"
	}
	return jsonOf(record.Setup{
		Before: before, After: after, Nightpress: w.Version, Model: model, Options: options, Think: e.Think, Mode: mode, Seed: w.Seed,
		Prompt: e.Prompt.Name, Template: e.Prompt.Text(), Servers: w.Servers,
	})
}

// jsonOf encodes values that always have a JSON form: options come from a checked
// configuration.
func jsonOf(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(text)
}
