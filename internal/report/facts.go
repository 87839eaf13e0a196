package report

import (
	"slices"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/record"
)

// outcome is what became of a job: its stored verdict, or why it has none. The
// numbers stand in the pages' data.
type outcome int

const (
	unfinished outcome = iota
	firstTry           // the first reply met the contract
	later              // a later reply did
	rejected           // none did
	byHand             // a person mended it
	setAside           // its model was excluded from the run
	unjudged           // there is a post, and nothing is known of its attempts
)

var outcomeNames = [...]string{"unfinished", "first-try", "later", "rejected", "by-hand", "set-aside", "unjudged"}

// outcomes translates a verdict.
var outcomes = map[record.Outcome]outcome{
	record.FirstTry: firstTry, record.Mended: later, record.Failed: rejected, record.ByHand: byHand, record.Aside: setAside,
}

func outcomeOf(j *ledger.Job) outcome {
	if o, ok := outcomes[j.Verdict.Outcome]; ok {
		return o
	}
	if j.Status == record.Done || j.Status == record.Kept {
		return unjudged
	}
	return unfinished
}

func (o outcome) String() string { return outcomeNames[o] }

// accepted tells whether the model wrote a post.
func (o outcome) accepted() bool { return o == firstTry || o == later }

// judged tells whether the outcome says something about the model.
func (o outcome) judged() bool { return o.accepted() || o == rejected || o == byHand }

// hasPost reports whether there may be a post to show.
func (o outcome) hasPost() bool { return o.accepted() || o == byHand || o == unjudged }

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

// failedRequest stands among the problems for a request that failed because of
// the server.
const failedRequest = "request-failed"

// read fills in the facts of a record.
func (f *facts) read(rec *ledger.Record) {
	good := -1
	for i := range rec.Attempts {
		a := &rec.Attempts[i]
		f.tokens += a.EvalCount
		f.seconds += a.Seconds
		switch {
		case a.Malformed():
			f.kinds = append(f.kinds, string(a.Problems[0].Code))
		case a.Error != "":
			f.kinds = append(f.kinds, failedRequest)
		default:
			good = i
		}
	}
	f.outcome, f.remedy = outcomeOf(&rec.Job), string(rec.Verdict.Remedy)
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

// speed is an attempt's tokens per second, 0 when that is not known.
func speed(a *record.Attempt) float64 {
	tokens, seconds := a.Generation()
	if tokens == 0 {
		return 0
	}
	return float64(tokens) / seconds
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
