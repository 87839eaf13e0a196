package reply

import "github.com/nightpress/nightpress/internal/contract"

// Diagnose tells why a reply is malformed. Where several things are wrong it
// names the one to mend first: more text before fields, because they are asked
// for with the whole post at hand, and fields before a longer body, because
// they cost little. end is what the reader was closed with.
func Diagnose(v contract.Verdict, end End) contract.Cause {
	if v.Post != nil {
		return contract.CauseNone
	}
	var cut, fields, body bool
	for _, p := range v.Problems {
		switch p.Code {
		case contract.ProblemThinkingOnly:
			return contract.CauseThinking
		case contract.ProblemFieldMissing, contract.ProblemFieldEmpty, contract.ProblemFieldShort, contract.ProblemFieldLong, contract.ProblemFieldPlaceholder, contract.ProblemFieldUnknownValue:
			fields = true
		case contract.ProblemBodyShort, contract.ProblemRequired, contract.ProblemHeadingsFew, contract.ProblemBodyMissing:
			body = true
		case contract.ProblemCut, contract.ProblemMarkerMissing:
			cut = true
		case contract.ProblemUnclosedFence:
			// A reply that was cut inside a listing goes on inside it.
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
	case d.Body == "":
		return contract.CauseMalformed
	case fields:
		return contract.CauseFields
	case body:
		return contract.CauseBody
	}
	return contract.CauseMalformed
}
