package judge

import (
	"context"
	"slices"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/term"
)

// planned is what a judge would do. Its JSON names are promised.
type planned struct {
	Event string `json:"event"`
	Rater string `json:"rater"`
	// Pairs are the pairs that would be judged, with two requests each.
	Pairs    int `json:"pairs"`
	Requests int `json:"requests"`
	// LeftOut counts the pairs with a post that is missing or was edited.
	LeftOut int `json:"left_out"`
	// PromptTokens and LongestPrompt are estimates on the high side.
	PromptTokens  int `json:"prompt_tokens"`
	LongestPrompt int `json:"longest_prompt"`
	NumCtx        int `json:"num_ctx"`
	// Seconds is how long all pairs take at the pace of Judged earlier pairs; 0 if
	// there are too few of them.
	Seconds float64 `json:"seconds"`
	Judged  int     `json:"judged"`
}

// plan says what is left to judge.
func (s *session) plan(ctx context.Context, duels []ledger.Duel, to *sink) (planned, error) {
	p := planned{Event: "judge_plan", Rater: s.rater, NumCtx: s.model.NumCtx}
	for j, err := range s.jobs(duels, to) {
		if err != nil {
			return p, err
		}
		tokens := batch.EstimateTokens(len(j.Messages.System) + len(j.Messages.User))
		p.Requests++
		p.PromptTokens += tokens
		p.LongestPrompt = max(p.LongestPrompt, tokens)
	}
	p.Pairs = p.Requests / 2
	p.LeftOut = len(duels) - p.Pairs
	pace, judged, err := s.pace(ctx)
	p.Judged, p.Seconds = judged, pace.Seconds()*float64(p.Pairs)
	return p, err
}

// pace returns the usual time of a pair, 0 if it is not known, and how many pairs this
// judge has judged.
func (s *session) pace(ctx context.Context) (usual time.Duration, judged int, err error) {
	var times []string
	for r, err := range s.posts.Ledger.Ratings(ctx) {
		if err != nil {
			return 0, 0, err
		}
		if r.Rater == s.rater && r.Criterion == s.criterion.Name {
			times = append(times, r.Time)
		}
	}
	return medianGap(times), len(times), nil
}

// fewest is how many gaps between verdicts make a pace.
const fewest = 3

// medianGap returns the median time from one verdict to the next, 0 if there are too few.
// The breaks between two runs are few, and so it does not contain them. Times that
// cannot be read, and a clock that was set back, make no gap.
func medianGap(times []string) time.Duration {
	var last time.Time
	var gaps []time.Duration
	for _, text := range times {
		at, err := time.Parse(time.RFC3339Nano, text)
		if err == nil && !last.IsZero() && at.After(last) {
			gaps = append(gaps, at.Sub(last))
		}
		last = at
	}
	if len(gaps) < fewest {
		return 0
	}
	slices.Sort(gaps)
	return gaps[len(gaps)/2]
}

// Text writes the plan for people.
func (p planned) Text(page *printer.Page) {
	page.Linef("%s: %s to judge in both orders, with %s", p.Rater, term.Count(p.Pairs, "pair"), term.Count(p.Requests, "request"))
	if p.LeftOut > 0 {
		page.Linef("left out: %s with a post that is missing or was edited", term.Count(p.LeftOut, "pair"))
	}
	if p.Pairs == 0 {
		return
	}
	page.Linef("prompts: at most %s, the longest at most %s", term.Count(p.PromptTokens, "token"), term.Number(p.LongestPrompt))
	if need := p.LongestPrompt + maxVerdict; need > p.NumCtx {
		page.Linef("the longest may not fit into num_ctx = %d: set num_ctx = %d for the judge in models.toml", p.NumCtx, need)
	}
	if p.Seconds > 0 {
		page.Linef("time: about %s, at the pace of %s judged before", term.Duration(time.Duration(p.Seconds*float64(time.Second))), term.Count(p.Judged, "pair"))
		return
	}
	page.Linef("time: not known before this judge has judged a few pairs, such as with --pairs 5")
}
