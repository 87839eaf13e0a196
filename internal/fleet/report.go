package fleet

import (
	"context"
	"errors"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/record"
)

// sink sends attempts and results to the coordinator. Its methods wait until they
// are stored, however long NATS is away.
type sink struct {
	worker *worker
	// ctx ends the waiting: what was not stored by then is lost, and its jobs
	// come back to the queue.
	ctx context.Context
}

// SaveAttempt is batch.Sink's.
func (s *sink) SaveAttempt(_ context.Context, j *batch.Job, a *record.Attempt) error {
	return s.send(kindAttempt, j.ID, &resultMessage{Attempts: []record.Attempt{*a}})
}

// Put is batch.Sink's. It acknowledges the job once its result is stored.
func (s *sink) Put(_ context.Context, res *record.Result) error {
	m := &resultMessage{Status: res.Status, Reason: res.Reason, Server: res.Server}
	if h := s.worker.holds(res.ID); h != nil {
		m.Attempts = res.Attempts[min(h.base, len(res.Attempts)):]
	}
	if err := s.send(kindResult, res.ID, m); err != nil {
		return err
	}
	s.worker.finished(res)
	return nil
}

// storeWithin is how long the server may take to store a message before it is
// sent again. A second one is dropped by the coordinator.
const storeWithin = 5 * time.Second

var errNotSent = errors.New("a result was not sent to the coordinator; its job goes to another worker")

// send sends a message until it is stored.
func (s *sink) send(kind, id string, m *resultMessage) error {
	r := s.worker
	h := r.holds(id)
	if h == nil {
		return nil // it went back to the queue
	}
	m.Job, m.Worker, m.Delivery, m.Base, m.Variant = id, r.name(), h.delivery, h.base, h.variant
	for {
		ctx, cancel := context.WithTimeout(s.ctx, storeWithin)
		data, _, err := r.bucket().seal(ctx, kind, m, inline(r.conn.MaxPayload()))
		if err == nil {
			_, err = r.conn.js.Publish(ctx, r.resultOf(id), data)
		}
		cancel()
		if err == nil {
			return nil
		}
		s.wait()
		switch why := r.ends(s.ctx); {
		case r.isOver():
			return nil // every job has its result
		case s.ctx.Err() != nil, errors.Is(why, batch.ErrPatience):
			return errNotSent
		}
	}
}

// resultOf is the subject of what the worker sends about a job.
func (r *worker) resultOf(id string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.result(partOf(id, r.last.Parts), id)
}

// isOver reports whether the run is over.
func (r *worker) isOver() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last.State == stateOver
}

// wait waits a little before another try.
func (s *sink) wait() {
	timer := time.NewTimer(time.Second)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.ctx.Done():
	}
}

// holds returns what the worker holds of a job, or nil.
func (r *worker) holds(id string) *held {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.held[id]
}

// finished acknowledges a job whose result is stored. Where the queue may have
// given it to another worker meanwhile it is left alone: the queue would take
// the acknowledgment for the other's. The coordinator has the result, and tells
// who is given the job next.
func (r *worker) finished(res *record.Result) {
	r.mu.Lock()
	h := r.held[res.ID]
	delete(r.held, res.ID)
	surely := h != nil && h.cut == r.cut && r.now().Round(0).Sub(h.beaten) < 3*r.last.Heartbeat
	if res.Status == record.Done {
		r.me.Posts++
	} else {
		r.me.Rejected++
	}
	r.mu.Unlock()
	r.Worker.mu.Lock()
	if res.Status == record.Done {
		r.Worker.counts.Posts++
	} else {
		r.Worker.counts.Rejected++
	}
	r.Worker.mu.Unlock()
	if r.Results != nil {
		r.Results(res)
	}
	if surely {
		_ = h.msg.Ack() // a lost one brings the job back, with its result known
	}
}

// giveBack returns a job to the queue, with what happened here in its requests.
func (r *worker) giveBack(id string, s batch.Suspicion) {
	r.mu.Lock()
	h := r.held[id]
	delete(r.held, id)
	if r.begun > 0 {
		r.begun-- // it does not count for the limit
	}
	r.mu.Unlock()
	if h == nil || !r.conn.IsConnected() {
		return // it comes back by itself
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	data, err := encode(kindReturned, resultMessage{Job: id, Worker: r.name(), Delivery: h.delivery, Base: h.base, Variant: h.variant, Suspicion: s})
	if err == nil {
		_, _ = r.conn.js.Publish(ctx, r.resultOf(id), data) // without it, the job counts as lost with its worker
	}
	_ = h.msg.Nak()
}
