package fleet

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/reply"
	"golang.org/x/sync/errgroup"
)

// drainWaiting stores the results that waited for a coordinator, before any job
// is handed out: a job that has its result must not be asked for again. The
// results are of jobs in the window, because jobs are handed out in the same
// order each time, and the queue remembers the window.
func (c *coordinator) drainWaiting(ctx context.Context) error {
	if err := c.fill(ctx, false); err != nil {
		return err
	}
	heard := time.Now()
	for c.pending() > 0 && time.Since(heard) < quietFor {
		wait := time.NewTimer(quietFor / 100)
		select {
		case m := <-c.results:
			if err := c.store(ctx, c.gather(m)); err != nil {
				return err
			}
			if err := c.fill(ctx, false); err != nil {
				return err
			}
			heard = time.Now()
		case <-wait.C: // an acknowledgment may be on its way
		case <-ctx.Done():
			wait.Stop()
			return context.Cause(ctx)
		}
		wait.Stop()
	}
	return c.prune(ctx)
}

// prune removes jobs from the queue that this run does not ask for: it is for others
// than the last one, or the queue lost the news that they are done.
func (c *coordinator) prune(ctx context.Context) error {
	info, err := c.jobs.Info(ctx, jetstream.WithSubjectFilter(c.job("*", "*")))
	if err != nil {
		return fmt.Errorf("fleet: %w", err)
	}
	for subject := range info.State.Subjects {
		id := subject[strings.LastIndexByte(subject, '.')+1:]
		if c.issued[id] != nil {
			continue
		}
		if err := c.jobs.Purge(ctx, jetstream.WithPurgeSubject(subject)); err != nil {
			return fmt.Errorf("fleet: %w", err)
		}
	}
	return nil
}

// quietFor is how long the server may give none of the results that it counts. The
// run then begins without them.
const quietFor = 5 * time.Second

// gather returns a message with those that have arrived after it.
func (c *coordinator) gather(first jetstream.Msg) []jetstream.Msg {
	group := []jetstream.Msg{first}
	for len(group) < mostTogether {
		select {
		case m := <-c.results:
			group = append(group, m)
		default:
			return group
		}
	}
	return group
}

// store passes a group of messages to the sink, which makes them durable
// together, and then acknowledges them: what was not stored comes again.
func (c *coordinator) store(ctx context.Context, group []jetstream.Msg) error {
	ctx = context.WithoutCancel(ctx)
	var blobs, finished []string
	var saving errgroup.Group
	for _, m := range group {
		var r resultMessage
		kind, blob, err := c.blobs.unseal(ctx, m.Data(), &r)
		if blob != "" {
			blobs = append(blobs, blob)
		}
		if err == nil {
			err = r.check()
		}
		if err != nil {
			c.Counts.Malformed++
			continue
		}
		i, save, err := c.take(ctx, kind, &r)
		if err != nil {
			return errors.Join(err, saving.Wait())
		}
		if save == nil {
			continue
		}
		// The records of a job follow each other.
		before := i.saving
		saved := make(chan struct{})
		i.saving = saved
		saving.Go(crash.Guarded(func() error {
			defer close(saved)
			if before != nil {
				<-before
			}
			return save(ctx)
		}))
		if i.finished {
			finished = append(finished, r.Job)
		}
	}
	if err := saving.Wait(); err != nil {
		return err
	}
	for _, m := range group {
		_ = m.Ack() // a lost one comes again, and is dropped as the second
	}
	for _, blob := range blobs {
		c.blobs.forget(ctx, blob)
	}
	for _, id := range finished {
		c.finish(ctx, id)
	}
	return nil
}

// take handles one message, and returns what saves it, or nil.
func (c *coordinator) take(ctx context.Context, kind string, r *resultMessage) (i *issued, save func(context.Context) error, err error) {
	i = c.issued[r.Job]
	switch {
	case i == nil && c.roster.hadResult(r.Job), i != nil && i.finished:
		c.Counts.Twice++
		return i, nil, nil
	case i == nil || r.Base > len(i.job.Past) || r.Variant != i.job.Variant || c.roster.isRefused(r.Worker):
		c.Counts.Unknown++
		return i, nil, nil
	case i.isAgain && r.Base != len(i.job.Past):
		c.Counts.Twice++ // of the message before
		return i, nil, nil
	case r.Delivery < i.delivery:
		// An acknowledgment is no fence: the queue accepts that of a worker whose
		// job was given to another one meanwhile.
		if kind == kindResult {
			c.Counts.Late++
			c.late.Add(1)
		}
		return i, nil, nil
	}
	i.delivery = r.Delivery
	switch kind {
	case kindAttempt:
		return i, c.takeAttempt(i, r), nil
	case kindReturned:
		c.returned.Add(1)
		i.returned++
		i.suspicion.Add(r.Suspicion)
	case kindResult:
		save, err = c.takeResult(ctx, i, r)
		return i, save, err
	default:
		c.Counts.Malformed++
	}
	return i, nil, nil
}

