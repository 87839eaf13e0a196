package batch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/llm"
)

// tend does what the lane's state requires until the lane is out or the phase is
// over: it loads the model, waits for the server, and recovers the model. One
// goroutine does this for all workers, so that a returning server gets one request
// instead of one from each worker.
//
// An error that concerns only this lane and model, or that ends the handing out of
// jobs, moves the lane to out. Any other error is returned and ends the run.
func (l *lane) tend(ctx context.Context, s *source) error {
	for {
		state, changed := l.look()
		var err error
		if l.parks(state) && l.held() && l.park() {
			continue
		}
		switch state {
		case laneLoading:
			err = l.bring(ctx)
		case laneWaiting:
			err = l.wait(ctx)
		case laneRecovering:
			err = l.recover(ctx)
		case laneOut, laneClosed:
			if why := l.why(); !isStop(why) {
				l.run.emit(Out{l.Name, l.model, why})
			}
			return nil
		case laneParked:
			err = l.rest(ctx, s)
		case laneOpen:
			if l.follow(ctx, changed); ctx.Err() != nil {
				return nil
			}
		}
		if err == nil {
			continue
		}
		if ctx.Err() != nil {
			return nil
		}
		l.leave(err)
		l.run.wake()
		if !isSetAside(err) && !isStop(err) && !errors.Is(err, ErrPatience) {
			return err
		}
	}
}

// parks reports whether a lane in a state rests when it is held.
func (l *lane) parks(state laneState) bool {
	return state == laneLoading || state == laneOpen || state == laneWaiting
}

// isSetAside reports whether an error means that a server cannot run a model.
func isSetAside(err error) bool {
	fault, ok := errors.AsType[*llm.Fault](err)
	return ok && fault.Kind == llm.FaultModel
}

// bring loads the model: loading -> open or waiting. It first unloads the previous
// phase's model. With Engine.Afresh, it also unloads this model before its first
// load.
func (l *lane) bring(ctx context.Context) error {
	l.unload(ctx, &l.model)
	var err error
	if l.run.Afresh && l.fresh != l.model.Name || l.isStale() {
		err = l.evictResident(ctx)
	}
	if err == nil {
		l.fresh = l.model.Name
		err = l.load(ctx)
	}
	if m := l.model; err == nil || ctx.Err() != nil {
		// The server may continue a load that its client gave up.
		l.resident = &m
	}
	switch {
	case err == nil:
		if l.round == 0 {
			// The model has had no request yet that could end the outage.
			l.answered()
		}
		l.opened(ctx)
	case isPause(err):
		l.away(err)
		return nil
	}
	return err
}

// load loads the model. It retries a failed load a few times, then the error is a
// FaultModel. The caller handles a FaultPause.
func (l *lane) load(ctx context.Context) error {
	for wait := firstWait; ; wait = min(2*wait, maxWait) {
		l.run.emit(Loading{l.Name, l.model})
		started := l.run.Clock.now()
		err := l.call(ctx, func(ctx context.Context) error { return l.Generator.Load(ctx, l.model) })
		if err == nil {
			took := l.run.Clock.now().Sub(started)
			l.mu.Lock()
			l.reloads.own = max(l.reloads.own, took)
			l.mu.Unlock()
			l.run.emit(Loaded{l.Name, l.model, took})
			return nil
		}
		err = fmt.Errorf("load %s: %w", l.model.Name, err)
		fault, isFault := errors.AsType[*llm.Fault](err)
		if !isFault || fault.Kind != llm.FaultRetry && fault.Kind != llm.FaultJob {
			return err
		}
		if fault.Kind == llm.FaultJob {
			return setAside(err)
		}
		if n, tooMany := l.failedLoad(fault.Trouble); tooMany {
			return setAside(fmt.Errorf("%w (%d times in a row)", err, n))
		}
		if lingers(fault.Trouble) {
			if err := l.evict(ctx); err != nil {
				return err
			}
		}
		if err := l.sleep(ctx, l.run.jittered(wait)); err != nil {
			return err
		}
	}
}

