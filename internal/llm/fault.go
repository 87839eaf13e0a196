package llm

import "time"

// Fault is a failed request, with what it means for the run. Its text says
// what was asked of whom and why it failed.
type Fault struct {
	Kind FaultKind
	// Trouble is what a FaultRetry means for the model's health.
	Trouble Trouble
	// Busy: the server has too much to do; with FaultPause alone.
	Busy bool
	// Died: the server ended in the middle of the request; with FaultPause alone.
	// A server that was away before has not ended because of the request.
	Died bool
	// Err says what failed; see package hint for what a person can do.
	Err error
	// RetryAfter is the least time to wait before the next try; 0 leaves it
	// to the engine's backoff.
	RetryAfter time.Duration
}

func (f *Fault) Error() string { return f.Err.Error() }
func (f *Fault) Unwrap() error { return f.Err }

// FaultKind is the consequence of a failed request.
type FaultKind int

const (
	// FaultRetry: try the job again; it costs an attempt. Also for a reply
	// that came, but cut (the server's repeat guard, a broken stream).
	FaultRetry FaultKind = iota
	// FaultPause: the server is away or busy; wait and try again at no
	// attempt's cost.
	FaultPause
	// FaultJob: the job can never be had; it is rejected.
	FaultJob
	// FaultModel: the model is unusable on this server; it is set aside and
	// the other models go on.
	FaultModel
	// FaultRun: nothing can go on.
	FaultRun
)

func (k FaultKind) String() string {
	return [...]string{"retry", "pause", "job", "model", "run"}[k]
}
