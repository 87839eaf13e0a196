package fleet

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/live"
	"github.com/nightpress/nightpress/internal/record"
)

// Servers are the model servers of a worker.
type Servers interface {
	// Find returns a model by the name that these servers have for it, or why
	// they do not have it. Only a model with the same identity is the same.
	Find(ctx context.Context, m Model) (local string, err error)
	// Describe describes a model by its name, or says why these servers do not
	// have it.
	Describe(ctx context.Context, name string) (Offer, error)
	// Lanes are the servers as the engine takes them, for a model that was
	// found.
	Lanes(ctx context.Context, m Model, local string) []batch.Lane
	// Addresses are what a person knows the servers by.
	Addresses() []string
}

// Worker does jobs of a fleet with its own servers. Set its fields before Run and
// do not change them after.
type Worker struct {
	// Server is the embedded server of this process, with its Admin token.
	// Without one, Address is where the NATS server is.
	Server  *Server
	Admin   string
	Address Address
	Prefix  string
	// Name is what the fleet calls this worker, and Machine where it runs.
	Name, Machine string
	Version       string
	Servers       Servers
	// Once also ends the worker when the run is interrupted and may resume. The end of
	// the run always ends it.
	Once bool
	// Limit is the maximum number of jobs; 0 means no limit. Until, if set, is
	// when the last one should be done.
	Limit int
	Until time.Time
	// Patience is how long the worker waits for a server that is away, its own
	// or NATS; 0 means two hours.
	Patience time.Duration
	// Stop ends the worker once its jobs in progress are done.
	Stop <-chan struct{}
	// Note tells a person what happens. Events is called for each event of the
	// engine, and Results, if set, for each result that the coordinator will have.
	Note    func(format string, args ...any)
	Events  func(batch.Event)
	Results func(*record.Result)
	// Control pauses the worker and sets its workers; nil means that nobody does.
	Control *batch.Control
	Clock   batch.Clock
	// Now is the time of day; nil means the machine's.
	Now func() time.Time

	mu     sync.Mutex
	counts WorkerCounts
}

// WorkerCounts are what a worker did.
type WorkerCounts struct{ Posts, Rejected, Tokens int }

// Counts are what the worker did so far. It may be called at any time.
func (w *Worker) Counts() WorkerCounts {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.counts
}

// ErrDrained means that the worker was told to leave.
var ErrDrained = errors.New("the coordinator drained this worker")

// RefusedError means that the coordinator gives this worker no jobs.
type RefusedError struct{ Why, What string }

func (e *RefusedError) Error() string { return "the coordinator refuses this worker: " + e.Why }

// Hint returns what the user can do.
func (e *RefusedError) Hint() string { return e.What }

// worker is a Worker in its run.
type worker struct {
	*Worker
	names
	conn     *conn
	blobs    blobs
	instance string
	prompts  promptCache

	mu sync.Mutex // guards what follows
	// last is what the coordinator said last, and heard when.
	last  welcome
	heard time.Time
	// changed is closed, and replaced, when last changes.
	changed chan struct{}
	held    map[string]*held
	// queueGone is since when the queue is gone and no coordinator answers.
	queueGone time.Time
	// cut counts how often the connection was lost.
	cut   int
	begun int
	me    live.Member
	speed speed
	// wanted are the run's models, and models those that are here. missing says
	// why others are not.
	wanted  []Model
	models  []found
	missing map[string]string
	// unusable are the models that no server here can run.
	unusable []Model
	// noted is what a person was told of a model last.
	noted map[string]string
	// offering: the coordinator is being told what models are.
	offering bool
	leaving  bool
	// asked is the queue that was asked last.
	asked jetstream.Consumer
	// spare is a job of another model than the one that is worked on.
	spare *fetched
}

