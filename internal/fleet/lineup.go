package fleet

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/live"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
	"golang.org/x/sync/errgroup"
)

// lineup is a model with its jobs.
type lineup struct {
	*batch.Phase
	model Model
	next  func() (*batch.Job, error, bool)
	// open counts the jobs without a result. ended: no more are read.
	open  int
	ended bool
	aside bool
	told  bool
	// rejections follows the model's first jobs. resting is since when no job is
	// handed out because all of them were rejected; the zero time while they are.
	rejections *batch.Rejections
	resting    time.Time
}

func (c *coordinator) newLineup(p *batch.Phase, next func() (*batch.Job, error, bool)) *lineup {
	m := Model{Label: p.Model.Label, Name: p.Model.Name}
	m.Identity, m.Manifest = c.Look(m.Label)
	return &lineup{Phase: p, model: m, next: next, rejections: p.Rejections(c.MaxRejected)}
}

// rest hands out no more jobs of a model whose first jobs were all rejected for one
// cause. Those that workers have may still be accepted.
func (c *coordinator) rest(ctx context.Context, l *lineup, now time.Time) {
	l.resting = now
	asking, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	// Without it, workers request posts for nothing until the model is set aside.
	_ = c.jobs.Purge(asking, jetstream.WithPurgeSubject(c.job(l.model.Queue, "*")))
}

// judge sets models aside whose first jobs were all rejected for one cause, once no
// worker has a job of theirs. If one of those was accepted, the model goes on.
func (c *coordinator) judge(ctx context.Context) error {
	now := c.now()
	for _, l := range c.lineups {
		why := l.rejections.Why()
		switch {
		case l.aside || why == nil && l.resting.IsZero():
		case l.resting.IsZero():
			c.rest(ctx, l, now)
		case now.Sub(l.resting) < 2*beatEvery || c.roster.working(l.model.Label, now):
			// A worker says every few seconds what it has.
		case why != nil:
			if err := c.giveUp(ctx, l, why); err != nil {
				return err
			}
		default:
			l.resting = time.Time{}
			for _, i := range c.issued {
				if i.lineup == l && i.inQueue {
					c.requeue(i)
				}
			}
		}
	}
	return nil
}

// key names the queue of a model.
func key(m llm.Model) string { return hash([]byte(m.Label + "\n" + m.Digest))[:12] }

// setAside gives up models that no worker can run, where this machine's servers
// could not either.
func (c *coordinator) setAside(ctx context.Context) error {
	for _, l := range c.lineups {
		if l.aside || l.ended && l.open == 0 {
			continue
		}
		able, missing := c.roster.able(l.model.Label, c.Local, c.now())
		switch {
		case able:
			l.told = false
		case missing != "":
			if err := c.giveUp(ctx, l, errors.New(missing)); err != nil {
				return err
			}
		case c.Local == "" && !l.told && c.now().Sub(c.began) > live.GoneAfter:
			l.told = true
			c.Note("no worker has %s yet", l.model.Name)
		}
	}
	return nil
}

// giveUp gives every job of a model that has no result the same result.
func (c *coordinator) giveUp(ctx context.Context, l *lineup, why error) error {
	l.aside = true
	if c.Events != nil {
		c.Events(batch.Unusable{Model: l.Phase.Model, Reason: why})
	}
	var saving errgroup.Group
	saving.SetLimit(mostTogether)
	put := func(j *batch.Job) {
		res := batch.NewResult(j)
		res.Status, res.Reason = record.SetAside, why.Error()
		saving.Go(crash.Guarded(func() error { return c.sink.Put(ctx, res) }))
	}
	for id, i := range c.issued {
		if i.lineup == l {
			put(i.job)
			c.roster.result(id)
			c.finish(ctx, id)
		}
	}
	var failed error
	for !l.ended && failed == nil {
		j, err, ok := l.next()
		if failed = err; err == nil && ok {
			put(j)
		}
		l.ended = !ok
	}
	_ = c.jobs.Purge(ctx, jetstream.WithPurgeSubject(c.job(l.model.Queue, "*")))
	c.tell()
	return errors.Join(failed, saving.Wait())
}
