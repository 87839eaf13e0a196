package batch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/llm"
)

// open loads the model for a phase's first request.
func (g *gate) open(ctx context.Context) error {
	ctx, release := g.stoppable(ctx)
	defer release()
	var err error
	if g.Afresh {
		err = g.afresh(ctx)
	}
	if err == nil {
		err = g.load(ctx)
	}
	if isPause(err) {
		err = g.outwait(ctx, err)
	}
	if err == nil {
		g.answered()
	}
	return err
}

// load brings the model into memory. A load that fails is tried again a few
// times; the error then is a FaultModel. A FaultPause is the caller's.
func (g *gate) load(ctx context.Context) error {
	for wait := firstWait; ; wait = min(2*wait, longWait) {
		g.emit(Loading{g.model})
		started := g.Clock.now()
		err := g.Generator.Load(ctx, g.model)
		if err == nil {
			g.emit(Loaded{g.model, g.Clock.now().Sub(started)})
			return nil
		}
		err = fmt.Errorf("load %s: %w", g.model.Name, err)
		var fault *llm.Fault
		if !errors.As(err, &fault) || fault.Kind != llm.FaultRetry && fault.Kind != llm.FaultJob {
			return err
		}
		if fault.Kind == llm.FaultJob {
			return setAside(err)
		}
		if n, tooMany := g.worse((*health).failedLoad, fault.Trouble); tooMany {
			return setAside(fmt.Errorf("%w (%d times in a row)", err, n))
		}
		if lingers(fault.Trouble) {
			if err := g.clear(ctx); err != nil {
				return err
			}
		}
		if err := g.sleep(ctx, g.jittered(wait)); err != nil {
			return err
		}
	}
}

// recover brings a model in trouble back: its requests under way are called
// back, it is taken out of memory where something may be left of it, and loaded
// anew. Calling back first matters: while a client waits for a runner that
// crashed, some servers do not load the model again.
func (g *gate) recover(ctx context.Context, fault *llm.Fault, err error) error {
	if n, tooMany := g.worse((*health).worsen, fault.Trouble); tooMany {
		return setAside(fmt.Errorf("%w (%d times with no whole reply in between)", err, n))
	}
	g.emit(Recovering{g.model, err})
	ctx, release := g.stoppable(ctx)
	defer release()
	g.mu.Lock()
	g.recall(errRecalled)
	g.mu.Unlock()
	all := int64(g.workers())
	if err := g.under.Acquire(ctx, all); err != nil {
		return context.Cause(ctx)
	}
	g.under.Release(all)
	if lingers(fault.Trouble) {
		if err := g.clear(ctx); isPause(err) {
			return g.outwait(ctx, err)
		} else if err != nil {
			return err
		}
	}
	if err = g.load(ctx); isPause(err) {
		return g.outwait(ctx, err)
	}
	return err
}

// afresh takes a model that is in memory out of it. One that stays is being
// used by somebody else, which is no trouble.
func (g *gate) afresh(ctx context.Context) error {
	resident, err := g.Generator.Resident(ctx, g.model)
	if err != nil || !resident {
		return err
	}
	err = g.clear(ctx)
	if fault := (*llm.Fault)(nil); errors.As(err, &fault) && fault.Kind == llm.FaultModel {
		return nil
	}
	return err
}

// looks are the times to wait before the server is asked whether the model is
// gone. They are few: a server may crash when its list of loaded models is read
// while one is unloaded (ollama before v0.32.4).
var looks = [...]time.Duration{time.Second, 5 * time.Second, 5 * time.Second}

// clear takes the model out of memory and waits until it is gone. This also
// ends what the server still does for requests that were given up.
func (g *gate) clear(ctx context.Context) error {
	if err := g.Generator.Unload(ctx, g.model); err != nil {
		var fault *llm.Fault
		if errors.As(err, &fault) && fault.Kind == llm.FaultRetry {
			return stuck(g.model, err)
		}
		return err
	}
	for _, wait := range looks {
		if err := g.sleep(ctx, wait); err != nil {
			return err
		}
		resident, err := g.Generator.Resident(ctx, g.model)
		if err != nil || !resident {
			return err
		}
	}
	return stuck(g.model, errors.New("the server still holds it"))
}

// stuck is the end for a model that the server does not let go of.
func stuck(m llm.Model, err error) error {
	err = fmt.Errorf("model %s cannot be unloaded: %w", m.Name, err)
	return &llm.Fault{Kind: llm.FaultModel, Err: hint.Wrap(err, "restart the Ollama server")}
}

// lingers tells whether something of the model may be left in memory.
func lingers(t llm.Trouble) bool { return t == llm.Hang || t == llm.Memory }

// worse counts a trouble in the model's health.
func (g *gate) worse(count func(*health, llm.Trouble) (int, bool), t llm.Trouble) (n int, tooMany bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return count(&g.health, t)
}

// setAside makes err the end for its model.
func setAside(err error) error { return &llm.Fault{Kind: llm.FaultModel, Err: err} }
