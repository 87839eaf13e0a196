package fleet

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/hint"
)

// Survey asks the workers of a fleet what its models are: the identity of a model is a
// part of every job, and a coordinator without a model server cannot know it. The
// first worker that has a model says what it is.
type Survey struct {
	// Server, Admin, Address, Prefix, and Version are Coordinator's.
	Server  *Server
	Admin   string
	Address Address
	Prefix  string
	Version string
	// Models are the names to ask for.
	Models []string
	// Until, if set, is when the run would be over, and Patience how long a worker
	// is waited for. Stop ends the survey.
	Until    time.Time
	Patience time.Duration
	Stop     <-chan struct{}
	Note     func(format string, args ...any)
	// Now is the time of day.
	Now func() time.Time
}

// Run returns an offer for each model, by the name that was asked for. Its errors are
// those of Coordinator.Run, and batch.ErrPatience.
func (s *Survey) Run(ctx context.Context) (map[string]Offer, error) {
	c := &coordinator{Coordinator: &Coordinator{Prefix: s.Prefix, Note: s.Note}, names: names{s.Prefix}, run: token(), state: stateAsking}
	var err error
	if s.Server != nil {
		c.conn, err = s.Server.inside(s.Admin, "coordinator")
	} else {
		c.conn, err = dial(s.Address, "coordinator", c.connection)
	}
	if err != nil {
		return nil, err
	}
	defer c.conn.Close()
	if err := c.alone(); err != nil {
		return nil, err
	}
	requests := make(chan *nats.Msg, 1024)
	for _, subject := range []string{c.hello(), c.beat()} {
		if _, err := c.conn.ChanSubscribe(subject, requests); err != nil {
			return nil, fmt.Errorf("fleet: %w", err)
		}
	}
	found := map[string]Offer{}
	c.tell()
	began := s.Now()
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for told := false; len(s.missing(found)) > 0; {
		select {
		case m := <-requests:
			s.answer(c, m, found)
			continue
		case <-ticker.C:
		case <-s.Stop:
			return nil, batch.ErrStopped
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		missing := strings.Join(s.missing(found), ", ")
		if !told {
			told = true
			s.Note("waiting for a worker that has %s", missing)
		}
		switch now := s.Now(); {
		case !s.Until.IsZero() && !now.Before(s.Until):
			return nil, batch.ErrUntil
		case now.Sub(began) > s.Patience:
			return nil, hint.Wrap(fmt.Errorf("%w for %s: no worker has %s", batch.ErrPatience, span(s.Patience), missing), "type the line with \"nightpress work\" on a machine that has the model, and then the same command here")
		}
	}
	return found, nil
}

// missing are the models that no worker has described.
func (s *Survey) missing(found map[string]Offer) (all []string) {
	for _, name := range s.Models {
		if _, known := found[name]; !known {
			all = append(all, name)
		}
	}
	return all
}

// answer answers a worker, and takes what it says of the models.
func (s *Survey) answer(c *coordinator, m *nats.Msg, found map[string]Offer) {
	w := welcome{Run: c.run, State: stateAsking}
	var h hello
	var err error
	if m.Subject == c.hello() {
		err = decode(m.Data, &h)
	} else {
		var b beat
		err = decode(m.Data, &b)
		h.Name = b.Name
	}
	switch {
	case err != nil:
		w = welcome{Refused: short(err.Error()), Hint: firstHint(err)}
	case !name.MatchString(h.Name) || len(h.Offers) > maxModels:
		w = welcome{Refused: fmt.Sprintf("%.60q cannot be the name of a worker", h.Name)}
	default:
		w.Name = h.Name
		for _, o := range h.Offers {
			_, known := found[o.Asked]
			if known || !slices.Contains(s.Models, o.Asked) || o.check() != nil {
				continue
			}
			found[o.Asked] = o
			s.Note("worker %s has %s: jobs go to workers that have the same model", h.Name, o.Asked)
		}
		w.Ask = s.missing(found)
	}
	if data, err := encode("", w); err == nil {
		_ = m.Respond(data) // who went away asks again
	}
}

// offer begins to tell the coordinator which of the models that it asks for are here.
// The heartbeats go on while the servers are asked.
func (r *worker) offer(ctx context.Context, asked []string) {
	r.mu.Lock()
	busy := r.offering || len(asked) == 0
	r.offering = r.offering || !busy
	h := hello{Name: r.me.Name, Instance: r.instance, Version: r.Version, Now: r.now()}
	r.mu.Unlock()
	if busy {
		return
	}
	crash.Go(func() {
		defer func() {
			r.mu.Lock()
			r.offering = false
			r.mu.Unlock()
		}()
		for _, name := range asked {
			o, err := r.Servers.Describe(ctx, name)
			if err != nil {
				r.noteOnce("the coordinator asks for %s: %s", short(name), hint.Text(err))
				continue
			}
			o.Asked = name
			h.Offers = append(h.Offers, o)
		}
		if len(h.Offers) > 0 {
			var w welcome
			_ = r.request(ctx, r.hello(), h, &w) // it asks again
		}
	}, func(error) {})
}
