package contract

// Remedy says what an attempt requests.
type Remedy struct{ word }

// The remedies.
var (
	// RemedyFirst is a job's first request.
	RemedyFirst = Remedy{word{"first"}}
	// RemedyAgain requests the whole reply again. It names the problems of the
	// previous reply and changes seed and sampling.
	RemedyAgain = Remedy{word{"again"}}
	// RemedyResend sends the first request with another seed: the previous
	// attempt failed without a usable reply.
	RemedyResend = Remedy{word{"resend"}}
	// RemedyContinue sends the reply back as an open turn, so that the model
	// continues where it stopped.
	RemedyContinue = Remedy{word{"continue"}}
	// RemedyFinish asks in words for a continuation of the reply.
	RemedyFinish = Remedy{word{"finish"}}
	// RemedyFields requests only the missing or bad header fields.
	RemedyFields = Remedy{word{"fields"}}
	// RemedyExtend requests more of the body.
	RemedyExtend = Remedy{word{"extend"}}
	// RemedyThinkLess requests the whole reply with less or no thinking.
	RemedyThinkLess = Remedy{word{"think-less"}}
	// RemedyMoreRoom requests the whole reply with a larger token budget.
	RemedyMoreRoom = Remedy{word{"more-room"}}
	// RemedySchema requests the header fields as JSON, and RemedyBody the body
	// below them: the two requests of structured mode.
	RemedySchema = Remedy{word{"schema"}}
	RemedyBody   = Remedy{word{"body"}}
)
