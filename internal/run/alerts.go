package run

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/errtype"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/notify"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/output"
)

// alerts decides which events are worth a message during a run: those that cost posts
// if nobody acts, and the end of such an event.
type alerts struct {
	p        *Prepared
	outcome  *outcome
	notifier *notify.Notifier
	// name is a server as a person knows it.
	name func(server string) string
	// counts are those of the last commit: events come while the next goes on.
	counts atomic.Pointer[notify.Counts]

	mu sync.Mutex
	// away are the servers whose outage was reported.
	away map[string]bool
	// full: that the disk fills up was told. looked is when that was last looked
	// at.
	full   bool
	looked time.Time
}

func (p *Prepared) newAlerts(o *outcome, log *slog.Logger, name func(server string) string) *alerts {
	p.req.Notifier.SetLog(log)
	a := &alerts{p: p, outcome: o, notifier: p.req.Notifier, name: name, away: map[string]bool{}}
	a.count()
	return a
}

// end says that the log is about to be closed.
func (a *alerts) end() { a.notifier.SetLog(nil) }

func (a *alerts) count() {
	c := counts(&a.outcome.Summary)
	a.counts.Store(&c)
}

// tell sends a message. It reports whether the notifier accepted it.
func (a *alerts) tell(m notify.Message) bool {
	m.Time, m.Counts = a.p.req.Now(), *a.counts.Load()
	return a.notifier.Send(m)
}

// event is called from many goroutines.
func (a *alerts) event(ev batch.Event) {
	switch ev := ev.(type) {
	case batch.Waiting:
		reason := ev.Reason
		if f, ok := errors.AsType[*llm.Fault](reason); ok {
			reason = f // without what was asked of the server
		}
		a.absent(ev.Server, ev.Away, reason.Error())
	case batch.Resumed:
		a.back(ev.Server, ev.Away)
	case batch.Unusable:
		m := notify.Message{Event: notify.ModelSetAside, Model: ev.Model.Name, Label: ev.Model.Label, Text: "model " + ev.Model.Name + " is set aside: " + hint.Text(ev.Reason)}
		if errtype.Is[*batch.AllRejectedError](ev.Reason) {
			m.Event = notify.AllRejected
		}
		a.tell(m)
	}
}

// absent reports a server once it has been away for long.
func (a *alerts) absent(server string, away time.Duration, why string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if away < notify.LongAway || a.away[server] {
		return
	}
	a.away[server] = a.tell(notify.Message{
		Event: notify.ServerAway, Server: a.address(server),
		Text: a.name(server) + " has been away for " + term.Duration(away) + ": " + why,
	})
}

// back reports that a server answers again, if its outage was reported.
func (a *alerts) back(server string, away time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.away[server] {
		return
	}
	delete(a.away, server)
	a.tell(notify.Message{Event: notify.ServerBack, Server: a.address(server), Text: a.name(server) + " answers again after " + term.Duration(away)})
}

// address names a server for a script: its name, or else its address.
func (a *alerts) address(server string) string {
	if server == "" {
		return a.p.byName()[server]
	}
	return server
}

const (
	// lookAgainAfter is how often the disk space is looked at.
	lookAgainAfter = time.Minute
	// margin is the disk space in bytes beside what the posts need that a person
	// has some hours to make free: others fill the disk too.
	margin = 4 * output.Reserve
)

// committed is called after each commit, by the goroutine that commits.
func (a *alerts) committed(ctx context.Context) {
	a.count()
	now := a.p.req.Clock()
	if a.notifier == nil || !a.looked.IsZero() && now.Sub(a.looked) < lookAgainAfter {
		return
	}
	a.looked = now
	left := a.outcome.Left
	free, need, known := a.p.space(ctx, left)
	switch {
	case !known || free > need+2*margin:
		a.full = false
	case free < need+margin && !a.full:
		a.full = a.tell(notify.Message{Event: notify.DiskNearlyFull, Text: "the disk is nearly full: " + a.p.spaceText(left, free, need)})
	}
}
