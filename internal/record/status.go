package record

import "github.com/nightpress/nightpress/internal/word"

// Status is how a job stands.
type Status struct{ word.Word }

// The five statuses; they are stored and never renamed.
var (
	Pending  = Status{word.New("pending")}
	Done     = Status{word.New("done")}
	Rejected = Status{word.New("rejected")}
	// Kept: a person edited the post, so it was left alone.
	Kept = Status{word.New("kept")}
	// SetAside: the job's model is out of the run; Result.Reason says why.
	SetAside = Status{word.New("set-aside")}
)

// Known reports whether this is one of the five statuses.
func (s Status) Known() bool {
	switch s {
	case Pending, Done, Rejected, Kept, SetAside:
		return true
	}
	return false
}
