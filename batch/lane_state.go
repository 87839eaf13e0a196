package batch

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/llm"
)

// laneState is the state of a lane. Only the open state lets requests pass.
type laneState int

const (
	// laneClosed: no phase is in progress.
	laneClosed laneState = iota
	// laneLoading: the server loads the model.
	laneLoading
	// laneOpen: requests pass.
	laneOpen
	// laneWaiting: the server is away or busy. The lane probes it.
	laneWaiting
	// laneRecovering: the model is in trouble. Its requests are canceled, and it
	// is removed from memory.
	laneRecovering
	// laneOut: the lane takes no more jobs of this model.
	laneOut
	// laneParked: the run is paused or the server is drained, and no job is in
	// progress here.
	laneParked
)

func (s laneState) String() string {
	return [...]string{"closed", "loading", "open", "waiting", "recovering", "out", "parked"}[s]
}

// mayFollow lists the states that may follow each state.
var mayFollow = map[laneState][]laneState{
	laneClosed:     {laneLoading},
	laneLoading:    {laneOpen, laneWaiting, laneOut, laneClosed, laneParked},
	laneOpen:       {laneWaiting, laneRecovering, laneOut, laneClosed, laneParked},
	laneWaiting:    {laneLoading, laneOut, laneClosed, laneParked},
	laneParked:     {laneLoading, laneOpen, laneOut, laneClosed},
	laneRecovering: {laneLoading, laneWaiting, laneOut, laneClosed},
	laneOut:        {laneClosed},
}

// errHandBack is the error of a request that was not sent, or was lost, for a
// reason unrelated to its job: the server went away, its model was in trouble, or
// the lane is not open. The job returns to the source at no cost.
var errHandBack = errors.New("handed back")

// move changes the state and wakes all goroutines that wait for a change. The
// caller holds l.mu. An invalid transition is a bug in this package.
func (l *lane) move(to laneState) {
	if !slices.Contains(mayFollow[l.state], to) {
		panic(fmt.Sprintf("batch: lane %s: %s may not follow %s", l.Name, to, l.state))
	}
	if l.state == laneOpen {
		l.round++
	}
	l.state = to
	l.able.Store(to == laneOpen || to == laneLoading)
	l.wake()
}

// begin begins a model: closed -> loading.
func (l *lane) begin(ctx context.Context, p *Phase) {
	l.pace.Reset(p.took(l.Name))
	l.mu.Lock()
	defer l.mu.Unlock()
	m := p.Model
	l.model, l.round, l.reason = m, 0, nil
	// A server that is away stays so.
	l.health, l.reloads = health{}, reloads{}
	before := 0
	if l.Before != nil {
		before = l.Before(m)
	}
	l.given = l.wantedWorkers()
	l.tuner.begin(l.given, before)
	l.renew(ctx)
	l.move(laneLoading)
}

// renew creates the context of the next requests. The caller holds l.mu.
func (l *lane) renew(ctx context.Context) {
	l.requests, l.recall = context.WithCancelCause(context.WithoutCancel(ctx))
}

// opened lets requests pass: loading -> open.
func (l *lane) opened(ctx context.Context) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.requests.Err() != nil {
		l.renew(ctx)
	}
	if l.round > 0 {
		fault, ok := errors.AsType[*llm.Fault](l.reason)
		l.tuner.again(ok && fault.Busy)
	}
	l.reason = nil
	l.move(laneOpen)
}

// lost handles a request whose server was away or busy: open -> waiting. Faults of
// earlier rounds are already handled.
func (l *lane) lost(round int, why error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state == laneOpen && l.round == round {
		l.reason = why
		l.move(laneWaiting)
	}
}

// away handles a load, a probe, or an unload whose server was away or busy: loading
// or recovering -> waiting. A waiting lane stays in that state.
func (l *lane) away(why error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reason = why
	if l.state != laneWaiting {
		l.move(laneWaiting)
	}
}

