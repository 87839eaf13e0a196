package run

import (
	"context"
	"fmt"
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/plan"
	"github.com/nightpress/nightpress/internal/preflight"
	"github.com/nightpress/nightpress/internal/term"
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
	Blocked int `json:"blocked"`
	Kept    int `json:"kept"`
	// KeptDone posts were made otherwise and are left as they are (--keep-done).
	KeptDone int `json:"kept_done"`
	// Because says why posts are replaced. Asks is set where run needs --replace
	// or an answer first.
	Because  []plan.Replacement `json:"replaced_because,omitempty"`
	Asks     bool               `json:"replace_needed,omitempty"`
	Rejected int                `json:"rejected"`
	SetAside string             `json:"set_aside,omitempty"`
	// Waits are the servers that are away and may have the model; no other has it.
	Waits   []string `json:"waits_for,omitempty"`
	Tokens  int      `json:"longest_prompt_tokens_estimated"`
	Seconds float64  `json:"seconds_estimated,omitempty"`
	// Fits is how many posts would be made before --until; null where that is
	// not known or not asked for.
	Fits     *int   `json:"fits_estimated"`
	Warning  string `json:"warning,omitempty"`
	SampleOf int    `json:"sample_of,omitempty"`
	// Only says which part of the jobs --only chose, over all entries.
	Only string `json:"only,omitempty"`
	// BadRows are rows of the input that are skipped, SkippedRows the first of
	// them, and Filtered the rows that --where leaves out; the same for each
	// entry.
	BadRows     int      `json:"bad_rows"`
	SkippedRows []string `json:"skipped_rows,omitempty"`
	Filtered    int      `json:"filtered_rows,omitempty"`
	// UnusedColumns are the columns of the topics file that nothing uses, the same
	// for each entry.
	UnusedColumns []string `json:"unused_columns,omitempty"`
	// Gaps say what the contract wants and the prompt's template never mentions,
	// and which of its settings does not go with models.toml.
	Gaps []string `json:"gaps,omitempty"`
	// Contradictions are where prompt and contract want different things, the most
	// frequent first.
	Contradictions []Contradiction `json:"contradictions,omitempty"`
}

// Preview prints what a run would do, and generates and writes nothing. jobs also
// names each post that would be made.
func Preview(ctx context.Context, req Request, jobs bool) (err error) {
	req.LookOnly = true
	p, err := Prepare(ctx, req)
	if err != nil {
		return err
	}
	defer func() { err = p.Close(context.WithoutCancel(ctx), err) }()
	v := &preview{entries: p.Plan.Entries, until: req.UntilText, run: req.Again, origins: req.Settings.Origins()}
	contradictions := contradictions{}
	err = p.Count(ctx, func(e *plan.Entry, c *plan.Candidate) error {
		if c.Disposition.Asks() {
			contradictions.add(e, c)
		}
		if v.firstOf == "" && e.Unusable == nil {
			msgs, err := e.Prompt.Render(c.Topic.Row)
			if err != nil {
				return err
			}
			v.firstOf, v.first = e.Label, strings.Trim(msgs.System+"\n"+msgs.User, "\n")
		}
		if !jobs || !c.Disposition.Asks() && c.Disposition != plan.Restored {
			return nil
		}
		return req.Printer.Print(plannedJob{"plan-job", c.ID, c.Topic.Text, e.Label, c.Slug, p.Plan.Posts.Folder.PostPath(e.Label, c.Slug), c.Disposition.String(), c.Reason()})
	})
	if err != nil {
		return err
	}
	v.tallies = p.Tallies
	if p.SampleOf > 0 {
		v.sample = req.Sample.Text(p.Report.Topics, p.SampleOf)
	}
	if v.lines, err = p.lines(ctx); err != nil {
		return err
	}
	for i, e := range p.Plan.Entries {
		v.lines[i].Contradictions = contradictions.of(e)
	}
	return req.Printer.Print(v)
}

