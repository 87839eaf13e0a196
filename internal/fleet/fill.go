package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// fill reads jobs until each model has a window of them, and puts those into the
// queue that are not there, if publish is set.
func (c *coordinator) fill(ctx context.Context, publish bool) error {
	for _, l := range c.lineups {
		for c.state == stateRunning && !l.ended && !l.aside && l.resting.IsZero() && l.open < c.window && !c.limited() {
			j, err, ok := l.next()
			if err != nil {
				return err
			}
			if !ok {
				l.ended = true
				break
			}
			i := &issued{job: j, lineup: l}
			c.issued[j.ID] = i
			c.waiting = append(c.waiting, i)
			l.open++
			c.begun++
		}
	}
	if !publish || len(c.waiting) == 0 || c.state != stateRunning || !c.conn.IsConnected() {
		return nil
	}
	return c.publish(ctx)
}

// mostTogether bounds how many messages are on their way to the server at once.
const mostTogether = 256

// publishWithin bounds how long the server may take to store them.
const publishWithin = 30 * time.Second

// publish puts waiting jobs into the queue. Those that the server does not store
// wait for the next time.
func (c *coordinator) publish(ctx context.Context) error {
	group := c.waiting[:min(len(c.waiting), mostTogether)]
	c.waiting = c.waiting[len(group):]
	var resting []*issued
	defer func() { c.waiting = append(c.waiting, resting...) }()
	sent := make([]jetstream.PubAckFuture, len(group))
	for n, i := range group {
		if c.issued[i.job.ID] != i || i.inQueue {
			continue // it has its result
		}
		if !i.lineup.resting.IsZero() {
			resting = append(resting, i)
			continue
		}
		data, err := c.seal(ctx, i)
		if err == nil {
			// The queue may have the job from an earlier run, for longer than
			// the server remembers message IDs. So it is stored only where its
			// subject has no message.
			sent[n], err = c.conn.js.PublishAsync(c.job(i.lineup.model.Queue, i.job.ID), data, jetstream.WithExpectLastSequencePerSubject(0))
		}
		if err != nil {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			c.later(i, err)
		}
	}
	timeout := time.NewTimer(publishWithin)
	defer timeout.Stop()
	for n, i := range group {
		if sent[n] == nil {
			continue
		}
		select {
		case <-sent[n].Ok():
			i.inQueue = true
		case err := <-sent[n].Err():
			if isThere(err) {
				i.inQueue = true
				continue
			}
			c.later(i, err)
		case <-timeout.C:
			timeout.Reset(0)
			c.later(i, errors.New("the NATS server does not store the job"))
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// later postpones a job, and checks whether the queue still exists.
func (c *coordinator) later(i *issued, err error) {
	c.waiting = append(c.waiting, i)
	c.looked = time.Time{}
	c.trouble = fmt.Errorf("job %s is not in the queue: %w", i.job.ID[:8], err)
}

// isThere reports whether the subject of a message has one already. A replicated
// stream has another code for it than a single one.
func isThere(err error) bool {
	apiErr, ok := errors.AsType[*jetstream.APIError](err)
	return ok && (apiErr.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence || apiErr.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant)
}

// seal makes a job's message. The prompt goes to the bucket, once for all jobs
// that have it.
func (c *coordinator) seal(ctx context.Context, i *issued) (data []byte, err error) {
	text, err := json.Marshal(i.job.Prompt)
	if err != nil {
		return nil, err
	}
	if i.prompt == "" {
		sum := hash(text)
		if c.prompts[sum] == 0 {
			if _, err := c.blobs.put(ctx, text); err != nil {
				return nil, err
			}
		}
		i.prompt = sum
		c.prompts[sum]++
	}
	bare := *i.job
	bare.Prompt = nil
	data, i.blob, err = c.blobs.seal(ctx, "", jobMessage{&bare, i.prompt}, inline(c.conn.MaxPayload()))
	return data, err
}

// finish forgets a job that has its result.
func (c *coordinator) finish(ctx context.Context, id string) {
	i := c.issued[id]
	if i == nil {
		return
	}
	delete(c.issued, id)
	i.lineup.open--
	c.blobs.forget(ctx, i.blob)
	if i.prompt == "" {
		return
	}
	if c.prompts[i.prompt]--; c.prompts[i.prompt] == 0 {
		delete(c.prompts, i.prompt)
		c.blobs.forget(ctx, i.prompt)
	}
}

// reconcile puts jobs into the queue again that it lost: with its store, or
// because a worker acknowledged one and its result was lost. A job counts as lost
// when it was absent twice while no result was waiting.
func (c *coordinator) reconcile(ctx context.Context, now time.Time) error {
	if now.Sub(c.looked) < c.ackWait()/3 || !c.conn.IsConnected() {
		return nil
	}
	c.looked = now
	asking, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	info, err := c.jobs.Info(asking, jetstream.WithSubjectFilter(c.job("*", "*")))
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return c.rebuild(ctx)
	}
	for _, one := range c.inboxes {
		if _, lost := one.consumer.Info(asking); errors.Is(lost, jetstream.ErrConsumerNotFound) || errors.Is(lost, jetstream.ErrStreamNotFound) {
			return c.rebuild(ctx)
		}
	}
	if err != nil || len(c.results) > 0 || c.pending() > 0 {
		return nil // the server says nothing now, or results are on their way
	}
	if c.trouble != nil && len(c.waiting) > 0 {
		c.Note("%v; trying again", c.trouble)
	}
	c.trouble = nil
	idle := c.idleQueues(asking)
	for id, i := range c.issued {
		if !i.inQueue || !i.lineup.resting.IsZero() {
			continue
		}
		subject := c.job(i.lineup.model.Queue, id)
		_, there := info.State.Subjects[subject]
		if there && !idle[i.lineup.model.Queue] {
			i.absent = 0
			continue
		}
		if i.absent++; i.absent >= 2 {
			if there && c.jobs.Purge(asking, jetstream.WithPurgeSubject(subject)) != nil {
				continue // it is tried again
			}
			c.requeue(i)
			c.Counts.Lost++
		}
	}
	return nil
}

// idleQueues are the queues that neither have a job to deliver nor wait for an
// acknowledgment. A job that is there nevertheless is never delivered: a server that
// was killed may have stored that a job was delivered, and not what became of it.
func (c *coordinator) idleQueues(ctx context.Context) map[string]bool {
	idle := map[string]bool{}
	for _, l := range c.lineups {
		queue, err := c.jobs.Consumer(ctx, l.model.Queue)
		if err != nil {
			continue
		}
		info := queue.CachedInfo()
		idle[l.model.Queue] = info.NumPending == 0 && info.NumAckPending == 0
	}
	return idle
}

// rebuild makes the queue anew after it was lost.
func (c *coordinator) rebuild(ctx context.Context) error {
	c.Note("the queue of the fleet was lost: it is filled again")
	if err := c.setUp(ctx); err != nil {
		return err
	}
	c.waiting, c.prompts = nil, map[string]int{}
	for _, i := range c.issued {
		i.prompt, i.blob = "", ""
		c.requeue(i)
		c.Counts.Lost++
	}
	c.tell()
	return nil
}

// requeue puts a job into the queue again that is not there. The queue counts its
// deliveries anew.
func (c *coordinator) requeue(i *issued) {
	i.inQueue, i.absent, i.delivery, i.returned = false, 0, 0, 0
	c.waiting = append(c.waiting, i)
}
