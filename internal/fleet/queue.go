package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/prompts"
)

// fetched is a job that the worker took from the queue.
type fetched struct {
	job   *batch.Job
	model found
}

// held is a job that the queue counts as this worker's.
type held struct {
	msg      jetstream.Msg
	delivery uint64
	variant  int
	// base is how many earlier attempts the job had in the queue.
	base int
	// beaten is when the queue heard last that the job is worked on, by the wall
	// clock: the other one stands still while a machine sleeps. cut is
	// worker.cut at the beginning.
	beaten time.Time
	cut    int
}

// fetchFor is how long one request for a job waits at the server.
const fetchFor = 5 * time.Second

// otherwise is how long it waits if another model may have a job.
const otherwise = time.Second

// fetch takes one job of a model, or nil where there is none. It asks for one
// alone: a worker that has jobs waiting keeps them from others.
func (r *worker) fetch(ctx context.Context, m found, patient bool) (*fetched, error) {
	if !r.conn.IsConnected() {
		return nil, r.pause(ctx, time.Second)
	}
	r.mu.Lock()
	changed := r.changed
	wait := fetchFor
	if len(r.models) > 1 {
		wait = otherwise
	}
	r.mu.Unlock()
	asking, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	consumer, err := r.consumer(asking, m.Queue)
	if err != nil {
		// The queue is not there at present, or this one no longer is.
		return nil, r.pause(ctx, time.Second)
	}
	var batch jetstream.MessageBatch
	if patient {
		batch, err = consumer.Fetch(1, jetstream.FetchContext(asking))
	} else {
		batch, err = consumer.FetchNoWait(1)
	}
	if err != nil {
		return nil, r.pause(ctx, time.Second)
	}
	for {
		select {
		case msg, ok := <-batch.Messages():
			if !ok {
				if err := batch.Error(); err != nil && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
					r.forgetConsumer()
					return nil, r.pause(ctx, time.Second)
				}
				return nil, r.ends(ctx)
			}
			f, err := r.accept(ctx, m, msg)
			if err != nil {
				r.Note("a job was not taken: %v", err)
				_ = msg.NakWithDelay(time.Minute)
				return nil, r.pause(ctx, time.Second)
			}
			if f != nil {
				return f, nil
			}
			return nil, nil
		case <-r.Stop:
			return nil, r.abandon(ctx, batch, cancel)
		case <-changed:
			return nil, r.abandon(ctx, batch, cancel)
		}
	}
}

// consumer returns the queue of a model, which is asked for once.
func (r *worker) consumer(ctx context.Context, queue string) (jetstream.Consumer, error) {
	r.mu.Lock()
	known := r.asked
	r.mu.Unlock()
	if known != nil && known.CachedInfo().Name == queue {
		return known, nil
	}
	asked, err := r.conn.js.Consumer(ctx, r.names.jobs(), queue)
	if err == nil {
		r.mu.Lock()
		r.asked = asked
		r.mu.Unlock()
	}
	return asked, err
}

// forgetConsumer has the queue looked for again: it may be gone.
func (r *worker) forgetConsumer() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = nil
}

// abandon ends a request for a job. A job that arrived at the last moment is returned.
func (r *worker) abandon(ctx context.Context, batch jetstream.MessageBatch, cancel context.CancelFunc) error {
	cancel()
	for msg := range batch.Messages() {
		_ = msg.Nak()
	}
	return r.ends(ctx)
}

// accept reads a job. It returns nil if the job has its result.
func (r *worker) accept(ctx context.Context, m found, msg jetstream.Msg) (*fetched, error) {
	meta, err := msg.Metadata()
	if err != nil {
		return nil, err
	}
	var jm jobMessage
	if _, _, err := r.bucket().unseal(ctx, msg.Data(), &jm); err != nil {
		return nil, err
	}
	j := jm.Job
	if j == nil || !isHash(j.ID) || j.Model.Label != m.Label || !isHash(jm.Prompt) {
		return nil, errors.New("it is not a job of this queue")
	}
	h := &held{msg: msg, delivery: meta.NumDelivered, variant: j.Variant, base: len(j.Past), beaten: r.now().Round(0)}
	if h.delivery > 1 {
		done, err := r.claimed(ctx, j, h)
		if err != nil {
			return nil, err
		}
		if done {
			return nil, msg.Ack()
		}
	}
	if j.Prompt, err = r.prompt(ctx, jm.Prompt); err != nil {
		return nil, err
	}
	j.Model.Name = m.local
	r.mu.Lock()
	defer r.mu.Unlock()
	h.cut = r.cut
	r.held[j.ID] = h
	r.begun++
	return &fetched{j, m}, nil
}

// claimWithin bounds how long the coordinator may take to say what is known of a
// job. Without an answer the job begins as it is in the queue.
const claimWithin = 10 * time.Second

