package batch

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/nightpress/nightpress/internal/crash"
	"golang.org/x/sync/errgroup"
)

// work is one phase in a run: the jobs of a model, and the lanes that are on it.
// The run's mutex guards it.
type work struct {
	*source
	phase *Phase
	// on are the lanes that work on it, with what ends their work.
	on map[*lane]context.CancelCauseFunc
	// out has why lanes cannot run the model.
	out map[*lane]error
	// aside: all its jobs have a result, because no lane can run the model or its
	// first jobs were all rejected.
	aside bool
}

// newWork returns a phase that no lane works on yet, and how to stop reading its
// jobs.
func (r *run) newWork(p *Phase, next func() (*Job, error, bool)) *work {
	w := &work{phase: p, on: map[*lane]context.CancelCauseFunc{}, out: map[*lane]error{}}
	w.source = &source{run: r, idle: map[*lane]idle{}, work: w, next: next, feed: p.Feed, rejections: p.Rejections(r.MaxRejected)}
	for _, l := range r.lanes {
		if l.Serves != nil && !l.Serves(p.Model) {
			w.out[l] = setAside(fmt.Errorf("it is not used for %s", p.Model.Name))
		}
	}
	return w
}

// choose returns what the lane works on next, or nil when there is nothing left
// for it. While others work on what it could do as well it waits: their server
// may go away.
func (r *run) choose(ctx context.Context, l *lane) *work {
	for {
		w, wait, changed, later := r.next(l)
		if w != nil || !wait {
			return w
		}
		if _, unload := r.Control.holds(l.Name); unload {
			l.release(ctx)
		}
		select {
		case <-changed:
		case <-later:
		case <-ctx.Done():
			return nil
		}
	}
}

// next is choose for this moment.
func (r *run) next(l *lane) (w *work, wait bool, changed, later <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	held := l.held()
	if held && !r.Control.isPaused() && l.lastReason() != nil {
		return nil, false, nil, nil
	}
	var best float64
	for _, one := range r.works {
		if one.aside || one.over() {
			continue
		}
		if one.out[l] != nil {
			wait = wait || r.Growth != nil && r.endedWhy == nil && r.goesOn(one)
			continue
		}
		if held {
			over, ended := one.restsOver()
			if wait = wait || !over; ended != nil {
				later = ended
			}
			continue
		}
		wait = true
		much := r.worth(l, one)
		if w != nil && much <= best {
			continue
		}
		if one.hasJobs() {
			w, best = one, much
		} else if r.endedWhy != nil {
			return nil, false, nil, nil
		}
	}
	if w == nil {
		return nil, wait, r.changed, later
	}
	return w, false, nil, nil
}

// goesOn reports whether a lane may do what is left of some work. The caller holds r.mu.
func (r *run) goesOn(w *work) bool {
	return slices.ContainsFunc(r.lanes, func(l *lane) bool { return w.out[l] == nil && l.gone == nil })
}

// worth is how much speaks for a lane to work on something: that the model is in
// memory, above all; then how much work is left for each server. One lane alone
// takes what comes first.
func (r *run) worth(l *lane, w *work) float64 {
	resident := l.resident != nil && l.resident.Name == w.phase.Model.Name
	if l.resident == nil && l.InMemory != nil {
		resident = l.InMemory(w.phase.Model)
	}
	switch {
	case resident:
		return float64(1 << 60)
	case len(r.lanes) == 1:
		return 0
	}
	return float64(w.phase.Count-w.handedOut) / float64(len(w.on)+1)
}

// serve has a lane work on one model after the other.
func (l *lane) serve(ctx context.Context, records chan<- ending) error {
	for {
		w := l.run.choose(ctx, l)
		if w == nil {
			return nil
		}
		err := l.workOn(ctx, w, records)
		if err == nil && ctx.Err() == nil {
			err = l.leaveWork(w, records)
		}
		l.close()
		l.run.wake()
		if err != nil || l.gone != nil {
			return err
		}
	}
}

// errLeft is the cause of a context that ended because the lane's workers have
// nothing more to do on a model.
var errLeft = errors.New("nothing is left to do")

