package batch

import "github.com/nightpress/nightpress/internal/reply"

// The remedies: what an attempt asks for. The names are stored and never
// change.
const (
	// RemedyFirst is a job's first request.
	RemedyFirst = "first"
	// RemedyAgain asks for the whole reply anew: the problems of the reply
	// before are named, and seed and sampling are others.
	RemedyAgain = "again"
	// RemedyResend sends the first request with another seed: the attempt
	// before failed without a reply that could be spoken of.
	RemedyResend = "resend"
	// RemedyContinue sends the reply back as a turn left open; the model goes
	// on where it stopped.
	RemedyContinue = "continue"
	// RemedyFinish asks in words to go on where the reply stopped.
	RemedyFinish = "finish"
	// RemedyFields asks for the missing or bad header fields alone.
	RemedyFields = "fields"
	// RemedyExtend asks for more of the body.
	RemedyExtend = "extend"
	// RemedyThinkLess asks for the whole reply with thinking off, or low.
	RemedyThinkLess = "think-less"
	// RemedyMoreRoom asks for the whole reply with a larger budget of tokens.
	RemedyMoreRoom = "more-room"
	// RemedySchema asks for the header fields as JSON, RemedyBody for the body
	// below them: the two requests of a model in structured mode.
	RemedySchema = "schema"
	RemedyBody   = "body"
)

// mostTries is how often a remedy may bring nothing before the next one is
// tried on the same text.
const mostTries = 2

// choose names what the next attempt asks for. It is the one place where
// remedies are chosen; goesOn tells whether the model takes up a reply whose
// turn is left open.
//
//	nothing was asked for yet           first, or schema
//	nothing came                        resend
//	cut, or the marker is missing       continue; finish; again
//	only header fields are wrong        fields; again
//	too short, or too few headings      extend; again
//	the same, and no marker either      continue; extend; again
//	thinking ate the budget             think-less; more-room; again
//	malformed throughout, refusal, loop again
//
// A remedy that brought nothing gives way to the next in its row.
func (s *state) choose(goesOn bool) string {
	for _, remedy := range s.row() {
		if (remedy != RemedyContinue || goesOn) && s.may(remedy) {
			return remedy
		}
	}
	switch {
	case s.structured() && s.head == "":
		return RemedySchema
	case s.structured():
		return RemedyBody
	case s.refused[RemedyAgain]:
		return RemedyResend
	}
	return RemedyAgain
}

// row is the remedies for what is wrong, the cheapest first.
func (s *state) row() []string {
	switch {
	case len(s.past) == 0 && !s.structured():
		return []string{RemedyFirst}
	case s.text == "" && s.cause == reply.CauseNone && !s.structured():
		return []string{RemedyResend}
	}
	switch s.cause {
	case reply.CauseCut:
		return []string{RemedyContinue, RemedyFinish}
	case reply.CauseFields:
		return []string{RemedyFields}
	case reply.CauseBody:
		if s.unended() {
			return []string{RemedyContinue, RemedyExtend}
		}
		return []string{RemedyExtend}
	case reply.CauseThinking:
		return []string{RemedyThinkLess, RemedyMoreRoom}
	}
	return nil
}

// may tells whether a remedy is worth a request: it did not fail in this way
// before, and there is room for its answer.
func (s *state) may(remedy string) bool {
	if s.refused[remedy] || s.tries[remedy] >= mostTries {
		return false
	}
	switch remedy {
	case RemedyContinue, RemedyFinish, RemedyExtend:
		return s.room() >= leastAnswer
	case RemedyFields:
		return s.room() >= s.fieldBudget()
	case RemedyThinkLess:
		return s.canThinkLess()
	case RemedyMoreRoom:
		return s.wholeBudget() > s.lastBudget
	}
	return true
}

// whole tells whether a remedy asks for a whole reply.
func whole(remedy string) bool {
	switch remedy {
	case RemedyFirst, RemedyAgain, RemedyResend, RemedyThinkLess, RemedyMoreRoom:
		return true
	}
	return false
}
