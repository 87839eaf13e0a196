package reply

import "github.com/nightpress/nightpress/internal/contract"

// Diagnose returns why a reply is malformed. If it has several causes, Diagnose
// returns the one to mend first: a truncated text before fields, because fields are
// requested with the whole post at hand, and fields before a longer body, because
// they are cheap. end is the argument of Close.
func Diagnose(v contract.Verdict, end End) contract.Cause {
	if v.Post != nil {
		return contract.CauseNone
	}
	var cut, fields, body bool
	for _, p := range v.Problems {
		switch p.Code {
		case contract.ProblemThinkingOnly:
			return contract.CauseThinking
		case contract.ProblemFieldMissing, contract.ProblemFieldEmpty, contract.ProblemFieldShort, contract.ProblemFieldLong, contract.ProblemFieldPlaceholder, contract.ProblemFieldUnknownValue, contract.ProblemFieldTaken:
			fields = true
		case contract.ProblemBodyShort, contract.ProblemRequired, contract.ProblemHeadingsFew, contract.ProblemBodyMissing:
			body = true
		case contract.ProblemCut, contract.ProblemMarkerMissing:
			cut = true
		case contract.ProblemUnclosedFence:
			// A reply that was truncated inside a code block is continued
			// inside it.
			if end == Ended {
				return contract.CauseMalformed
			}
		default:
			return contract.CauseMalformed
		}
	}
	d := v.Draft
	switch {
	case d == nil:
		return contract.CauseMalformed
	case cut && (end != Ended || !body || d.Body == ""):
		return contract.CauseCut
	case d.Body == "" && !d.NoBody:
		return contract.CauseMalformed
	case fields:
		return contract.CauseFields
	case body:
		return contract.CauseBody
	}
	return contract.CauseMalformed
}
