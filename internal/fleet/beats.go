package fleet

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nightpress/nightpress/batch"
)

// ask says hello, for as long as the patience lasts.
func (r *worker) ask(ctx context.Context) (welcome, error) {
	for tries := 1; ; tries++ {
		r.mu.Lock()
		h := hello{Name: r.me.Name, Instance: r.instance, Version: r.Version, Now: r.now()}
		r.mu.Unlock()
		var w welcome
		err := r.request(ctx, r.hello(), h, &w)
		if err == nil {
			err = r.take(ctx, w, true)
			return w, err
		}
		if wrong, ok := errors.AsType[*VersionError](err); ok {
			return w, &RefusedError{wrong.Error(), wrong.Hint()}
		}
		r.unanswered(ctx, err)
		if r.isOver() {
			// It was told of the end meanwhile, and the coordinator is gone.
			return welcome{State: stateOver}, nil
		}
		if tries == 3 && ctx.Err() == nil { // it may be about to begin
			r.Note("no coordinator answers: waiting for it")
		}
		if err := r.pause(ctx, time.Second); err != nil {
			return w, err
		}
	}
}

// request asks the coordinator.
func (r *worker) request(ctx context.Context, subject string, question, answer any) error {
	data, err := encode("", question)
	if err != nil {
		return err
	}
	asking, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	m, err := r.conn.RequestWithContext(asking, subject, data)
	if err != nil {
		return err
	}
	return decode(m.Data, answer)
}

// take notes what the coordinator said. It is whole after a hello.
func (r *worker) take(ctx context.Context, w welcome, whole bool) error {
	if len(w.Models) > maxModels || len(w.Ask) > maxModels || w.Attempts < 0 || w.Attempts > 1000 || w.MaxTokens < 0 || w.Parts < 0 || w.Parts > mostParts || w.Heartbeat < 0 {
		return &RefusedError{Why: "its answer is out of bounds"}
	}
	w.Refused, w.Hint, w.Warning = short(w.Refused), short(w.Hint), short(w.Warning)
	if w.Heartbeat < 50*time.Millisecond || w.Heartbeat > time.Hour {
		w.Heartbeat = defaultAckWait / 4
	}
	r.mu.Lock()
	was := r.last
	if w.State == stateAsking && was.State != "" && w.Refused == "" {
		// A coordinator that began again asks before it goes on. What is in progress
		// goes on meanwhile.
		r.heard = r.now()
		r.mu.Unlock()
		r.offer(ctx, w.Ask)
		return r.ends(ctx)
	}
	if was.State == stateOver && was.Run == w.Run {
		w.State = stateOver // it is an older answer
	}
	r.last, r.heard = w, r.now()
	if w.Name != "" && name.MatchString(w.Name) {
		r.me.Name = w.Name
	}
	r.mu.Unlock()
	if w.Warning != "" && whole && w.Warning != was.Warning {
		r.Note("%s", w.Warning)
	}
	if was.Run != w.Run || was.Queue != w.Queue || was.State != w.State || was.Drain != w.Drain || was.Refused != w.Refused {
		r.wake()
	}
	if w.State == stateAsking && w.Refused == "" {
		r.offer(ctx, w.Ask)
		return r.ends(ctx)
	}
	if whole && w.Refused == "" {
		store, err := r.conn.js.ObjectStore(ctx, r.names.blobs())
		if err != nil {
			return r.pause(ctx, time.Second)
		}
		r.mu.Lock()
		r.blobs, r.wanted = blobs{store}, w.Models
		r.mu.Unlock()
	}
	return r.ends(ctx)
}

// beats tells the coordinator every few seconds what the worker does, and the
// queue more often that its jobs are worked on.
func (r *worker) beats(ctx context.Context) {
	next := time.Now()
	for {
		r.mu.Lock()
		changed, every := r.changed, r.last.Heartbeat
		r.mu.Unlock()
		if every == 0 {
			every = time.Second
		}
		timer := time.NewTimer(min(every, beatEvery))
		select {
		case <-timer.C:
		case <-changed:
			next = time.Now()
		case <-ctx.Done():
			timer.Stop()
			return
		}
		timer.Stop()
		r.inProgress()
		if now := time.Now(); !now.Before(next) {
			next = now.Add(beatEvery)
			r.sendBeat(ctx)
		}
	}
}

