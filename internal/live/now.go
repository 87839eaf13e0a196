package live

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/nightpress/nightpress/batch"
)

// mostPaces is how many of the last jobs the pace is taken over.
const mostPaces = 64

// Snapshot returns the run as it is now. It shares nothing with the tracker.
func (t *Tracker) Snapshot() *Snapshot {
	// The estimate has a lock of its own.
	var left time.Duration
	known := false
	if t.about.Left != nil {
		left, known = t.about.Left()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	a, now, clock := &t.about, t.about.Now(), t.about.Clock()
	s := &Snapshot{
		Event: "snapshot", Version: Version, Time: now,
		PID: a.PID, Since: a.Since, Command: a.Command, Out: a.Out, State: Running, Stopping: t.stopping, Ended: t.ended,
		Counts: t.counts, Tokens: t.tokens, TokensPerSecond: t.rate.PerSecond(clock), PostsPerHour: t.pace(),
		Models: slices.Clone(t.models), Workers: slices.Clone(t.members), Servers: []Server{}, Pairs: []Pair{}, Sections: t.sections(), Last: newest(t.last), LastRejected: newest(t.lost),
	}
	if !a.Until.IsZero() {
		s.Until = &t.about.Until
	}
	for i := range s.Models {
		s.Models[i].Reason = t.aside[s.Models[i].Label]
	}
	for _, one := range t.servers {
		if one.elsewhere {
			continue
		}
		server, _ := t.server(one)
		s.Servers = append(s.Servers, server)
	}
	if a.Control != nil {
		t.controlled(s, a.Control.Look())
	}
	for _, p := range t.pairs {
		if p.Model == "" && p.Label == "" {
			continue
		}
		s.Pairs = append(s.Pairs, t.now(p, clock))
	}
	slices.SortFunc(s.Pairs, func(a, b Pair) int {
		return cmp.Or(cmp.Compare(a.Server, b.Server), cmp.Compare(a.Label, b.Label))
	})
	t.state(s)
	if known && (s.State == Running || s.State == Paused) {
		seconds := left.Seconds()
		s.SecondsLeft = &seconds
	}
	if known && s.State == Running {
		end := now.Add(left)
		s.End = &end
	}
	return s
}

// state sets what the run does as a whole.
func (t *Tracker) state(s *Snapshot) {
	switch {
	case t.ended != nil:
		s.State = Over
	case t.stopping != "":
		s.State = Stopping
	case s.Pause != nil:
		s.State = Paused
	}
}

// controlled adds what a person and the configuration do to the run.
func (t *Tracker) controlled(s *Snapshot, c batch.Controlled) {
	s.PausedSeconds = c.Paused.Seconds()
	if len(c.Pauses) > 0 {
		// Control measures with a clock that may have no time of day.
		s.Pause = &Pause{Since: s.Time.Add(-t.about.Clock().Sub(c.Since)), Unload: c.Unload()}
		for _, p := range c.Pauses {
			s.Pause.Reasons = append(s.Pause.Reasons, p.Reason)
		}
	}
	for i := range s.Servers {
		one := &s.Servers[i]
		if n, set := c.Workers[one.Name]; set {
			one.Auto = n == 0
			if n > 0 {
				one.Workers = n
			}
		}
		one.Drained = c.Drained[one.Name]
		busy := one.Streams+one.Queued > 0
		switch {
		case one.State == Out || t.ended != nil:
		case one.Drained && busy:
			one.State = Draining
		case one.Drained:
			one.State = Drained
		case s.Pause != nil && !busy && t.stopping == "":
			one.State = Resting
		}
	}
}

// server returns a server as it is now, and the tokens of its saved attempts.
func (t *Tracker) server(one *server) (s Server, results int) {
	s = one.Server
	s.Streams, s.Queued = len(one.streams), len(one.queued)
	if s.State == Working && s.Streams+s.Queued == 0 {
		s.State = Idle
	}
	s.TokensPerSecond = one.rate.PerSecond(t.about.Clock())
	s.AwaySeconds = one.awayFor.Seconds()
	if !one.since.IsZero() {
		s.AwaySeconds += t.about.Clock().Sub(one.since).Seconds()
	}
	for _, p := range t.pairs {
		if p.Server != s.Name {
			continue
		}
		if p.Label == s.Model {
			s.Slots = p.Slots
		}
		s.Posts += p.Posts
		s.Rejected += p.Rejected
		s.Tokens += p.Tokens
		s.Loads += p.Loads
		s.LoadSeconds += p.LoadSeconds
		s.Outages += p.Outages
		results += p.results
	}
	return s, results
}

// now returns a pair as it is now.
func (t *Tracker) now(p *pair, clock time.Time) Pair {
	one := p.Pair
	one.Causes = maps.Clone(p.Causes)
	one.TokensPerSecond = p.rate.PerSecond(clock)
	s := t.of(p.Server)
	for j := range s.streams {
		if j.Model.Label == p.Label {
			one.Streams++
		}
	}
	for j := range s.queued {
		if j.Model.Label == p.Label {
			one.Queued++
		}
	}
	return one
}

// pace is how many jobs come to their end in an hour that is not paused: of the last
// ones, or from the first request on while there are few.
func (t *Tracker) pace() float64 {
	n, since := len(t.paces), t.began
	if n == mostPaces {
		n, since = n-1, t.paces[0]
	}
	hours := t.active().Sub(since).Hours()
	if n == 0 || since.IsZero() || hours <= 0 {
		return 0
	}
	return float64(n) / hours
}

// newest returns jobs in the other order.
func newest(jobs []Job) []Job {
	all := append([]Job{}, jobs...)
	slices.Reverse(all)
	return all
}
