package run

import (
	"context"
	"log/slog"
	"strconv"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/ledger"
)

// eventLog writes the servers' events to the ledger during a run. An error does not end
// the run; it goes to the log.
type eventLog struct {
	ctx    context.Context
	ledger *ledger.Ledger
	run    int64
	log    *slog.Logger
	// addresses are the servers', by name.
	addresses map[string]string
}

// tuned keeps what was found of a server, so that the next run begins with it.
func (d *eventLog) tuned(ev batch.Tuned) {
	found := ledger.Found{Workers: ev.Workers, Slots: ev.Slots}
	if err := d.ledger.SetFound(d.ctx, d.addresses[ev.Server], ev.Model.Digest, found); err != nil {
		d.log.Warn("workers not recorded", "server", ev.Server, "error", err.Error())
	}
}

// event is called from many goroutines. The events that it writes are rare.
func (d *eventLog) event(ev batch.Event) {
	switch ev := ev.(type) {
	case batch.Loaded:
		d.add(ev.Server, ledger.EventLoaded, ev.Model.Label, strconv.FormatFloat(ev.Took.Seconds(), 'f', 3, 64))
	case batch.Reloaded:
		if ev.N&(ev.N-1) == 0 {
			d.add(ev.Server, ledger.EventReloaded, ev.Model.Label, strconv.Itoa(ev.N))
		}
	case batch.Tuned:
		d.tuned(ev)
	case batch.Waiting:
		d.add(ev.Server, ledger.EventWaiting, "", ev.Reason.Error())
	case batch.Resumed:
		d.add(ev.Server, ledger.EventResumed, "", "")
	case batch.Recovering:
		d.add(ev.Server, ledger.EventRecovering, ev.Model.Label, ev.Reason.Error())
	case batch.Out:
		if ev.Server != "" {
			d.add(ev.Server, ledger.EventOut, ev.Model.Label, ev.Reason.Error())
		}
	case batch.Unusable:
		d.add("", ledger.EventSetAside, ev.Model.Label, ev.Reason.Error())
	}
}

func (d *eventLog) add(server string, kind ledger.EventKind, label, text string) {
	if err := d.ledger.AddEvent(d.ctx, d.run, ledger.Event{Server: server, Kind: kind, Model: label, Text: text}); err != nil {
		d.log.Warn("event not recorded", "kind", kind.String(), "error", err.Error())
	}
}
