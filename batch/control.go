package batch

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// Control changes what an engine does while it runs (Engine.Control). Its zero
// value changes nothing. It may be used from many goroutines, before, during, and
// after Run.
//
// Nothing that it does cancels a request: the jobs in progress finish.
type Control struct {
	// Now measures how long the run is paused; nil is the machine's clock. Set it
	// before the first use.
	Now func() time.Time

	mu      sync.Mutex
	pauses  []Pause
	since   time.Time
	paused  time.Duration
	drained map[string]bool
	workers map[string]int
	changed chan struct{}
}

// Pause is one reason why a run is paused. While there is one, no job is begun.
type Pause struct {
	// By tells the reasons apart: each has at most one.
	By string
	// Reason is for a person.
	Reason string
	// Unload: the models are taken out of the servers' memory, once their jobs in
	// progress are over.
	Unload bool
}

// Pause pauses the run, or replaces the reason with the same By. Paused time does not
// count against any limit.
func (c *Control) Pause(p Pause) {
	c.change(func() {
		if len(c.pauses) == 0 {
			c.since = c.now()
		}
		c.pauses = append(c.without(p.By), p)
	})
}

// Resume removes a reason to be paused. The run continues when none is left.
func (c *Control) Resume(by string) {
	c.change(func() {
		left := c.without(by)
		if len(left) == 0 && len(c.pauses) > 0 {
			c.paused += c.now().Sub(c.since)
		}
		c.pauses = left
	})
}

// without returns the reasons but one.
func (c *Control) without(by string) []Pause {
	return slices.DeleteFunc(slices.Clone(c.pauses), func(p Pause) bool { return p.By == by })
}

// Drain makes a server take no more jobs, or take jobs again.
func (c *Control) Drain(server string, drained bool) {
	c.change(func() {
		if c.drained == nil {
			c.drained = map[string]bool{}
		}
		delete(c.drained, server)
		if drained {
			c.drained[server] = true
		}
	})
}

// SetWorkers sets how many requests are in progress at once on a server; 0 finds the
// number from what the server does.
func (c *Control) SetWorkers(server string, workers int) {
	c.change(func() {
		if c.workers == nil {
			c.workers = map[string]int{}
		}
		c.workers[server] = workers
	})
}

// Controlled is the state of a Control at one moment.
type Controlled struct {
	// Pauses are the reasons why the run is paused, the newest last; none where it
	// is not. Since is when the first of them began.
	Pauses []Pause
	Since  time.Time
	// Paused is how long the run was paused, in all.
	Paused time.Duration
	// Drained are the servers that take no more jobs. Workers has the servers
	// whose number of workers was set; 0 finds it.
	Drained map[string]bool
	Workers map[string]int
}

// Unload reports whether the models are to be taken out of memory.
func (c Controlled) Unload() bool {
	return slices.ContainsFunc(c.Pauses, func(p Pause) bool { return p.Unload })
}

// Look returns the present state of the control.
func (c *Control) Look() Controlled {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := Controlled{Pauses: slices.Clone(c.pauses), Paused: c.paused, Drained: maps.Clone(c.drained), Workers: maps.Clone(c.workers)}
	if len(c.pauses) > 0 {
		now.Since = c.since
		now.Paused += c.now().Sub(c.since)
	}
	return now
}

// Active returns the clock's time minus all pauses. Only differences of it are
// meaningful.
func (c *Control) Active() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if len(c.pauses) > 0 {
		now = c.since
	}
	return now.Add(-c.paused)
}

// holds reports whether a server must begin no job, and whether to unload its model.
func (c *Control) holds(server string) (held, unload bool) {
	if c == nil {
		return false, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	unload = slices.ContainsFunc(c.pauses, func(p Pause) bool { return p.Unload })
	return len(c.pauses) > 0 || c.drained[server], unload
}

// isPaused reports whether the run as a whole is.
func (c *Control) isPaused() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.pauses) > 0
}

// workersOf returns a server's number of workers, where it was set.
func (c *Control) workersOf(server string) (workers int, set bool) {
	if c == nil {
		return 0, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	workers, set = c.workers[server]
	return workers, set
}

func (c *Control) change(how func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	how()
	if c.changed != nil {
		close(c.changed)
		c.changed = nil
	}
}

// changes returns a channel that is closed at the next change.
func (c *Control) changes() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changed == nil {
		c.changed = make(chan struct{})
	}
	return c.changed
}

