package batch

import (
	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/llm"
)

const (
	// leastAnswer is the fewest tokens for whose sake a reply is continued.
	leastAnswer = 128
	// forWords is set aside for the words that ask for a remedy, in tokens.
	forWords = 256
)

// windowLeft is how many tokens the context window has left behind the prompt and
// the text that is there.
func (s *state) windowLeft() int {
	return s.job.Model.NumCtx - s.prompt - s.tokens - forWords
}

// wholeBudget is the most tokens of the next whole reply: the model's own
// setting, and twice that once a reply or its thinking used it up, as far as
// the context window allows.
func (s *state) wholeBudget() int {
	m := s.job.Model
	if s.fills == 0 && s.cause != contract.CauseThinking && s.lastBudget <= m.NumPredict {
		return m.NumPredict
	}
	return max(m.NumPredict, min(2*m.NumPredict, m.NumCtx-s.prompt-forWords))
}

// fieldBudget is the most tokens of an answer that gives the missing fields.
func (s *state) fieldBudget() int {
	n := 64
	for _, f := range s.missing() {
		switch {
		case f.Kind != "list" && f.Max > 0:
			n += estimateTokens(4 * f.Max)
		default:
			n += 200
		}
	}
	return n
}

// missing are the fields that are to be asked for.
func (s *state) missing() (fields []contract.Field) {
	if s.verdict.Draft == nil {
		return nil
	}
	for _, key := range s.verdict.Draft.Missing {
		for _, f := range s.job.Prompt.Contract.Fields {
			if f.Key == key {
				fields = append(fields, f)
			}
		}
	}
	return fields
}

// thinkingBudget is how much a model may think before it is stopped, in bytes:
// its budget in tokens of about four, or three quarters of what it may write.
func thinkingBudget(m llm.Model) int {
	budget := m.ThinkBudget
	if budget == 0 {
		budget = m.NumPredict * 3 / 4
	}
	return 4 * budget
}

// canThinkLess reports whether thinking is on and can be turned down, and was
// not.
func (s *state) canThinkLess() bool {
	return !s.thinkLess && thinkLess(s.job.Model.Think) != s.job.Model.Think
}

// thinkLess turns thinking off where it is a switch, and to "low" where it has
// levels: a model with levels cannot do without (gpt-oss).
func thinkLess(think any) any {
	switch think {
	case true:
		return false
	case "medium", "high", "max":
		return "low"
	}
	return think
}
