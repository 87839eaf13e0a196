package ledger

import "context"

// The kinds of events. They are stored, so they are never renamed.
const (
	EventLoaded  = "loaded"
	EventWaiting = "waiting"
	EventResumed = "resumed"
	// EventRecovering: a model that crashed or hangs is loaded again.
	EventRecovering = "recovering"
	EventSetAside   = "set-aside"
	// EventReloaded: another client made the server load a model again. The text
	// is how many such loads of the model the run had met by then; it is recorded
	// when their number doubles.
	EventReloaded = "reloaded"
	// EventOut: a server takes no more jobs of a model; others do.
	EventOut = "out"
)

// Event is an event of the server during a run. Model is a label, or "" if the
// event concerns no single model. The text of EventLoaded is the duration of the
// load in seconds. Server is "" in a run of one without a name.
type Event struct{ Server, Kind, Model, Text string }

// AddEvent records an event of the server.
func (l *Ledger) AddEvent(ctx context.Context, run int64, e Event) error {
	_, err := l.writer.ExecContext(ctx, `INSERT INTO events (time, run, kind, model, text, server) VALUES (?,?,?,?,?,?)`, l.stamp(), run, e.Kind, e.Model, e.Text, e.Server)
	return l.fault(err)
}
