package plan

import "iter"

// Disposition is what a run does with a job: ask for it, and why, or leave it
// as it is.
type Disposition int

// The dispositions. A job is asked for when it is one of New to Overwritten.
const (
	New         Disposition = iota // never asked for
	Interrupted                    // asked for, but not to an end
	Missing                        // its post is missing on disk
	Replaced                       // another job's post is in its place
	Redo                           // marked by redo
	Retried                        // rejected before, and to be asked for again
	Overwritten                    // a person edited its post, and it is to be written over
	Restored                       // its post was replaced and can be brought back
	Done                           // its post exists, unaltered
	KeptDone                       // another job's post is in its place, and is to stay
	Kept                           // a person edited its post
	Rejected                       // every attempt failed; it is not asked for again
	SetAside                       // its model cannot be used
	Blocked                        // something other than a file is in its post's location

	dispositions int = iota // how many there are
)

// Asks reports whether a job with this disposition is asked for.
func (s Disposition) Asks() bool { return s <= Overwritten }

// names are what plan --json prints, and are promised.
var names = [dispositions]string{
	"new", "interrupted", "missing", "replaced", "redo", "retried", "overwritten", "restored", "done", "kept_done", "kept", "rejected", "set_aside", "blocked",
}

func (s Disposition) String() string { return names[s] }

// Reason tells a person why a job is requested, or why not.
func (s Disposition) Reason() string {
	return [dispositions]string{
		"never asked for",
		"begun by an earlier run; its attempts count",
		"the post is gone from the folder",
		"the prompt, the model, its options, or the topic's columns changed",
		"marked with redo",
		"rejected before (--retry-rejected)",
		"edited by hand (--overwrite-edited)",
		"made before and replaced since; brought back without a request",
		"there", "made otherwise and left as it is (--keep-done)", "edited by hand", "could not be had", "the model cannot be used", "its location is blocked",
	}[s]
}

// Reasons yields the dispositions in force that call for work, with how many
// jobs have each: those that are asked for or brought back.
func (t Tally) Reasons() iter.Seq2[Disposition, int] {
	return func(yield func(Disposition, int) bool) {
		for d, n := range t[:Done] {
			if n > 0 && !yield(Disposition(d), n) {
				return
			}
		}
	}
}