// Run works until the run is over, Stop is closed, or a limit is reached. It returns
// nil only for the first.
func (w *Worker) Run(ctx context.Context) error {
	r := &worker{
		Worker: w, names: names{w.Prefix}, instance: token(), changed: make(chan struct{}), held: map[string]*held{},
		me: live.Member{Name: w.Name, Machine: w.Machine, Version: w.Version, Servers: w.Servers.Addresses()}, heard: w.now(),
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if err := r.join(ctx); err != nil {
		return err
	}
	defer r.conn.Close()
	beating, stopBeating := context.WithCancel(context.WithoutCancel(ctx))
	beaten := make(chan struct{})
	crash.Go(func() {
		defer close(beaten)
		r.beats(beating)
	}, cancel)
	err := r.work(ctx)
	stopBeating()
	<-beaten
	r.leave()
	return err
}

func (w *Worker) now() time.Time {
	if w.Now != nil {
		return w.Now()
	}
	return time.Now()
}

func (w *Worker) patience() time.Duration {
	if w.Patience > 0 {
		return w.Patience
	}
	return 2 * time.Hour
}

// span writes a time as a flag has it: 2h and not 2h0m0s.
func span(d time.Duration) string {
	text := d.Round(time.Second).String()
	if d >= time.Minute {
		text = strings.TrimSuffix(text, "0s")
	}
	if d >= time.Hour {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// join connects to NATS, for as long as the patience lasts.
func (r *worker) join(ctx context.Context) (err error) {
	told := false
	for {
		if r.Server != nil {
			r.conn, err = r.Server.inside(r.Admin, r.Name)
		} else {
			r.conn, err = dial(r.Address, r.Name, r.connection)
		}
		if err == nil {
			break
		}
		if isFinal(err) {
			return err
		}
		if !told {
			told = true
			r.Note("%v; trying again for %s (--patience)", err, span(r.patience()))
		}
		if err := r.pause(ctx, time.Second); err != nil {
			return err
		}
	}
	_, err = r.conn.Subscribe(r.news(), r.hears)
	return err
}

// hears is told that something changed. The end of the run is noted here: the
// coordinator may be gone before it is asked.
func (r *worker) hears(m *nats.Msg) {
	var w welcome
	if err := decode(m.Data, &w); err == nil && w.State == stateOver {
		r.mu.Lock()
		if r.last.Run == w.Run {
			r.last.State = stateOver
		}
		r.mu.Unlock()
	}
	r.wake()
}

// isFinal reports whether another try to connect would end the same way. A tunnel
// whose other end is away accepts a connection and closes it.
func isFinal(err error) bool {
	_, isAddress := errors.AsType[*AddressError](err)
	_, isFile := errors.AsType[*fs.PathError](err)
	return isAddress || isCertificate(err) || isFile || errors.Is(err, ErrRefused) || errors.Is(err, nats.ErrSecureConnWanted)
}

func (r *worker) connection(connected bool, err error) {
	r.mu.Lock()
	r.cut++
	leaving := r.leaving
	r.mu.Unlock()
	switch {
	case leaving:
	case connected:
		r.Note("the coordinator's NATS server answers again")
		r.wake()
	case err != nil:
		r.Note("the coordinator's NATS server does not answer: %v; finished posts wait for it", err)
	default:
		r.Note("the coordinator's NATS server is gone; finished posts wait for it")
	}
}

// wake wakes every waiting goroutine.
func (r *worker) wake() {
	r.mu.Lock()
	defer r.mu.Unlock()
	close(r.changed)
	r.changed = make(chan struct{})
}

// pause waits, and returns why the worker ends meanwhile, or nil.
func (r *worker) pause(ctx context.Context, d time.Duration) error {
	r.mu.Lock()
	changed := r.changed
	r.mu.Unlock()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-changed:
	case <-r.Stop:
	case <-ctx.Done():
	}
	return r.ends(ctx)
}

// ends returns why the worker takes no more jobs, or nil.
func (r *worker) ends(ctx context.Context) error {
	select {
	case <-r.Stop:
		return batch.ErrStopped
	default:
	}
	r.mu.Lock()
	heard, begun, drain, refused := r.heard, r.begun, r.last.Drain, r.last
	r.mu.Unlock()
	switch now := r.now(); {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case refused.Refused != "":
		return &RefusedError{refused.Refused, refused.Hint}
	case drain:
		return ErrDrained
	case r.Limit > 0 && begun >= r.Limit:
		return batch.ErrLimit
	case !r.Until.IsZero() && !now.Before(r.Until):
		return batch.ErrUntil
	case now.Sub(heard) > r.patience():
		return hint.Wrap(fmt.Errorf("%w for %s: no coordinator answers at %s", batch.ErrPatience, span(r.patience()), r.Address.Hosts()), "nightpress run TOPICS --fleet, on the machine with the topics")
	}
	return nil
}

// work does jobs of one model after the other.
func (r *worker) work(ctx context.Context) error {
	told := false
	for {
		if err := r.ends(ctx); err != nil {
			return err
		}
		r.mu.Lock()
		state := r.last.State
		r.mu.Unlock()
		if state == stateOver || r.Once && state == stateEnding {
			return nil // the coordinator answers no more questions
		}
		now, err := r.ask(ctx)
		if err != nil {
			return err
		}
		switch {
		case now.State == stateRunning:
		case now.State == stateOver || r.Once && now.State == stateEnding:
			continue
		default:
			if now.State == stateEnding && !told {
				told = true
				r.Note("the coordinator hands out no more jobs: waiting for its next run")
			}
			if err := r.pause(ctx, beatEvery); err != nil {
				return err
			}
			continue
		}
		told = false
		r.find(ctx, now.Models)
		if err := r.session(ctx, now); err != nil {
			return err
		}
	}
}

// errOver means that every job of the run has its result.
var errOver = errors.New("the run is over")

// session does jobs of one model, the first that has any. It returns when
// another model's turn has come, or something changed.
func (r *worker) session(ctx context.Context, w welcome) error {
	r.mu.Lock()
	models, first := r.models, r.spare
	r.spare = nil
	r.mu.Unlock()
	if len(models) == 0 {
		return r.pause(ctx, 10*beatEvery)
	}
	var err error
	if first == nil {
		if first, err = r.firstOf(ctx, w, models); first == nil {
			return err
		}
	}
	q := newQueue(r, w, first)
	fetching, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	crash.Go(func() {
		defer close(done)
		q.fetch(fetching)
		if r.isOver() {
			cancel(errOver) // the posts in progress are of no use
		}
	}, func(err error) {
		q.end()
		cancel(err)
	})
	unusable := error(nil)
	m := first.model
	model := first.job.Model
	r.mu.Lock()
	r.me.Model = m.Label
	r.mu.Unlock()
	engine := &batch.Engine{
		Lanes: r.Servers.Lanes(ctx, m.Model, m.local), Attempts: w.Attempts, MaxTokens: w.MaxTokens, Patience: r.patience(),
		Until: r.Until, Stop: r.Stop, NoHedge: true, Clock: r.Clock, Control: r.Control,
		Events: func(ev batch.Event) {
			if ev, ok := ev.(batch.Unusable); ok {
				unusable = ev.Reason
			}
			r.event(ev)
		},
	}
	err = engine.Run(fetching, func(yield func(*batch.Phase, error) bool) {
		yield(&batch.Phase{Model: model, Feed: q}, nil)
	}, &sink{worker: r, ctx: ctx})
	q.end()
	cancel(nil)
	<-done
	q.giveBack()
	r.mu.Lock()
	r.me.Model, r.me.Streams = "", 0
	r.mu.Unlock()
	if unusable != nil {
		r.out(m, unusable)
	}
	if errors.Is(err, errOver) {
		return nil
	}
	return err
}

// firstOf waits for a job of any of the models.
func (r *worker) firstOf(ctx context.Context, w welcome, models []found) (*fetched, error) {
	r.mu.Lock()
	// The run may have ended since w was said: nothing more changes then.
	changed, current := r.changed, r.runs(w)
	r.mu.Unlock()
	for current {
		for _, m := range models {
			f, err := r.fetch(ctx, m, len(models) == 1)
			if f != nil || err != nil {
				return f, err
			}
		}
		select {
		case <-changed:
			return nil, nil
		default:
		}
		if len(models) > 1 {
			if err := r.pause(ctx, time.Second); err != nil {
				return nil, err
			}
		} else if err := r.ends(ctx); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// runs reports whether the worker last heard that the run of w hands out jobs. The caller
// holds mu.
func (r *worker) runs(w welcome) bool {
	return r.last.State == stateRunning && r.last.Queue == w.Queue
}
