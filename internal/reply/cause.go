package reply

// Cause is why a reply is malformed, in the terms in which it can be mended.
// Its values are stored and never change.
type Cause string

const (
	// CauseNone: the reply is a post.
	CauseNone Cause = ""
	// CauseCut: what is there is good, and it stops before its end. Go on from
	// where it stopped.
	CauseCut Cause = "cut"
	// CauseFields: the body is good, and some header fields are not. Ask for
	// those alone (Contract.Only).
	CauseFields Cause = "fields"
	// CauseBody: the reply is whole, and its body lacks words or headings. Ask
	// for more of it.
	CauseBody Cause = "body"
	// CauseMalformed: nothing can be built upon. Ask again for all of it.
	CauseMalformed Cause = "malformed"
	// CauseThinking: the model thought and wrote no post.
	CauseThinking Cause = "thinking"
)

// Diagnose tells why a reply is malformed. Where several things are wrong it
// names the one to mend first: more text before fields, because they are asked
// for with the whole post at hand, and fields before a longer body, because
// they cost little. end is what the reader was closed with.
func Diagnose(v Verdict, end End) Cause {
	if v.Post != nil {
		return CauseNone
	}
	var cut, fields, body bool
	for _, p := range v.Problems {
		switch p.Code {
		case "thinking-only":
			return CauseThinking
		case "field-missing", "field-empty", "field-short", "field-long", "field-placeholder", "field-unknown-value":
			fields = true
		case "body-short", "headings-few", "body-missing":
			body = true
		case "cut", "marker-missing":
			cut = true
		case "unclosed-fence":
			// A reply that was cut inside a listing goes on inside it.
			if end == Ended {
				return CauseMalformed
			}
		default:
			return CauseMalformed
		}
	}
	d := v.Draft
	switch {
	case d == nil:
		return CauseMalformed
	case cut && (end != Ended || !body || d.Body == ""):
		return CauseCut
	case d.Body == "":
		return CauseMalformed
	case fields:
		return CauseFields
	case body:
		return CauseBody
	}
	return CauseMalformed
}