// recover prepares a model in trouble for the next load: recovering -> loading or
// waiting. It cancels the model's requests, and it unloads the model if parts of it
// may still be in memory. The cancellation must come first: some servers do not
// load a model again while a client waits for its crashed runner.
func (l *lane) recover(ctx context.Context) error {
	l.run.emit(Recovering{l.Name, l.model, l.why()})
	l.mu.Lock()
	trouble := l.trouble
	l.recall(errHandBack)
	l.mu.Unlock()
	if err := l.underWay.Acquire(ctx, everybody); err != nil {
		return context.Cause(ctx)
	}
	l.underWay.Release(everybody)
	if lingers(trouble) {
		if err := l.evict(ctx); isPause(err) {
			l.away(err)
			return nil
		} else if err != nil {
			return err
		}
	}
	l.reload()
	return nil
}

// evictResident unloads the model if it is in memory. If it stays, another client
// uses it, which is fine.
func (l *lane) evictResident(ctx context.Context) error {
	resident, err := l.isResident(ctx)
	if err != nil || !resident {
		return err
	}
	if err = l.evict(ctx); isSetAside(err) {
		return nil
	}
	return err
}

func (l *lane) isResident(ctx context.Context) (resident bool, err error) {
	err = l.call(ctx, func(ctx context.Context) error {
		resident, err = l.Generator.Resident(ctx, l.model)
		return err
	})
	return resident, err
}

// looks are the waits before each check whether the model is unloaded. There are
// few, because a server may crash if its list of loaded models is read while a
// model is unloaded (ollama before v0.32.4).
var looks = [...]time.Duration{time.Second, 5 * time.Second, 5 * time.Second}

// evict unloads the model and waits until it is unloaded. This also ends the
// server's work on abandoned requests.
func (l *lane) evict(ctx context.Context) error {
	err := l.call(ctx, func(ctx context.Context) error { return l.Generator.Unload(ctx, l.model) })
	if fault, ok := errors.AsType[*llm.Fault](err); ok && fault.Kind == llm.FaultRetry {
		return stuck(l.model, err)
	}
	if err != nil {
		return err
	}
	for _, wait := range looks {
		if err := l.sleep(ctx, wait); err != nil {
			return err
		}
		if resident, err := l.isResident(ctx); err != nil || !resident {
			return err
		}
	}
	return stuck(l.model, errors.New("the server still holds it"))
}

// unloadWithin bounds the unloading at the end of a phase. A healthy server answers
// at once, and another one must not delay the end of a run.
const unloadWithin = 3 * time.Second

// unload unloads the model of an earlier phase, unless next is the same model. A
// model that stays in memory costs time, not posts. If it matters, the next load
// fails with an error.
func (l *lane) unload(ctx context.Context, next *llm.Model) {
	old := l.resident
	if old == nil || next != nil && next.Name == old.Name {
		return
	}
	l.resident = nil
	// A canceled context must not prevent the unload: a run that ends should not
	// leave the memory full.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), unloadWithin)
	defer cancel()
	if err := l.Generator.Unload(ctx, *old); err != nil && next != nil {
		l.run.emit(Lingering{l.Name, *old, err})
	}
}

// stuck is the fault of a model that the server does not unload.
func stuck(m llm.Model, err error) error {
	err = fmt.Errorf("model %s cannot be unloaded: %w", m.Name, err)
	return &llm.Fault{Kind: llm.FaultModel, Err: hint.Wrap(err, "restart the Ollama server")}
}

// lingers reports whether parts of the model may still be in memory.
func lingers(t llm.Trouble) bool { return t == llm.Hang || t == llm.Memory }

// failedLoad counts a failed load in the model's health.
func (l *lane) failedLoad(t llm.Trouble) (n int, tooMany bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.health.failedLoad(t)
}

// setAside turns err into a fault that sets its model aside.
func setAside(err error) error { return &llm.Fault{Kind: llm.FaultModel, Err: err} }
