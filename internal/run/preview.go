package run

import (
	"context"
	"fmt"

	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/plan"
)

// Line is what a run would do with one entry. Its JSON names are promised.
type Line struct {
	Event    string `json:"event"`
	Label    string `json:"label"`
	Model    string `json:"model"`
	Prompt   string `json:"prompt"`
	Jobs     int    `json:"jobs"`
	Done     int    `json:"done"`
	New      int    `json:"new"`
	Missing  int    `json:"missing"`
	Replaced int    `json:"replaced"`
	// Interrupted to Overwritten are further reasons to ask; Restored need no
	// request.
	Interrupted int `json:"interrupted"`
	Redo        int `json:"redo"`
	Retried     int `json:"retried"`
	Overwritten int `json:"overwritten"`
	Restored    int `json:"restored"`
	// Blocked posts cannot be put where they belong.
	Blocked  int     `json:"blocked"`
	Kept     int     `json:"kept"`
	Rejected int     `json:"rejected"`
	SetAside string  `json:"set_aside,omitempty"`
	Tokens   int     `json:"longest_prompt_tokens_estimated"`
	Seconds  float64 `json:"seconds_estimated,omitempty"`
	// Fits is how many posts would be made before --until; null where that is
	// not known or not asked for.
	Fits     *int   `json:"fits_estimated"`
	Warning  string `json:"warning,omitempty"`
	SampleOf int    `json:"sample_of,omitempty"`
	// BadRows are rows of the input that are skipped, SkippedRows the first of
	// them, and Filtered the rows that --where leaves out; the same for each
	// entry.
	BadRows     int      `json:"bad_rows"`
	SkippedRows []string `json:"skipped_rows,omitempty"`
	Filtered    int      `json:"filtered_rows,omitempty"`
	// Gaps say what the contract wants and the prompt's template never mentions.
	Gaps []string `json:"gaps,omitempty"`
}

// Preview says for each entry what a run would do. Until, where set, is when it
// would have to be over. Count comes before.
func (p *Prepared) Preview(ctx context.Context) ([]Line, error) {
	var lines []Line
	for i, e := range p.Plan.Entries {
		l, err := p.lineOf(ctx, e, i)
		if err != nil {
			return nil, err
		}
		lines = append(lines, l)
	}
	if !p.req.Until.IsZero() {
		p.fit(lines, p.inMemory(ctx), p.req.Until.Sub(p.req.Now()))
	}
	return lines, nil
}

// bytesPerToken is a low guess for English and European text; other scripts
// have fewer bytes in a token, so the estimate is on the safe side for them
// only by the room that num_predict leaves.
const bytesPerToken = 3

func (p *Prepared) lineOf(ctx context.Context, e *plan.Entry, i int) (Line, error) {
	l := Line{Event: "plan", Label: e.Label, Model: e.Name, Prompt: e.Prompt.Name, SampleOf: p.SampleOf,
		BadRows: p.Report.BadRows, SkippedRows: skippedRows(p.Report), Filtered: p.Report.Filtered, Gaps: e.Prompt.Gaps()}
	t := p.Tallies[i]
	l.Jobs, l.Done, l.New, l.Missing, l.Replaced, l.Kept, l.Rejected =
		t.All(), t[plan.Done], t[plan.New], t[plan.Missing], t[plan.Replaced], t[plan.Kept], t[plan.Rejected]
	l.Interrupted, l.Redo, l.Retried, l.Overwritten, l.Restored =
		t[plan.Interrupted], t[plan.Redo], t[plan.Retried], t[plan.Overwritten], t[plan.Restored]
	l.Blocked = t[plan.Blocked]
	if e.Unusable != nil {
		l.SetAside = hint.Text(e.Unusable)
		return l, nil
	}
	l.Tokens = p.longest[i] / bytesPerToken
	if l.Tokens+e.NumPredict > e.NumCtx {
		l.Warning = fmt.Sprintf("the longest prompt (about %d tokens) and num_predict %d may not fit in num_ctx %d", l.Tokens, e.NumPredict, e.NumCtx)
	}
	speed, err := p.Plan.Posts.Ledger.Speed(ctx, e.Label)
	l.Seconds = speed.SecondsPerJob * float64(t.Asks()) / float64(max(1, p.req.Settings.Defaults.Workers))
	return l, err
}
