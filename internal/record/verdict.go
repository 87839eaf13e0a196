package record

import (
	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/word"
)

// Verdict is what a job says about its model. It is determined once, by Judge,
// when the job's result is committed; after that it is only read. The zero
// value says nothing about the model.
type Verdict struct {
	Outcome Outcome `json:"outcome"`
	// Remedy is the one that gave the post; it is set for Mended alone.
	Remedy contract.Remedy `json:"remedy,omitzero"`
}

// Outcome is a verdict without its remedy.
type Outcome struct{ word.Word }

// The outcomes; they are stored and never renamed.
var (
	// Unjudged: the job has not ended, or its post was found in the folder and
	// nothing is known of its attempts.
	Unjudged = Outcome{}
	// FirstTry: the model's first reply met the contract.
	FirstTry = Outcome{word.New("first-try")}
	// Mended: a reply was malformed, and a remedy gave the post.
	Mended = Outcome{word.New("mended")}
	// ByHand: a person wrote the post.
	ByHand = Outcome{word.New("by-hand")}
	// Failed: the job was rejected.
	Failed = Outcome{word.New("rejected")}
	// Aside: the job's model was excluded from the run.
	Aside = Outcome{word.New("set-aside")}
)

// HandOrigin is the origin of a post that a person wrote.
const HandOrigin = "hand"

// Judge determines the verdict of a job from its attempts that count, in order.
// Only the model's replies decide. An attempt that failed because of the server
// is not a try: it says nothing about the model. The two requests of a
// structured post, for its fields and for its body, are one try.
//
// A kept job is judged like a done one: the model's reply met the contract, and
// a person's edit kept it out of the folder.
func Judge(status Status, origin string, attempts []Attempt) Verdict {
	switch status {
	case Rejected:
		return Verdict{Outcome: Failed}
	case SetAside:
		return Verdict{Outcome: Aside}
	case Done, Kept:
	default:
		return Verdict{}
	}
	if origin == HandOrigin {
		return Verdict{Outcome: ByHand}
	}
	v := Verdict{}
	malformed := false
	for i := range attempts {
		switch a := &attempts[i]; {
		case a.Malformed():
			malformed, v = true, Verdict{}
		case a.Error != "" || v.Outcome != Unjudged:
		case malformed:
			v = Verdict{Mended, a.Remedy}
		default:
			v = Verdict{Outcome: FirstTry}
		}
	}
	return v
}

// Verdict judges a result that the model gave.
func (r *Result) Verdict() Verdict { return Judge(r.Status, "", r.Attempts) }

// Malformed reports whether the model's reply broke the contract. What a broken
// connection cut is not the model's fault; what the server cut because the model
// repeated itself is.
func (a *Attempt) Malformed() bool {
	if a.Error == "" {
		return len(a.Problems) > 0
	}
	for _, p := range a.Problems {
		if p.Code == contract.ProblemLoop {
			return true
		}
	}
	return false
}

// RequestFailed counts an attempt that brought no reply, where problems are counted
// by their code.
const RequestFailed = "request-failed"

const (
	// MaxTokens is more than any reply has, MaxSeconds more than any request
	// takes (three years).
	MaxTokens  = 100_000_000
	MaxSeconds = 1e8
	// maxText bounds the text of an error or a problem, in bytes.
	maxText = 4 << 10
	// maxProblems bounds the problems of one attempt.
	maxProblems = 1000
)

// Bound cuts down what came from a server or from a ledger that others may have
// written: counts and times that cannot be are 0, and texts that nobody reads
// to their end are cut.
func (a *Attempt) Bound() {
	for _, n := range []*int{&a.EvalCount, &a.PromptEvalCount, &a.TokensSaved, &a.N, &a.NumPredict} {
		if *n < 0 || *n > MaxTokens {
			*n = 0
		}
	}
	for _, s := range []*float64{&a.Seconds, &a.FirstToken, &a.LoadSeconds, &a.PromptEvalSeconds, &a.EvalSeconds} {
		if !(*s >= 0 && *s <= MaxSeconds) {
			*s = 0
		}
	}
	a.Error = cut(a.Error)
	if a.Step != nil {
		a.Step.bound()
	}
	a.Problems = a.Problems[:min(len(a.Problems), maxProblems)]
	for i := range a.Problems {
		a.Problems[i].Message = cut(a.Problems[i].Message)
	}
}

// cut shortens a text, at the end of a character.
func cut(text string) string {
	if len(text) <= maxText {
		return text
	}
	end := maxText
	for end > 0 && text[end]&0xc0 == 0x80 {
		end--
	}
	return text[:end] + "…"
}
