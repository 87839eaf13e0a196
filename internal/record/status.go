package record

// Status is how a job stands.
type Status string

// The five statuses; they are stored and never renamed.
const (
	Pending  Status = "pending"
	Done     Status = "done"
	Rejected Status = "rejected"
	// Kept: a person edited the post, so it was left alone.
	Kept Status = "kept"
	// SetAside: the job's model is out of the run; Result.Reason says why.
	SetAside Status = "set-aside"
)

// Known reports whether this is one of the five statuses.
func (s Status) Known() bool {
	switch s {
	case Pending, Done, Rejected, Kept, SetAside:
		return true
	}
	return false
}
