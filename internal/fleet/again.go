package fleet

import (
	"context"
	"slices"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/record"
)

// claimPost asks whether other posts have already what a result's post has. Then the reply
// is malformed: its job is handed out again, or is rejected after its last attempt. save
// is nil if the post is accepted.
func (c *coordinator) claimPost(ctx context.Context, i *issued, res *record.Result) (save func(context.Context) error, err error) {
	if c.Claim == nil {
		return nil, nil
	}
	problems, err := c.Claim(ctx, i.job, res.Post)
	if err != nil || len(problems) == 0 {
		return nil, err
	}
	batch.TakenBy(&res.Attempts[len(res.Attempts)-1], problems)
	res.Post = nil
	if reason, yes := batch.Exhausted(i.job, res.Attempts, c.Attempts); yes {
		res.Status, res.Reason = record.Rejected, reason
		return c.putResult(i, res), nil
	}
	return c.again(ctx, i, res.Attempts), nil
}

// putResult returns what saves the result of a job, which is over.
func (c *coordinator) putResult(i *issued, res *record.Result) func(context.Context) error {
	i.finished = true
	i.lineup.rejections.Result(res)
	c.roster.result(i.job.ID)
	return func(ctx context.Context) error { return c.sink.Put(ctx, res) }
}

// again hands a job out again, after these attempts, and returns what saves those that
// are not saved yet.
func (c *coordinator) again(ctx context.Context, i *issued, attempts []record.Attempt) func(context.Context) error {
	was := i.job
	unsaved := slices.Clone(attempts[min(len(attempts), len(was.Past)+len(i.attempts)):])
	job := *was
	job.Past = slices.Clone(attempts)
	c.blobs.forget(ctx, i.blob)
	i.job, i.attempts, i.blob, i.delivery, i.returned, i.isAgain = &job, nil, "", 0, 0, true
	// The worker acknowledges the old message later, or never.
	_ = c.jobs.Purge(ctx, jetstream.WithPurgeSubject(c.job(i.lineup.model.Queue, job.ID)))
	c.requeue(i)
	return func(ctx context.Context) error {
		for n := range unsaved {
			if err := c.sink.SaveAttempt(ctx, was, &unsaved[n]); err != nil {
				return err
			}
		}
		return nil
	}
}
