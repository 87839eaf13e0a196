package batch

import (
	"context"
	"sync"

	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/record"
)

// ending is what a worker sends to the collector: a result, or an attempt that
// leaves its job unfinished.
type ending struct {
	result  *record.Result
	job     *Job
	attempt *record.Attempt
}

// jobID is the job that a record is about.
func (e ending) jobID() string {
	if e.result != nil {
		return e.result.ID
	}
	return e.job.ID
}

// maxTogether bounds how many records are with the sink at once. Workers wait while
// as many are.
const maxTogether = 256

// collector passes records to the sink, each in a goroutine of its own, so that the
// sink can make them durable together. The records of a job follow each other.
type collector struct {
	run  *run
	seat chan struct{} // one for each record that is with the sink
	all  sync.WaitGroup

	mu sync.Mutex // guards what follows
	// last is closed when the sink has the newest record of a job.
	last   map[string]chan struct{}
	failed error
}

// collect passes records to the sink until there are no more and returns its first
// error. After an error it continues to receive, so that no worker waits forever.
// What the sink already has comes to its end: its files are written.
func (r *run) collect(ctx context.Context, cancel context.CancelCauseFunc, records <-chan ending) error {
	ctx = context.WithoutCancel(ctx)
	c := &collector{run: r, seat: make(chan struct{}, maxTogether), last: map[string]chan struct{}{}}
	for rec := range records {
		if c.hasFailed() {
			continue
		}
		before, done := c.follow(rec.jobID())
		c.seat <- struct{}{}
		ended := func(err error) {
			<-c.seat
			if c.end(rec.jobID(), done, err) {
				cancel(err)
			}
		}
		c.all.Go(crash.Caught(func() {
			if before != nil {
				<-before
			}
			ended(r.give(ctx, rec))
		}, ended))
	}
	c.all.Wait()
	return c.failed
}

// follow returns two channels: the first is closed once the sink has the job's
// previous record (nil if there is none), and the caller closes the second.
func (c *collector) follow(id string) (before, done chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before, done = c.last[id], make(chan struct{})
	c.last[id] = done
	return before, done
}

// end ends a record and reports whether its error is the first one.
func (c *collector) end(id string, done chan struct{}, err error) (first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last[id] == done {
		delete(c.last, id)
	}
	close(done)
	if err == nil || c.failed != nil {
		return false
	}
	c.failed = err
	return true
}

func (c *collector) hasFailed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failed != nil
}

func (r *run) give(ctx context.Context, rec ending) error {
	if rec.result != nil {
		return r.sink.Put(ctx, rec.result)
	}
	return r.sink.SaveAttempt(ctx, rec.job, rec.attempt)
}