// claimed asks the coordinator about a job that was delivered before, and reports
// whether it has its result.
func (r *worker) claimed(ctx context.Context, j *batch.Job, h *held) (done bool, err error) {
	question, err := encode("", claim{Job: j.ID, Worker: r.name(), Delivery: h.delivery})
	if err != nil {
		return false, err
	}
	asking, cancel := context.WithTimeout(ctx, claimWithin)
	defer cancel()
	var c claimed
	for {
		answer, err := r.conn.RequestWithContext(asking, r.claim(), question)
		if err == nil {
			err = decode(answer.Data, &c)
			if err != nil {
				return false, err
			}
			break
		}
		if err := r.pause(asking, time.Second); err != nil {
			return false, nil
		}
	}
	for i := range c.Attempts {
		c.Attempts[i].Bound()
	}
	j.Past = append(slices.Clone(j.Past), c.Attempts...)
	c.Bound()
	for i, d := range c.Deaths {
		// The engine knows this machine's servers without the machine's name.
		c.Deaths[i].Server = strings.TrimPrefix(strings.TrimPrefix(d.Server, r.name()), "/")
	}
	j.Add(c.Suspicion)
	return c.Done, nil
}

// prompt returns the prompt with a hash.
func (r *worker) prompt(ctx context.Context, sum string) (*prompts.Prompt, error) {
	if p, ok := r.prompts.get(sum).(*prompts.Prompt); ok {
		return p, nil
	}
	text, err := r.bucket().get(ctx, sum)
	if err != nil {
		return nil, fmt.Errorf("its prompt: %w", err)
	}
	if err := bounded(text); err != nil {
		return nil, fmt.Errorf("its prompt: %w", err)
	}
	p := &prompts.Prompt{}
	if err := json.Unmarshal(text, p); err != nil {
		return nil, err
	}
	r.prompts.put(sum, p)
	return p, nil
}

// queue is the feed of a session: the jobs of one model, one by one.
type queue struct {
	worker  *worker
	welcome welcome
	model   found

	mu      sync.Mutex
	next    *batch.Job
	over    bool
	changed chan struct{}
	// returning are the jobs that are on their way back.
	returning sync.WaitGroup
	// want has an element when the engine asked for a job and there was none.
	want chan struct{}
}

func newQueue(r *worker, w welcome, first *fetched) *queue {
	return &queue{worker: r, welcome: w, model: first.model, next: first.job, changed: make(chan struct{}), want: make(chan struct{}, 1)}
}

// Next is batch.Feed's.
func (q *queue) Next() (*batch.Job, <-chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if j := q.next; j != nil {
		q.next = nil
		return j, nil
	}
	if q.over {
		return nil, nil
	}
	select {
	case q.want <- struct{}{}:
	default:
	}
	return nil, q.changed
}

// Rest is batch.Feed's. Other machines may do the job that was ready.
func (q *queue) Rest() (over bool, changed <-chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if j := q.next; j != nil {
		q.next = nil
		q.Return(j, j.Suspicion)
	}
	return q.over, q.changed
}

// Return is batch.Feed's.
func (q *queue) Return(j *batch.Job, s batch.Suspicion) {
	s.Deaths = s.Deaths[min(len(j.Deaths), len(s.Deaths)):] // the coordinator has the others
	// The engine must not wait for the network.
	q.returning.Add(1)
	crash.Go(func() {
		defer q.returning.Done()
		q.worker.giveBack(j.ID, s)
	}, func(error) {})
}

func (q *queue) hasNext() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.next != nil
}

// give hands a job to the engine, or wakes it.
func (q *queue) give(j *batch.Job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.next = j
	close(q.changed)
	q.changed = make(chan struct{})
}

// end says that no more jobs come.
func (q *queue) end() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.over {
		q.over = true
		close(q.changed)
		q.changed = make(chan struct{})
	}
}

// giveBack returns a job that the engine did not take, and waits until all that
// it did not finish are returned.
func (q *queue) giveBack() {
	q.mu.Lock()
	j := q.next
	q.next = nil
	q.mu.Unlock()
	if j != nil {
		q.worker.giveBack(j.ID, batch.Suspicion{})
	}
	q.returning.Wait()
}

// fetch gets a job each time that the engine wants one, until the session is
// over.
func (q *queue) fetch(ctx context.Context) {
	defer q.end()
	for {
		q.worker.mu.Lock()
		changed := q.worker.changed
		q.worker.mu.Unlock()
		if q.isOver(ctx) {
			return
		}
		select {
		case <-q.want:
		case <-changed:
			continue
		case <-q.worker.Stop:
			return
		case <-ctx.Done():
			return
		}
		// The engine may have asked before it was given the last one.
		for !q.hasNext() {
			f, err := q.worker.fetch(ctx, q.model, true)
			if f != nil {
				q.give(f.job)
				break
			}
			if err != nil || q.isOver(ctx) || q.othersTurn(ctx) {
				return
			}
		}
	}
}

// isOver reports whether the session is over.
func (q *queue) isOver(ctx context.Context) bool {
	r := q.worker
	if r.ends(ctx) != nil {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.runs(q.welcome) || !slices.Contains(r.wanted, q.model.Model)
}

// othersTurn reports whether another model has a job while this one has none.
// The job is the first of the next session.
func (q *queue) othersTurn(ctx context.Context) bool {
	r := q.worker
	r.mu.Lock()
	models := r.models
	r.mu.Unlock()
	for _, m := range models {
		if m.Model == q.model.Model {
			continue
		}
		if f, err := r.fetch(ctx, m, false); f != nil || err != nil {
			r.mu.Lock()
			r.spare = f
			r.mu.Unlock()
			return true
		}
	}
	return false
}
