package contract

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