// troubled handles a request whose model was in trouble: open -> recovering, or out
// if that happened too often. It reports whether the lane is out.
func (l *lane) troubled(round int, fault *llm.Fault, why error) (isOut bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state != laneOpen || l.round != round {
		return l.state == laneOut
	}
	if n, tooMany := l.health.count(fault.Trouble); tooMany {
		l.leaveFor(setAside(fmt.Errorf("%w (%d times without a complete reply in between)", why, n)))
		return true
	}
	l.reason, l.trouble = why, fault.Trouble
	l.move(laneRecovering)
	return false
}

// reload begins another load of the model: waiting or recovering -> loading.
func (l *lane) reload() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.move(laneLoading)
}

// leave ends the lane's work on the model: any state but closed -> out. It cancels
// the lane's requests. The first reason stays.
func (l *lane) leave(why error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.leaveFor(why)
}

func (l *lane) leaveFor(why error) {
	if l.state == laneOut {
		return
	}
	l.reason = why
	l.recall(errHandBack)
	l.move(laneOut)
}

// close ends the phase: any state -> closed. No request may be in progress.
func (l *lane) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state == laneClosed {
		return
	}
	l.recall(nil)
	l.move(laneClosed)
}

// look returns the state and a channel that is closed when it changes.
func (l *lane) look() (laneState, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state, l.changed
}

// why returns why the lane waits, recovers, or is out.
func (l *lane) why() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reason
}

// pass waits until the lane is open. It is false when the lane is out or the
// context ended.
func (l *lane) pass(ctx context.Context) bool {
	for {
		state, changed := l.look()
		switch state {
		case laneOpen:
			return true
		case laneOut, laneClosed:
			return false
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return false
		}
	}
}

// request makes one request and returns its round. With alone, it waits until no
// other request is in progress on the lane, and lets no other one begin.
func (l *lane) request(ctx context.Context, alone bool, request func(context.Context) error) (round int, err error) {
	n := int64(1)
	if alone {
		n = everybody
	}
	if err := l.underWay.Acquire(ctx, n); err != nil {
		return 0, context.Cause(ctx)
	}
	defer l.underWay.Release(n)
	l.mu.Lock()
	round, requests, state := l.round, l.requests, l.state
	l.mu.Unlock()
	if state != laneOpen {
		return round, errHandBack
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(requests, crash.Caught(func() { cancel(errHandBack) }, cancel))()
	err = request(ctx)
	if _, isFault := errors.AsType[*llm.Fault](err); err != nil && !isFault && requests.Err() != nil {
		err = errHandBack
	}
	return round, err
}

// ask makes a request and changes the lane's state according to its error.
// errHandBack means that the request cost its job nothing and must be made again,
// on this lane or another.
func (l *lane) ask(ctx context.Context, alone bool, request func(context.Context) error) error {
	round, err := l.request(ctx, alone, request)
	fault, isFault := errors.AsType[*llm.Fault](err)
	switch {
	case err == nil:
		l.well()
	case ctx.Err() != nil, !isFault:
	case fault.Kind == llm.FaultPause:
		l.lost(round, err)
		return errHandBack
	case fault.Kind == llm.FaultModel:
		l.answered()
		l.leave(err)
		return errHandBack
	case fault.Trouble != llm.NoTrouble:
		if l.troubled(round, fault, err) {
			return errHandBack
		}
	default:
		l.answered()
	}
	return err
}

// answered ends an outage: the server answered a request.
func (l *lane) answered() {
	l.mu.Lock()
	l.outage.count(l.run.Clock.now(), maxSpan, false)
	past := l.outage
	l.outage = outage{}
	l.mu.Unlock()
	if past.begun() {
		l.run.emit(Resumed{l.Name, past.lasted})
	}
}

// well resets the model's health after a complete reply.
func (l *lane) well() {
	l.answered()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.health = health{}
}
