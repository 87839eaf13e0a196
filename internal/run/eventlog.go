package run

import (
	"context"
	"log/slog"
	"strconv"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/ledger"
)

// eventLog writes into the ledger what the server does while a run goes on, for
// status and for the morning after. It is no reason to end a run: what it
// cannot write it tells the log.
type eventLog struct {
	ctx    context.Context
	ledger *ledger.Ledger
	run    int64
	log    *slog.Logger
}

// event is called from many goroutines. The events that it writes are rare.
func (d *eventLog) event(ev batch.Event) {
	switch ev := ev.(type) {
	case batch.Loaded:
		d.add(ledger.EventLoaded, ev.Model.Label, strconv.FormatFloat(ev.Took.Seconds(), 'f', 3, 64))
	case batch.Reloaded:
		if ev.N&(ev.N-1) == 0 {
			d.add(ledger.EventReloaded, ev.Model.Label, strconv.Itoa(ev.N))
		}
	case batch.Waiting:
		d.add(ledger.EventWaiting, "", ev.Reason.Error())
	case batch.Resumed:
		d.add(ledger.EventResumed, "", "")
	case batch.Recovering:
		d.add(ledger.EventRecovering, ev.Model.Label, ev.Reason.Error())
	case batch.Unusable:
		d.add(ledger.EventSetAside, ev.Model.Label, ev.Reason.Error())
	}
}

func (d *eventLog) add(kind, label, text string) {
	if err := d.ledger.AddEvent(d.ctx, d.run, ledger.Event{Kind: kind, Model: label, Text: text}); err != nil {
		d.log.Warn("event not recorded", "kind", kind, "error", err.Error())
	}
}