// takeAttempt saves an attempt that leaves its job unfinished.
func (c *coordinator) takeAttempt(i *issued, r *resultMessage) (save func(context.Context) error) {
	if len(r.Attempts) != 1 {
		c.Counts.Malformed++
		return nil
	}
	a := c.onOurClock(r.Worker, r.Attempts[0])
	if a.N != len(i.job.Past)+len(i.attempts)+1 {
		return nil // it is known
	}
	i.attempts = append(i.attempts, a)
	return func(ctx context.Context) error { return c.sink.SaveAttempt(ctx, i.job, &a) }
}

// takeResult saves a result. What it is about comes from the coordinator's own
// job. A post is read anew from the reply, under the job's contract: a worker
// with another version may read replies in another way.
func (c *coordinator) takeResult(ctx context.Context, i *issued, r *resultMessage) (save func(context.Context) error, err error) {
	res := batch.NewResult(i.job)
	res.Status, res.Reason, res.Server = r.Status, r.Reason, r.Server
	if r.Worker == c.Local {
		res.Server = ownServer(res.Server)
	}
	res.Attempts = slices.Clone(i.job.Past[:r.Base])
	for _, a := range r.Attempts {
		res.Attempts = append(res.Attempts, i.known(c.onOurClock(r.Worker, a)))
	}
	res.Earlier = min(res.Earlier, len(res.Attempts))
	switch r.Status {
	case record.Rejected:
	case record.Done:
		if res.Post = readAnew(i.job, res); res.Post == nil {
			c.Counts.Malformed++
			c.refuse(r.Worker, "its posts do not meet the contract as this coordinator reads it")
			c.requeue(i)
			return nil, nil
		}
		if save, err := c.claimPost(ctx, i, res); save != nil || err != nil {
			return save, err
		}
	default:
		c.Counts.Malformed++
		return nil, nil
	}
	return c.putResult(i, res), nil
}

// known returns an attempt as it was saved when it was made, perhaps by another worker,
// or else as it is.
func (i *issued) known(a record.Attempt) record.Attempt {
	n := a.N - len(i.job.Past) - 1
	if n >= 0 && n < len(i.attempts) && i.attempts[n].Seed == a.Seed && i.attempts[n].Reply == a.Reply {
		return i.attempts[n]
	}
	return a
}

// readAnew returns the post of a result's last attempt, or of the parts that its
// attempts gave; nil if there is none.
func readAnew(j *batch.Job, res *record.Result) *contract.Post {
	if j.Prompt.Contract.Sections != nil {
		return batch.PostOf(j, res.Attempts)
	}
	if len(res.Attempts) == 0 {
		return nil
	}
	a := &res.Attempts[len(res.Attempts)-1]
	text := a.Joined
	if text == "" {
		text = a.Reply
	}
	if a.Error != "" {
		return nil
	}
	end := reply.Ended
	if a.DoneReason == "length" && a.Joined == "" {
		end = reply.Length
	}
	v := reply.Read(j.Prompt.Contract, text, end)
	if v.Post != nil {
		a.Repairs, a.Problems = v.Repairs, v.Problems
	}
	return v.Post
}

// leastSkew is a difference between two clocks that is not worth a correction.
const leastSkew = 2 * time.Second

// onOurClock returns an attempt with its time converted to the coordinator's clock.
func (c *coordinator) onOurClock(worker string, a record.Attempt) record.Attempt {
	if worker == c.Local {
		a.Server = ownServer(a.Server)
	}
	if skew := c.roster.skew(worker); skew.Abs() >= leastSkew {
		a.Started = a.Started.Add(skew)
	}
	return a
}

// ownServer is the name of a server of the worker in this process: as in a run
// without a fleet.
func ownServer(s string) string {
	_, server, _ := strings.Cut(s, "/")
	return server
}

// reject rejects a job during which too many workers were lost.
func (c *coordinator) reject(ctx context.Context, i *issued) error {
	res := batch.NewResult(i.job)
	res.Attempts = append(res.Attempts, i.attempts...)
	res.Status = record.Rejected
	res.Reason = fmt.Sprintf("%d workers were lost while they worked on it", mostLost)
	if err := c.sink.Put(ctx, res); err != nil {
		return err
	}
	i.finished = true
	c.finish(ctx, i.job.ID)
	return nil
}
