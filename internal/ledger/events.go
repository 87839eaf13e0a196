package ledger

import (
	"context"

	"github.com/nightpress/nightpress/internal/word"
)

// EventKind is the kind of an Event.
type EventKind struct{ word.Word }

// The kinds of events. They are stored, so they are never renamed.
var (
	EventLoaded  = EventKind{word.New("loaded")}
	EventWaiting = EventKind{word.New("waiting")}
	EventResumed = EventKind{word.New("resumed")}
	// EventRecovering: a model that crashed or hangs is loaded again.
	EventRecovering = EventKind{word.New("recovering")}
	EventSetAside   = EventKind{word.New("set-aside")}
	// EventReloaded: another client made the server load a model again. The text
	// is how many such loads of the model the run had met by then; it is recorded
	// when their number doubles.
	EventReloaded = EventKind{word.New("reloaded")}
	// EventOut: a server takes no more jobs of a model; others do.
	EventOut = EventKind{word.New("out")}
)

// Event is an event of the server during a run. Model is a label, or "" if the
// event concerns no single model. The text of EventLoaded is the duration of the
// load in seconds. Server is "" in a run of one without a name.
type Event struct {
	Kind                EventKind
	Server, Model, Text string
}

// AddEvent records an event of the server.
func (l *Ledger) AddEvent(ctx context.Context, run int64, e Event) error {
	_, err := l.writer.ExecContext(ctx, `INSERT INTO events (time, run, kind, model, text, server) VALUES (?,?,?,?,?,?)`, l.stamp(), run, e.Kind.String(), e.Model, e.Text, e.Server)
	return l.fault(err)
}
