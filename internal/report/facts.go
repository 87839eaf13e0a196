package report

import (
	"slices"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/record"
)

// outcome is a job's stored verdict, or the reason why it has none. The pages'
// data holds the numbers.
type outcome int

const (
	unfinished outcome = iota
	firstTry           // the first reply met the contract
	later              // a later reply met it
	rejected           // no reply met it
	byHand             // a person fixed a reply
	setAside           // the model was excluded from the run
	unjudged           // the post exists, but its attempts are unknown
)

var outcomeNames = [...]string{"unfinished", "first-try", "later", "rejected", "by-hand", "set-aside", "unjudged"}

// outcomes maps verdicts to outcomes.
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

// accepted reports whether the model wrote a post.
func (o outcome) accepted() bool { return o == firstTry || o == later }

// judged reports whether the outcome says something about the model.
func (o outcome) judged() bool { return o.accepted() || o == rejected || o == byHand }

// hasPost reports whether the job may have a post to show. One that is to be made
// again still has its old one.
func (o outcome) hasPost() bool { return o != rejected && o != setAside }

// facts are derived from a job's record.
type facts struct {
	outcome outcome
	// remedy is the remedy of the accepted reply, "" unless the outcome is
	// later.
	remedy string
	// kinds holds the first problem of each malformed reply, in order.
	kinds []string
	// tokens counts the tokens of all attempts, and wasted those that did not
	// end up in a post.
	tokens, wasted int
	// seconds is the total time of all requests.
	seconds float64
}

// read derives the facts from a record.
func (f *facts) read(rec *ledger.Record) {
	good := -1
	for i := range rec.Attempts {
		a := &rec.Attempts[i]
		f.tokens += a.EvalCount
		f.seconds += a.Seconds
		switch {
		case a.Malformed():
			f.kinds = append(f.kinds, a.Problems[0].Code.String())
		case a.Error != "":
			f.kinds = append(f.kinds, record.RequestFailed)
		default:
			good = i
		}
	}
	f.outcome, f.remedy = outcomeOf(&rec.Job), rec.Verdict.Remedy.String()
	f.wasted = f.tokens
	if f.outcome.accepted() {
		f.wasted -= used(rec.Attempts, good)
	}
}

// used counts the tokens in the post: those of the accepted attempt and of the
// attempts that it continued.
func used(all []record.Attempt, good int) (tokens int) {
	if good >= 0 && all[good].Step != nil {
		return usedInParts(all)
	}
	for i := good; i >= 0; i-- {
		tokens += all[i].EvalCount
		if all[i].Joined == "" {
			break
		}
	}
	return tokens
}

// usedInParts is used for a post in sections: each part has tokens in it.
func usedInParts(all []record.Attempt) (tokens int) {
	for i := range all {
		if s := all[i].Step; s == nil || !s.Accepted {
			continue
		}
		for k := i; k >= 0 && all[k].Step != nil && all[k].Step.String() == all[i].Step.String(); k-- {
			tokens += all[k].EvalCount
			if all[k].Joined == "" {
				break
			}
		}
	}
	return tokens
}

// codes lists the distinct problems of all attempts, sorted.
func codes(all []record.Attempt) []string {
	list := []string{}
	for _, a := range all {
		for _, p := range a.Problems {
			list = append(list, p.Code.String())
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}
