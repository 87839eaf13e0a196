package batch

import (
	"slices"
	"strings"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/reply"
)

// state is the outcome of a step's attempts so far: the present text, its problems,
// and the remedies that failed on it. It depends only on the attempts, so that a step
// continues after an interruption as it would have without one.
type state struct {
	step *step
	past []record.Attempt
	// text is the present text of the post, including the marker: a reply, or
	// what remedies made of it. thinking came before it.
	text, thinking string
	verdict        contract.Verdict
	cause          contract.Cause
	// head holds the header lines from a model in structured mode.
	head string
	// tries counts for each remedy how often it failed since text changed.
	// refused holds the remedies whose prompt did not fit.
	tries   map[contract.Remedy]int
	refused map[contract.Remedy]bool
	// prompt and tokens are the lengths of the prompt and of text in tokens,
	// counted by the server or estimated.
	prompt, tokens int
	// wholes counts the requests for whole replies, and spent counts all tokens.
	wholes, spent int
	// lastBudget is num_predict of the last whole reply. fills counts how many
	// in a row used all of it.
	lastBudget, fills int
	thinkLess         bool
}

func newState(st *step, past []record.Attempt) *state {
	s := &state{step: st, past: past, prompt: EstimateTokens(st.bytes()), spent: st.spent}
	s.lastBudget = st.model.NumPredict
	s.forget()
	s.refused = map[contract.Remedy]bool{}
	if st.text != "" {
		s.tokens = EstimateTokens(len(st.text))
		s.become(&record.Attempt{}, st.text)
	}
	for i := range past {
		s.take(&past[i])
	}
	return s
}

// EstimateTokens returns how many tokens a text of so many bytes has. The estimate is on
// the high side: English has four or more bytes per token.
func EstimateTokens(bytes int) int { return bytes / 3 }

func (s *state) forget() { s.tries = map[contract.Remedy]int{} }

// take adds an attempt.
func (s *state) take(a *record.Attempt) {
	s.spent += a.EvalCount
	switch {
	case a.Refused:
		s.refused[a.Remedy] = true
	case whole(a.Remedy), a.Remedy == contract.RemedySchema && s.step.isOutline():
		s.takeWhole(a)
	case a.Remedy == contract.RemedySchema && s.step.structured():
		if a.Joined != "" {
			s.head = a.Joined
			s.forget()
		}
	default:
		s.takeAnswer(a)
	}
}

func (s *state) takeWhole(a *record.Attempt) {
	s.wholes++
	s.thinkLess = s.thinkLess || a.Remedy == contract.RemedyThinkLess
	switch {
	case a.DoneReason != "length" || a.Aborted != "":
		// A hopeless reply would fill any budget.
		s.fills = 0
	case a.NumPredict == s.lastBudget:
		s.fills++
	default:
		s.fills = 1
	}
	if a.NumPredict > 0 {
		s.lastBudget = a.NumPredict
	}
	if a.PromptEvalCount > 0 {
		s.prompt = a.PromptEvalCount
	}
	s.become(a, a.Reply)
	s.thinking, s.tokens = a.Thinking, a.EvalCount
	if a.Cause != contract.CauseNone && !isTaken(a) {
		// The cause of an aborted reply may not show in its text.
		s.cause = a.Cause
	}
}

// takeAnswer adds an answer to a remedy for the text.
func (s *state) takeAnswer(a *record.Attempt) {
	before := *s
	switch {
	case a.Error == "" && strings.TrimSpace(a.Reply) == "":
		// The same text would have the same empty answer.
		s.tries[a.Remedy] = mostTries
		return
	case a.Joined == "":
		s.tries[a.Remedy]++
		return
	}
	s.become(a, a.Joined)
	if !s.better(&before) {
		*s = before
		s.tries[a.Remedy]++
		return
	}
	s.tokens += a.EvalCount
}

// become makes text, the outcome of attempt a, the present text.
func (s *state) become(a *record.Attempt, text string) {
	s.text = text
	s.verdict, s.cause = contract.Verdict{}, contract.CauseNone
	s.forget()
	if text == "" && a.Thinking == "" {
		return
	}
	end := endOf(a)
	s.verdict = reply.Read(s.step.contract, text, end)
	s.cause = reply.Diagnose(s.verdict, end)
	if s.verdict.Post != nil && isTaken(a) {
		s.verdict, s.cause = s.verdict.Post.Taken(a.Problems), takenCause(a.Problems)
		if s.step.contract.FieldsOnly() {
			s.cause = contract.CauseMalformed // there is nothing else in it
		}
	}
	if text == "" {
		s.cause = contract.CauseThinking
	}
}

// isTaken reports whether other posts had already what an attempt's post has.
func isTaken(a *record.Attempt) bool {
	return slices.ContainsFunc(a.Problems, func(p contract.Problem) bool { return p.InBatch() })
}

// takenCause is the cause of a reply whose like exists already: other fields are enough
// for a text of its own.
func takenCause(problems []contract.Problem) contract.Cause {
	for _, p := range problems {
		if p.Code != contract.ProblemFieldTaken {
			return contract.CauseMalformed
		}
	}
	return contract.CauseFields
}

// better reports whether the text is closer to a post than before.
func (s *state) better(before *state) bool {
	d, was := s.verdict.Draft, before.verdict.Draft
	switch {
	case s.verdict.Post != nil:
		return true
	case d == nil:
		return false
	case s.step.text != "" && len(d.Body) < len(was.Body):
		return false // the parts are never given up for less
	case was == nil || s.cause != before.cause:
		return true
	}
	return len(d.Missing) < len(was.Missing) || len(d.Body) > len(was.Body)
}

// endOf returns how the text that an attempt left ended.
func endOf(a *record.Attempt) reply.End {
	switch {
	case a.Remedy == contract.RemedyFields:
		// The text was complete before its fields were requested.
		return reply.Ended
	case a.Error != "":
		return reply.Cut
	case a.DoneReason == "length":
		return reply.Length
	}
	return reply.Ended
}

// unended reports whether the text lacks a required end marker.
func (s *state) unended() bool {
	return s.step.contract.Marker() != "" && s.verdict.Draft != nil && !s.verdict.Draft.Closed
}

func (s *state) structured() bool { return s.step.structured() }