func (c *Control) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// heed applies changes of the control to the lanes until over is closed.
func (r *run) heed(over <-chan struct{}) {
	stop := r.Stop
	for {
		changed := r.Control.changes()
		for _, l := range r.lanes {
			l.reseat()
		}
		r.wake()
		var again <-chan time.Time
		if !r.Until.IsZero() && r.Control.isPaused() {
			// Nobody else looks at the time then.
			again = r.Clock.after(min(time.Minute, max(time.Second, r.Until.Sub(r.Clock.wall()))))
		}
		select {
		case <-changed:
		case <-stop:
			stop = nil
		case <-again:
		case <-over:
			return
		}
	}
}

// held reports whether the lane must begin no job at present, although the run
// continues.
func (l *lane) held() bool {
	held, _ := l.run.Control.holds(l.Name)
	return held && l.stopReason() == nil
}

// wantedWorkers is how many workers were given; 0 finds the number.
func (l *lane) wantedWorkers() int {
	if n, set := l.run.Control.workersOf(l.Name); set {
		return n
	}
	return l.Workers
}

// reseat follows a change of the control.
func (l *lane) reseat() {
	l.mu.Lock()
	changed := l.given != l.wantedWorkers()
	if changed {
		l.given = l.wantedWorkers()
		l.tuner.give(l.given)
		l.fillSeats()
	}
	l.wake()
	model, workers, on := l.model, l.tuner.seats(), l.state != laneClosed
	l.mu.Unlock()
	if changed && on {
		l.run.emit(Seated{l.Name, model, workers})
	}
}

// park lets a held lane rest: loading, open, or waiting -> parked. An open one has
// no job in progress; otherwise park does nothing. It reports whether the lane is
// parked.
func (l *lane) park() bool {
	alone := l.alone()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state == laneOpen && l.jobs > 0 {
		return false
	}
	l.outage.count(l.run.Clock.now(), maxSpan, alone)
	l.cold = l.state != laneOpen
	l.move(laneParked)
	return true
}

// unpark lets the lane continue: parked -> open, or -> loading if its model may not be
// in memory.
func (l *lane) unpark() {
	l.mu.Lock()
	defer l.mu.Unlock()
	// What is counted of an outage is not the time at rest.
	l.outage.count(l.run.Clock.now(), 0, false)
	if l.cold {
		l.move(laneLoading)
	} else {
		l.move(laneOpen)
	}
}

// rest waits until a parked lane is no longer held. An error ends its work.
func (l *lane) rest(ctx context.Context, s *source) error {
	for {
		_, changed := l.look()
		woken := l.run.looked()
		if why := l.stopReason(); why != nil {
			return why
		}
		held, unload := l.run.Control.holds(l.Name)
		if !held {
			l.unpark()
			return nil
		}
		if unload && l.resident != nil {
			l.mu.Lock()
			l.cold = true
			l.mu.Unlock()
			l.release(ctx)
		}
		// Other machines may do the jobs of a feed meanwhile.
		l.run.sendBack()
		later := s.overAtRest()
		if why := l.endReason(); why != nil {
			return why
		}
		select {
		case <-changed:
		case <-woken:
		case <-later:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// release unloads the lane's model.
func (l *lane) release(ctx context.Context) {
	old := l.resident
	if old == nil {
		return
	}
	l.resident = nil
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), unloadWithin)
	defer cancel()
	if err := l.Generator.Unload(ctx, *old); err != nil {
		l.run.emit(Lingering{l.Name, *old, err})
		return
	}
	l.run.emit(Unloaded{l.Name, *old})
}

// endReason returns why the run ends although the lane could continue: it is drained,
// and every other lane has ended.
func (l *lane) endReason() error {
	r := l.run
	if r.Control.isPaused() {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return l.lastReason()
}

// lastReason is endReason for a caller that holds r.mu, in a run that is not
// paused.
func (l *lane) lastReason() (why error) {
	for _, other := range l.run.lanes {
		if other == l {
			continue
		}
		if other.gone == nil {
			if held, _ := l.run.Control.holds(other.Name); !held {
				return nil
			}
			continue
		}
		why = other.gone
	}
	return why
}

// looked returns a channel that is closed when waiting goroutines must look again.
func (r *run) looked() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changed
}
