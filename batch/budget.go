package batch

import (
	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/llm"
)

const (
	// leastAnswer is the smallest budget, in tokens, with which a reply is
	// continued.
	leastAnswer = 128
	// forWords is reserved for the words of a remedy, in tokens.
	forWords = 256
)

// windowLeft is how many tokens of the context window are left after the prompt
// and the present text.
func (s *state) windowLeft() int {
	return s.step.model.NumCtx - s.prompt - s.tokens - forWords
}

// wholeBudget is the token limit of the next whole reply: the model's setting, or
// twice that after a reply or its thinking used it up, as far as the context
// window allows.
func (s *state) wholeBudget() int {
	m := s.step.model
	if s.fills == 0 && s.cause != contract.CauseThinking && s.lastBudget <= m.NumPredict {
		return m.NumPredict
	}
	return max(m.NumPredict, min(2*m.NumPredict, m.NumCtx-s.prompt-forWords))
}

// fieldBudget is the token limit of an answer with the missing fields.
func (s *state) fieldBudget() int {
	n := 64
	for _, f := range s.missing() {
		switch {
		case f.Kind != contract.List && f.Max > 0:
			n += EstimateTokens(4 * f.Max)
		default:
			n += 200
		}
	}
	return n
}

// missing lists the fields to request.
func (s *state) missing() (fields []contract.Field) {
	if s.verdict.Draft == nil {
		return nil
	}
	for _, key := range s.verdict.Draft.Missing {
		for _, f := range s.step.contract.Fields {
			if f.Key == key {
				fields = append(fields, f)
			}
		}
	}
	return fields
}

// thinkingBudget is how many bytes a model may think before it is stopped: its
// budget in tokens, or else three quarters of num_predict, at four bytes per token.
func thinkingBudget(m llm.Model) int {
	budget := m.ThinkBudget
	if budget == 0 {
		budget = m.NumPredict * 3 / 4
	}
	return 4 * budget
}

// canThinkLess reports whether thinking is on, can be reduced, and was not reduced
// yet.
func (s *state) canThinkLess() bool {
	return !s.thinkLess && thinkLess(s.step.model.Think) != s.step.model.Think
}

// thinkLess turns thinking off, or to "low" if it has levels: a model with levels
// cannot turn it off (gpt-oss).
func thinkLess(think any) any {
	switch think {
	case true:
		return false
	case "medium", "high", "max":
		return "low"
	}
	return think
}
