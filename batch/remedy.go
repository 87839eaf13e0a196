package batch

import "fmt"

// The remedies; the names are stored and never change.
const (
	// RemedyFirst is a job's first request.
	RemedyFirst = "first"
	// RemedyAgain asks for the whole reply anew, with another seed and the
	// problems of the reply before named.
	RemedyAgain = "again"
	// RemedyResend sends the first request with another seed: the attempt
	// before failed without a reply that could be spoken of.
	RemedyResend = "resend"
)

// nextRequest chooses what attempt n asks for, by what went wrong before. It
// is the one place where remedies are chosen.
func nextRequest(j *Job, n int, past []Attempt) (Request, string, error) {
	req := Request{Model: j.Model, Messages: j.Messages, Seed: AttemptSeed(j.Seed, n)}
	if len(past) == 0 {
		return req, RemedyFirst, nil
	}
	last := past[len(past)-1]
	if len(last.Problems) == 0 {
		return req, RemedyResend, nil
	}
	again, err := j.Prompt.Again(j.Messages, last.Problems)
	if err != nil {
		return req, RemedyAgain, fmt.Errorf("prompt %s: words for asking again: %w", j.Prompt.Name, err)
	}
	req.Messages = again
	return req, RemedyAgain, nil
}