// workOn has the lane's workers do jobs of one model. The order in which things
// end: the workers, then what tends the lane.
func (l *lane) workOn(ctx context.Context, w *work, records chan<- ending) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// An error of a worker ends the others, and what tends the lane.
	group, ctx := errgroup.WithContext(ctx)
	l.run.join(l, w, cancel)
	l.begin(ctx, w.phase)
	l.run.emit(Seated{l.Name, w.phase.Model, l.tuner.seats()})
	tended := make(chan error, 1)
	crash.Go(func() {
		err := l.tend(ctx, w.source)
		if err != nil {
			cancel(err)
		}
		tended <- err
	}, func(err error) {
		cancel(err)
		tended <- err
	})
	l.staff(func(seat int) {
		group.Go(crash.Guarded(func() error {
			defer l.workerEnded()
			return l.work(ctx, seat, w.source, records)
		}))
	})
	err := group.Wait()
	cancel(errLeft)
	return errors.Join(err, <-tended)
}

func (r *run) join(l *lane, w *work, cancel context.CancelCauseFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w.on[l] = cancel
}

// leaveWork takes the lane off a model. The last lane that could have run it
// gives its jobs their result, as does the last one on a model that is set aside
// because of its first jobs.
func (l *lane) leaveWork(w *work, records chan<- ending) error {
	r := l.run
	state, _ := l.look()
	why := l.why()
	r.mu.Lock()
	delete(w.on, l)
	switch {
	case state != laneOut:
	case isSetAside(why):
		w.out[l] = why
	default:
		l.gone = why
	}
	unusable := len(w.out) == len(r.lanes) && len(w.on) == 0 && !w.aside
	w.aside = w.aside || unusable
	done := w.empty() && len(w.left) == 0
	r.mu.Unlock()
	if unusable && !done {
		return r.setAside(w, w.whyUnusable(r.lanes), records)
	}
	return r.setAsideRejected(w, records)
}

// setAside gives up a model for the rest of the run.
func (r *run) setAside(w *work, reason error, records chan<- ending) error {
	r.emit(Unusable{w.phase.Model, reason})
	return w.setAside(reason, records)
}

// setAsideRejected gives up a model whose first jobs were all rejected for one
// cause, once no lane is on it and where a job is left.
func (r *run) setAsideRejected(w *work, records chan<- ending) error {
	why, err := r.rejected(w)
	if why == nil || err != nil {
		return err
	}
	return r.setAside(w, why, records)
}

// rejected returns why setAsideRejected gives the model up, nil where it does not.
func (r *run) rejected(w *work) (error, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	why := w.rejections.Why()
	if why == nil || w.aside || len(w.on) > 0 || w.underWay > 0 || len(w.left) > 0 || w.endedWhy != nil || r.endedWhy != nil {
		return nil, nil
	}
	more, err := w.more()
	if err != nil || !more {
		return nil, err
	}
	if r.stopped() {
		r.endedWhy = ErrStopped
		return nil, nil
	}
	w.aside = true
	return why, nil
}

// whyUnusable returns why no lane can run a model: each lane's reason, with its
// name where there are several.
func (w *work) whyUnusable(lanes []*lane) error {
	if len(lanes) == 1 {
		return w.out[lanes[0]]
	}
	var all error
	for _, l := range lanes {
		one := fmt.Errorf("%s: %w", l.Name, w.out[l])
		if all == nil {
			all = one
		} else {
			all = fmt.Errorf("%w; %w", all, one)
		}
	}
	return all
}

// settle returns what ended the run before every job had a result.
func (r *run) settle() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, w := range r.works {
		switch {
		case w.aside, w.empty() && w.endedWhy == nil && len(w.left) == 0:
			continue
		case w.empty() && len(w.left) == 0:
			return w.endedWhy
		case w.leftWhy != nil:
			return w.leftWhy
		case w.ended && w.endedWhy != nil && len(w.back) == 0:
			return w.endedWhy
		}
		// What ended a lane and was not the model's fault may be over tomorrow.
		for _, l := range r.lanes {
			if l.gone != nil {
				return l.gone
			}
		}
		if r.endedWhy != nil {
			return r.endedWhy
		}
		return errors.New("no lane is left and none says why") // unreachable
	}
	return nil
}

// isElsewhere reports whether the lane could begin jobs of another model. The
// caller holds r.mu.
func (r *run) isElsewhere(l *lane, than *work) bool {
	return slices.ContainsFunc(r.works, func(w *work) bool {
		return w != than && w.out[l] == nil && !w.aside && !w.ended && !w.rejects() && r.endedWhy == nil
	})
}

// wake has everybody look again who waits for work.
func (r *run) wake() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.woken()
}

// woken is wake for a caller that holds r.mu.
func (r *run) woken() {
	close(r.changed)
	r.changed = make(chan struct{})
}
