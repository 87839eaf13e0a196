package batch

import (
	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/llm"
)

// mostTries is how often a remedy may fail on the same text before the next one is
// tried.
const mostTries = 2

// choose returns what the next attempt requests. It is the only place that chooses
// remedies. continues reports whether the model continues a reply whose turn is left
// open.
//
//	no request yet                      first, or schema
//	empty reply                         resend
//	truncated, or without the marker    continue; finish; again
//	only header fields are wrong        fields; again
//	too short, or too few headings      extend; again
//	the same, and no marker either      continue; extend; again
//	thinking used up the budget         think-less; more-room; again
//	malformed throughout, refusal, loop again
//	the same, an outline or header lines schema; again
//
// The post that parts make is only completed, never requested as a whole.
//
// A remedy that failed is followed by the next one in its row.
func (s *state) choose(continues bool) contract.Remedy {
	for _, remedy := range s.row() {
		if (remedy != contract.RemedyContinue || continues) && s.may(remedy) {
			return remedy
		}
	}
	switch {
	case s.structured() && s.head == "":
		return contract.RemedySchema
	case s.structured():
		return contract.RemedyBody
	case s.refused[contract.RemedyAgain]:
		return contract.RemedyResend
	}
	return contract.RemedyAgain
}

// row lists the remedies for the cause, cheapest first.
func (s *state) row() []contract.Remedy {
	switch {
	case len(s.past) == 0 && s.step.bySchema() && s.step.model.Mode == llm.ModeStructured:
		return []contract.Remedy{contract.RemedySchema}
	case len(s.past) == 0 && !s.structured() && s.step.text == "":
		return []contract.Remedy{contract.RemedyFirst}
	case s.text == "" && s.cause == contract.CauseNone && !s.structured():
		return []contract.Remedy{contract.RemedyResend}
	}
	switch s.cause {
	case contract.CauseCut:
		return []contract.Remedy{contract.RemedyContinue, contract.RemedyFinish}
	case contract.CauseFields:
		if s.step.bySchema() {
			return []contract.Remedy{contract.RemedyFields, contract.RemedySchema}
		}
		return []contract.Remedy{contract.RemedyFields}
	case contract.CauseMalformed:
		if s.step.bySchema() {
			return []contract.Remedy{contract.RemedySchema}
		}
	case contract.CauseBody:
		if s.unended() {
			return []contract.Remedy{contract.RemedyContinue, contract.RemedyExtend}
		}
		return []contract.Remedy{contract.RemedyExtend}
	case contract.CauseThinking:
		return []contract.Remedy{contract.RemedyThinkLess, contract.RemedyMoreRoom}
	}
	return nil
}

// may reports whether a remedy is worth a request: it has not failed too often, and
// the context window can hold its answer.
func (s *state) may(remedy contract.Remedy) bool {
	if s.refused[remedy] || s.tries[remedy] >= mostTries {
		return false
	}
	switch remedy {
	case contract.RemedyContinue, contract.RemedyFinish, contract.RemedyExtend:
		return s.windowLeft() >= leastAnswer
	case contract.RemedyFields:
		return s.windowLeft() >= s.fieldBudget()
	case contract.RemedyThinkLess:
		return s.canThinkLess()
	case contract.RemedyMoreRoom:
		return s.wholeBudget() > s.lastBudget
	}
	return true
}

// whole reports whether a remedy requests a whole reply.
func whole(remedy contract.Remedy) bool {
	switch remedy {
	case contract.RemedyFirst, contract.RemedyAgain, contract.RemedyResend, contract.RemedyThinkLess, contract.RemedyMoreRoom:
		return true
	}
	return false
}
