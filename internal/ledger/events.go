package ledger

import "context"

// The kinds of events; they are stored and never renamed.
const (
	EventLoaded  = "loaded"
	EventWaiting = "waiting"
	EventResumed = "resumed"
	// EventRecovering: a model that crashed or hangs is loaded anew.
	EventRecovering = "recovering"
	EventSetAside   = "set-aside"
	// EventReloaded: another client made the server load a model again. The text
	// is how many such loads of the model the run had met by then; it is recorded
	// when their number doubles.
	EventReloaded = "reloaded"
)

// Event is something that the server did in a run. Model is a label, "" where
// it is not one model's. The text of EventLoaded is how many seconds it took.
type Event struct{ Kind, Model, Text string }

// AddEvent records an event of the server.
func (l *Ledger) AddEvent(ctx context.Context, run int64, e Event) error {
	_, err := l.writer.ExecContext(ctx, `INSERT INTO events (time, run, kind, model, text) VALUES (?,?,?,?,?)`, l.stamp(), run, e.Kind, e.Model, e.Text)
	return l.fault(err)
}
