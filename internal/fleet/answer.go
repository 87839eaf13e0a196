package fleet

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nightpress/nightpress/internal/hint"
)

// listen begins to answer workers.
func (c *coordinator) listen() error {
	for _, subject := range []string{c.hello(), c.beat(), c.claim(), c.control()} {
		if _, err := c.conn.ChanSubscribe(subject, c.requests); err != nil {
			return fmt.Errorf("fleet: %w", err)
		}
	}
	return nil
}

// answerAll answers a request and those that arrived after it: a thousand workers
// send more of them than there are groups of results.
func (c *coordinator) answerAll(ctx context.Context, m *nats.Msg) error {
	for range cap(c.requests) {
		if err := c.answer(ctx, m); err != nil {
			return err
		}
		select {
		case m = <-c.requests:
		default:
			return nil
		}
	}
	return nil
}

// answer answers one request. A request that cannot be read also gets an answer, so that
// its sender knows why.
func (c *coordinator) answer(ctx context.Context, m *nats.Msg) (err error) {
	var back any
	switch m.Subject {
	case c.hello():
		var h hello
		if err := decode(m.Data, &h); err != nil {
			back = welcome{Refused: short(err.Error()), Hint: firstHint(err)}
		} else {
			back = c.welcomes(&h)
		}
	case c.beat():
		var b beat
		if err := decode(m.Data, &b); err != nil {
			back = welcome{Refused: short(err.Error()), Hint: firstHint(err)}
		} else {
			back = c.hears(&b)
		}
	case c.claim():
		var cl claim
		if err := decode(m.Data, &cl); err != nil || !isHash(cl.Job) {
			return nil
		}
		if back, err = c.claims(ctx, &cl); err != nil {
			return err
		}
	case c.control():
		var ctl control
		if err := decode(m.Data, &ctl); err != nil {
			back = controlled{Error: short(err.Error())}
		} else {
			back = c.controls(&ctl)
		}
	}
	if data, err := encode("", back); err == nil {
		_ = m.Respond(data) // who went away asks again
	}
	return nil
}

func firstHint(err error) string {
	if all := hint.Of(err); len(all) > 0 {
		return all[0]
	}
	return ""
}

// mostMembers bounds the workers that are remembered.
const mostMembers = 10_000

// welcomes answers a worker that asks what there is to do.
func (c *coordinator) welcomes(h *hello) welcome {
	if !name.MatchString(h.Name) || len(h.Instance) > 64 || h.Instance == "" {
		return welcome{Refused: fmt.Sprintf("%.60q cannot be the name of a worker", h.Name), Hint: "--name with letters, digits, '.', '_', and '-', at most 40"}
	}
	if c.roster.full() {
		return welcome{Refused: fmt.Sprintf("the fleet has %d workers, the maximum", mostMembers)}
	}
	m, isNew := c.roster.greet(h, c.now())
	w := c.welcome(m)
	if skew := m.skew; skew.Abs() > 5*time.Minute {
		w.Warning = fmt.Sprintf("this machine's clock and the coordinator's differ by %s; the times of its attempts are corrected", skew.Abs().Round(time.Second))
	}
	if h.Version != c.Version && isNew {
		w.Warning = fmt.Sprintf("this is nightpress %.40s and the coordinator is %.40s: the coordinator reads every post again by its own rules", h.Version, c.Version)
	}
	if isNew && m.Name != c.Local {
		c.Note("worker %s joins", m.Name)
	}
	return w
}

// welcome returns the present answer to a member.
func (c *coordinator) welcome(m *member) welcome {
	w := welcome{
		Name: m.Name, Run: c.run, Queue: c.queue, State: c.state, Attempts: c.Attempts, MaxTokens: c.MaxTokens, Parts: c.parts(),
		Heartbeat: c.ackWait() / 4, Drain: m.Draining, Refused: m.refused,
	}
	if m.refused != "" {
		w.Hint = "install the same version of nightpress here as on the coordinator"
		return w
	}
	for _, l := range c.lineups {
		if !l.aside {
			w.Models = append(w.Models, l.model)
		}
	}
	return w
}

// hears records a worker's state. The answer says what the worker must do. It leaves
// out the models, which hello gives.
func (c *coordinator) hears(b *beat) welcome {
	if err := b.check(); err != nil {
		return welcome{Refused: err.Error()}
	}
	m, tokens := c.roster.hear(b, c.now())
	if m == nil {
		return welcome{} // it has to say hello first
	}
	if m.Name != c.Local && c.Tokens != nil && tokens > 0 {
		c.Tokens(tokens)
	}
	w := c.welcome(m)
	w.Models = nil
	return w
}

// claims answers a worker whose job had been delivered before.
func (c *coordinator) claims(ctx context.Context, cl *claim) (claimed, error) {
	// The result may be waiting.
	for len(c.results) > 0 {
		if err := c.store(ctx, c.gather(<-c.results)); err != nil {
			return claimed{}, err
		}
	}
	i := c.issued[cl.Job]
	if i == nil {
		return claimed{Done: true}, nil
	}
	if cl.Delivery < i.delivery {
		return claimed{Done: true}, nil
	}
	i.delivery = cl.Delivery
	c.Counts.Redelivered++
	if lost := int(min(cl.Delivery, 1<<20)) - 1 - i.returned; lost >= mostLost {
		return claimed{Done: true}, c.reject(ctx, i)
	}
	return claimed{Attempts: slices.Clone(i.attempts), Suspicion: i.suspicion}, nil
}

// controls does what a command asks.
func (c *coordinator) controls(ctl *control) controlled {
	if ctl.Drain != "" {
		if !c.roster.drain(ctl.Drain) {
			return controlled{Members: c.roster.list(), Error: fmt.Sprintf("no worker is called %.60q", ctl.Drain)}
		}
		c.Note("worker %s is drained", ctl.Drain)
		c.tell()
	}
	return controlled{Members: c.roster.list()}
}

// refuse gives a worker no more jobs.
func (c *coordinator) refuse(worker, why string) {
	if c.roster.refuse(worker, why) {
		c.Note("worker %s is refused: %s", worker, why)
		c.tell()
	}
}

// tell has every worker ask at once what there is to do.
func (c *coordinator) tell() {
	if data, err := encode("", welcome{Run: c.run, Queue: c.queue, State: c.state}); err == nil {
		_ = c.conn.Publish(c.news(), data) // they ask every few seconds anyway
		_ = c.conn.Flush()
	}
}
