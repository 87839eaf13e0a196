package contract

import "github.com/nightpress/nightpress/internal/word"

// Remedy says what an attempt requests.
type Remedy struct{ word.Word }

// The remedies.
var (
	// RemedyFirst is a job's first request.
	RemedyFirst = Remedy{word.New("first")}
	// RemedyAgain requests the whole reply again. It names the problems of the
	// previous reply and changes seed and sampling.
	RemedyAgain = Remedy{word.New("again")}
	// RemedyResend sends the first request with another seed: the previous
	// attempt failed without a usable reply.
	RemedyResend = Remedy{word.New("resend")}
	// RemedyContinue sends the reply back as an open turn, so that the model
	// continues where it stopped.
	RemedyContinue = Remedy{word.New("continue")}
	// RemedyFinish asks in words for a continuation of the reply.
	RemedyFinish = Remedy{word.New("finish")}
	// RemedyFields requests only the missing or bad header fields.
	RemedyFields = Remedy{word.New("fields")}
	// RemedyExtend requests more of the body.
	RemedyExtend = Remedy{word.New("extend")}
	// RemedyThinkLess requests the whole reply with less or no thinking.
	RemedyThinkLess = Remedy{word.New("think-less")}
	// RemedyMoreRoom requests the whole reply with a larger token budget.
	RemedyMoreRoom = Remedy{word.New("more-room")}
	// RemedySchema requests the header fields as JSON, and RemedyBody the body
	// below them: the two requests of structured mode.
	RemedySchema = Remedy{word.New("schema")}
	RemedyBody   = Remedy{word.New("body")}
)
