package report

import (
	"github.com/nightpress/nightpress/internal/contract"
	"slices"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/record"
)

// outcome is what became of a job. The numbers stand in the pages' data.
type outcome int

const (
	unfinished outcome = iota
	firstTry           // the first reply met the contract
	later              // a later reply did
	rejected           // none did
	byHand             // a person mended it
	setAside           // its model was out of the run
)

var outcomeNames = [...]string{"unfinished", "first-try", "later", "rejected", "by-hand", "set-aside"}

func (o outcome) String() string { return outcomeNames[o] }

// accepted tells whether the model wrote a post.
func (o outcome) accepted() bool { return o == firstTry || o == later }

// judged tells whether the outcome says something about the model.
func (o outcome) judged() bool { return o.accepted() || o == rejected || o == byHand }

// facts are what a job's record says.
type facts struct {
	outcome outcome
	// remedy is what the accepted reply was asked for with, "" unless the
	// outcome is later.
	remedy string
	// kinds holds the first problem of each malformed reply, in order.
	kinds []string
	// tokens are those of all attempts, wasted those whose text is in no
	// post.
	tokens, wasted int
	// seconds is the time of all requests together.
	seconds float64
}

// failedRequest stands among the problems for a request that brought no reply.
const failedRequest = "request-failed"

// read fills in the facts of a record. A request that failed without a reply
// says nothing about the model, so it is no try.
func (f *facts) read(rec *ledger.Record) {
	good, tries := -1, 0
	for i, a := range rec.Attempts {
		f.tokens += a.EvalCount
		f.seconds += a.Seconds
		switch {
		case len(a.Problems) > 0:
			f.kinds = append(f.kinds, string(a.Problems[0].Code))
			tries++
		case a.Error != "":
			f.kinds = append(f.kinds, failedRequest)
		case a.Remedy != contract.RemedySchema: // which asks for half a reply
			good = i
			tries++
		}
	}
	switch rec.Status {
	case record.Done, record.Kept:
		switch {
		case rec.Origin == "hand" || good < 0:
			f.outcome = byHand
		case tries > 1:
			f.outcome, f.remedy = later, string(rec.Attempts[good].Remedy)
		default:
			f.outcome = firstTry
		}
	case record.Rejected:
		f.outcome = rejected
	case record.SetAside:
		f.outcome = setAside
	}
	f.wasted = f.tokens
	if f.outcome.accepted() {
		f.wasted -= used(rec.Attempts, good)
	}
}

// used counts the tokens of the attempt that gave the post and of those whose
// text it was joined to.
func used(all []record.Attempt, good int) (tokens int) {
	for i := good; i >= 0; i-- {
		tokens += all[i].EvalCount
		if all[i].Joined == "" {
			break
		}
	}
	return tokens
}

// speed is an attempt's tokens for each second of generating, by the server's
// own clock where it gave one; 0 when that cannot be told.
func speed(a *record.Attempt) float64 {
	seconds := a.EvalSeconds
	if seconds <= 0 && a.FirstToken > 0 {
		seconds = a.Seconds - a.FirstToken
	}
	// A handful of tokens measures the clock rather than the model.
	if seconds <= 0 || a.EvalCount < 10 {
		return 0
	}
	return float64(a.EvalCount) / seconds
}

// codes are the distinct problems of all attempts, sorted.
func codes(all []record.Attempt) []string {
	list := []string{}
	for _, a := range all {
		for _, p := range a.Problems {
			list = append(list, string(p.Code))
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}
