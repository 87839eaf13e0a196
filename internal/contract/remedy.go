package contract

// Remedy says what an attempt requests.
type Remedy string

// The remedies.
const (
	// RemedyFirst is a job's first request.
	RemedyFirst Remedy = "first"
	// RemedyAgain requests the whole reply again. It names the problems of the
	// previous reply and changes seed and sampling.
	RemedyAgain Remedy = "again"
	// RemedyResend sends the first request with another seed: the previous
	// attempt failed without a usable reply.
	RemedyResend Remedy = "resend"
	// RemedyContinue sends the reply back as an open turn, so that the model
	// continues where it stopped.
	RemedyContinue Remedy = "continue"
	// RemedyFinish asks in words for a continuation of the reply.
	RemedyFinish Remedy = "finish"
	// RemedyFields requests only the missing or bad header fields.
	RemedyFields Remedy = "fields"
	// RemedyExtend requests more of the body.
	RemedyExtend Remedy = "extend"
	// RemedyThinkLess requests the whole reply with less or no thinking.
	RemedyThinkLess Remedy = "think-less"
	// RemedyMoreRoom requests the whole reply with a larger token budget.
	RemedyMoreRoom Remedy = "more-room"
	// RemedySchema requests the header fields as JSON, and RemedyBody the body
	// below them: the two requests of structured mode.
	RemedySchema Remedy = "schema"
	RemedyBody   Remedy = "body"
)
