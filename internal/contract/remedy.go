package contract

// Remedy is what an attempt asks for.
type Remedy string

// The remedies.
const (
	// RemedyFirst is a job's first request.
	RemedyFirst Remedy = "first"
	// RemedyAgain asks for the whole reply anew: the problems of the reply
	// before are named, and seed and sampling are others.
	RemedyAgain Remedy = "again"
	// RemedyResend sends the first request with another seed: the attempt
	// before failed without a reply that could be spoken of.
	RemedyResend Remedy = "resend"
	// RemedyContinue sends the reply back as a turn left open; the model goes
	// on where it stopped.
	RemedyContinue Remedy = "continue"
	// RemedyFinish asks in words to go on where the reply stopped.
	RemedyFinish Remedy = "finish"
	// RemedyFields asks for the missing or bad header fields alone.
	RemedyFields Remedy = "fields"
	// RemedyExtend asks for more of the body.
	RemedyExtend Remedy = "extend"
	// RemedyThinkLess asks for the whole reply with thinking off, or low.
	RemedyThinkLess Remedy = "think-less"
	// RemedyMoreRoom asks for the whole reply with a larger budget of tokens.
	RemedyMoreRoom Remedy = "more-room"
	// RemedySchema asks for the header fields as JSON, RemedyBody for the body
	// below them: the two requests of a model in structured mode.
	RemedySchema Remedy = "schema"
	RemedyBody   Remedy = "body"
)
