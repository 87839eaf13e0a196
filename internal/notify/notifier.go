package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/shell"
)

// Again is the shortest time between two messages of the same event, server, and
// model.
const Again = 30 * time.Minute

// MostWaiting bounds the messages that wait for the command.
const MostWaiting = 100

// Notifier runs a command for each message: one at a time, in their order, and
// beside the run. Its methods may be called from many goroutines, and on a nil
// *Notifier, which tells nobody.
type Notifier struct {
	command string
	environ []string
	// now measures durations.
	now    func() time.Time
	failed func(error)
	// limit is how long Close waits.
	limit time.Duration

	mu      sync.Mutex
	waiting []Message
	told    map[string]time.Time
	log     *slog.Logger
	// running is closed when the command has run for every message; nil while
	// none is there.
	running chan struct{}
	// ctx ends the command that runs.
	ctx      context.Context
	cancel   context.CancelFunc
	closed   bool
	reported bool
}

// New returns a Notifier that runs a command line with an environment; nil where
// the command is "". failed is called with the first error of the command.
func New(command string, environ []string, now func() time.Time, failed func(error)) *Notifier {
	if command == "" {
		return nil
	}
	n := &Notifier{command: command, environ: environ, now: now, failed: failed, limit: shell.Limit, told: map[string]time.Time{}, log: slog.New(slog.DiscardHandler)}
	n.ctx, n.cancel = context.WithCancel(context.Background())
	return n
}

// SetLog sends what happens to a log; nil is none.
func (n *Notifier) SetLog(log *slog.Logger) {
	if n == nil {
		return
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.log = log
}

// Send has the command run for a message, and does not wait for it. It reports
// whether it will: the same message is sent once within Again. ServerBack and
// Done are always sent: the first follows a ServerAway that was sent, and the second
// is the last message.
func (n *Notifier) Send(m Message) bool {
	if n == nil {
		return false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	last, before := n.told[m.key()]
	if m.Event != ServerBack && m.Event != Done && before && n.now().Sub(last) < Again {
		return false
	}
	if n.closed || len(n.waiting) >= MostWaiting && m.Event != Done {
		n.log.Warn("event not told", "event", m.Event.String(), "server", m.Server, "model", m.Model)
		return false
	}
	n.told[m.key()] = n.now()
	n.log.Info("event", "event", m.Event.String(), "text", m.safe().Text, "server", m.Server, "model", m.Model)
	n.waiting = append(n.waiting, m)
	if n.running == nil {
		n.running = make(chan struct{})
		crash.Go(n.work, func(err error) { n.fail(err); n.stop() })
	}
	return true
}

// work runs the command until no message waits.
func (n *Notifier) work() {
	for {
		m, ok := n.next()
		if !ok {
			return
		}
		if err := n.run(m); err != nil {
			n.fail(fmt.Errorf("on_event: %s: %w", m.Event, err))
		}
	}
}

// next takes the message that has waited longest. Without one it ends the work.
func (n *Notifier) next() (Message, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.waiting) == 0 || n.ctx.Err() != nil {
		n.waiting = nil
		close(n.running)
		n.running = nil
		return Message{}, false
	}
	m := n.waiting[0]
	n.waiting = n.waiting[1:]
	return m, true
}

// stop ends the work after a panic.
func (n *Notifier) stop() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.closed, n.waiting = true, nil
	close(n.running)
	n.running = nil
}

// run runs the command once. Its output is part of the error if it fails.
func (n *Notifier) run(m Message) error {
	text, err := json.Marshal(m.safe())
	if err != nil {
		return err
	}
	var said start
	err = shell.Run(n.ctx, n.command, append(text, '\n'), &said, append(slices.Clone(n.environ), m.Environ()...))
	if err != nil && said.Len() > 0 {
		err = fmt.Errorf("%w: %s", err, OneLine(said.String()))
	}
	return err
}

// fail reports an error: to a person once, to the log always.
func (n *Notifier) fail(err error) {
	n.mu.Lock()
	first, log := !n.reported, n.log
	n.reported = true
	n.mu.Unlock()
	log.Warn("on_event failed", "error", err.Error())
	if first {
		n.failed(err)
	}
}

// Close waits until the command has run for every message, at most as long as one
// may run (shell.Limit). Then it ends it. The end of ctx ends it too, unless ctx
// was at its end before: that signal was not meant for the command.
func (n *Notifier) Close(ctx context.Context) {
	if n == nil {
		return
	}
	ctx = shell.AfterRun(ctx)
	limit := time.NewTimer(n.limit)
	defer limit.Stop()
	n.mu.Lock()
	n.closed = true
	running := n.running
	n.mu.Unlock()
	if running == nil {
		n.cancel()
		return
	}
	select {
	case <-running:
	case <-limit.C:
	case <-ctx.Done():
	}
	n.cancel()
	<-running
}

// start keeps the first bytes of what is written to it.
type start struct{ bytes.Buffer }

const mostSaid = 4 << 10

func (t *start) Write(p []byte) (int, error) {
	if room := mostSaid - t.Len(); room > 0 {
		t.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}