// inProgress tells the queue that the worker's jobs are worked on.
func (r *worker) inProgress() {
	if !r.conn.IsConnected() {
		return
	}
	r.mu.Lock()
	now := r.now().Round(0)
	var all []jetstream.Msg
	for _, h := range r.held {
		if now.Sub(h.beaten) < 3*r.last.Heartbeat {
			h.beaten = now
		}
		all = append(all, h.msg)
	}
	r.mu.Unlock()
	for _, m := range all {
		_ = m.InProgress() // the next one follows
	}
}

// sendBeat tells the coordinator what the worker does.
func (r *worker) sendBeat(ctx context.Context) {
	if r.conn == nil || !r.conn.IsConnected() {
		return
	}
	r.mu.Lock()
	b := beat{Instance: r.instance, Run: r.last.Run, State: r.last.State, Now: r.now(), Member: r.me}
	b.Models, b.Missing = []string{}, maps.Clone(r.missing)
	for _, m := range r.models {
		b.Models = append(b.Models, m.Label)
	}
	b.Jobs, b.TokensPerSecond = len(r.held), r.speed.of(r.me.Tokens, time.Now())
	if b.Left = r.leaving; b.Left {
		b.TokensPerSecond = 0
	}
	r.mu.Unlock()
	var w welcome
	if err := r.request(ctx, r.beat(), b, &w); err != nil {
		r.unanswered(ctx, err)
		return
	}
	whole := w.Name == "" && w.Refused == ""
	if whole {
		// The coordinator began anew.
		h := hello{Name: b.Name, Instance: r.instance, Version: r.Version, Now: r.now()}
		if err := r.request(ctx, r.hello(), h, &w); err != nil {
			return
		}
	}
	_ = r.take(ctx, w, whole) // what ends the worker is noticed by its work
}

// queueGoneFor is how long the queue of a run must be gone, with no coordinator, until
// the run counts as over: a run that is complete removes its queue, and one that was
// interrupted keeps it.
const queueGoneFor = 10 * time.Second

// unanswered notices the end of a run that the worker was not told of, where the NATS
// server is another process than the coordinator.
func (r *worker) unanswered(ctx context.Context, why error) {
	r.mu.Lock()
	wanted := r.wanted
	r.mu.Unlock()
	if !errors.Is(why, nats.ErrNoResponders) || len(wanted) == 0 {
		return
	}
	asking, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	_, err := r.conn.js.Consumer(asking, r.names.jobs(), wanted[0].Queue)
	r.mu.Lock()
	known := r.last.State == stateOver
	switch now := r.now(); {
	case !errors.Is(err, jetstream.ErrStreamNotFound):
		r.queueGone = time.Time{}
	case r.queueGone.IsZero():
		r.queueGone = now
	case now.Sub(r.queueGone) >= queueGoneFor:
		r.last.State = stateOver
	}
	over := r.last.State == stateOver
	r.mu.Unlock()
	if over && !known {
		r.Note("the run is over: its queue is gone")
		r.wake()
	}
}

// leave says goodbye.
func (r *worker) leave() {
	r.mu.Lock()
	r.leaving = true
	r.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	r.sendBeat(ctx)
	_ = r.conn.FlushWithContext(ctx)
}

// name is the worker's in this fleet.
func (r *worker) name() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.me.Name
}

// event counts what the engine does, and passes it on.
func (r *worker) event(ev batch.Event) {
	r.mu.Lock()
	switch ev := ev.(type) {
	case batch.Started:
		r.me.Streams++
	case batch.Attempted, batch.HandedBack:
		r.me.Streams = max(0, r.me.Streams-1)
	case batch.Tokens:
		r.me.Tokens += ev.N
	case batch.Tuned:
		r.me.Slots = max(ev.Workers, ev.Slots)
	}
	r.mu.Unlock()
	if t, ok := ev.(batch.Tokens); ok {
		r.Worker.mu.Lock()
		r.Worker.counts.Tokens += t.N
		r.Worker.mu.Unlock()
	}
	if r.Events != nil {
		r.Events(ev)
	}
}

// speed is how fast tokens come, over the last few seconds.
type speed struct {
	at     time.Time
	tokens int
	rate   float64
}

// of returns the tokens in a second, where so many have come by now.
func (s *speed) of(tokens int, now time.Time) float64 {
	if s.at.IsZero() {
		s.at, s.tokens = now, tokens
		return 0
	}
	if span := now.Sub(s.at).Seconds(); span >= 2 {
		s.rate = float64(tokens-s.tokens) / span
		s.at, s.tokens = now, tokens
	}
	return s.rate
}

// bucket is where prompts and large messages are.
func (r *worker) bucket() blobs {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.blobs
}