// lines says for each entry what a run would do. Count comes before.
func (p *Prepared) lines(ctx context.Context) (lines []Line, err error) {
	left, err := p.estimate(ctx)
	if err != nil {
		return nil, err
	}
	for i, e := range p.Plan.Entries {
		l := p.lineOf(e, i)
		why, err := p.Plan.AllRejected(ctx, e)
		if err != nil {
			return nil, err
		}
		if why != nil {
			l.Warning = strings.TrimPrefix(l.Warning+"; a run sets it aside: "+why.Error(), "; ")
		}
		if took, known := left.Of(e.Label); known && e.Unusable == nil {
			l.Seconds = took.Seconds()
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

func (p *Prepared) lineOf(e *plan.Entry, i int) Line {
	l := Line{Event: "plan", Label: e.Label, Model: e.Name, Prompt: e.Prompt.Name, SampleOf: p.SampleOf, Only: p.OnlyText(),
		BadRows: p.Report.BadRows, SkippedRows: skippedRows(p.Report), Filtered: p.Report.Filtered, UnusedColumns: p.unused, Gaps: e.Prompt.Gaps()}
	if text := preflight.OtherLanguage(p.req.Settings, e.Prompt); text != "" {
		l.Gaps = append(l.Gaps, text+" ("+preflight.LanguageHint(e.Prompt)+")")
	}
	t := p.Tallies[i]
	l.Jobs, l.Done, l.New, l.Missing, l.Replaced, l.Kept, l.Rejected =
		t.All(), t[plan.Done], t[plan.New], t[plan.Missing], t[plan.Replaced], t[plan.Kept], t[plan.Rejected]
	l.Interrupted, l.Redo, l.Retried, l.Overwritten, l.Restored =
		t[plan.Interrupted], t[plan.Redo], t[plan.Retried], t[plan.Overwritten], t[plan.Restored]
	l.Blocked, l.KeptDone = t[plan.Blocked], t[plan.KeptDone]
	l.Because, l.Asks = e.Replaces, p.Asks()
	if len(e.Waits) > 0 {
		l.Waits, l.Warning = e.Waits, awaited([]*plan.Entry{e})+": a run waits for it"
		return l
	}
	if e.Unusable != nil {
		l.SetAside = hint.Text(e.Unusable)
		return l
	}
	l.Tokens = p.longest[i] / bytesPerToken
	if s := e.Prompt.Contract.Sections; s != nil {
		l.Warning = omits(e.Model, s, l.Tokens)
		return l
	}
	if l.Tokens+e.NumPredict > e.NumCtx {
		l.Warning = fmt.Sprintf("the longest prompt (about %s tokens) and num_predict %d may not fit in num_ctx %d", term.Number(l.Tokens), e.NumPredict, e.NumCtx)
	}
	return l
}

// tokensPerWord is how many tokens a word has, on the high side for English.
const tokensPerWord = 1.5

// omits warns where the text of a post in sections does not fit in the context window
// as a whole, so that the last sections are written without the first ones. first is
// the length of the first request, in tokens.
func omits(m llm.Model, s *contract.Sections, first int) string {
	text := int(float64(s.Words) * (1 + s.Tolerance) * tokensPerWord)
	asks := s.Max * tokensOfAsk
	section := int(float64(s.Words/s.Min) * (1 + s.Tolerance) * tokensPerWord)
	switch need := first + asks + text; {
	case first+tokensOfAsk+2*section > m.NumCtx:
		return fmt.Sprintf("a section (about %s tokens) may not fit in num_ctx %d with its outline; num_ctx = %d holds the whole post", term.Number(section), m.NumCtx, roundUp(need))
	case need > m.NumCtx:
		return fmt.Sprintf("the whole post (about %s tokens) does not fit in num_ctx %d: the last sections are written without the first ones; num_ctx = %d holds all", term.Number(need), m.NumCtx, roundUp(need))
	}
	return ""
}

// tokensOfAsk is about the length of a request for a section and of its part of the
// outline, in tokens.
const tokensOfAsk = 200

// roundUp rounds a context window up to a multiple of 1024 tokens.
func roundUp(n int) int { return (n + 1023) / 1024 * 1024 }
