package fleet

import (
	"context"
	"time"

	"github.com/nightpress/nightpress/batch"
)

// stopping returns Stop until its end was noticed.
func (c *coordinator) stopping() <-chan struct{} {
	if c.state != stateRunning {
		return nil
	}
	return c.Stop
}

// end hands out no more jobs and lets workers finish theirs.
func (c *coordinator) end(why error) {
	if c.state != stateRunning {
		return
	}
	c.state, c.why = stateEnding, why
	c.tell()
}

// over reports whether the run is over, and its error.
func (c *coordinator) over() (bool, error) {
	if c.state == stateEnding {
		return c.settled(), c.why
	}
	if len(c.issued) > 0 {
		return false, nil
	}
	for _, l := range c.lineups {
		if !l.ended && !l.aside {
			if c.limited() {
				return true, batch.ErrLimit
			}
			return false, nil
		}
	}
	c.state = stateOver
	return true, nil
}

// settled reports whether no worker has a job any more and no result is waiting.
func (c *coordinator) settled() bool {
	for _, m := range c.roster.live(c.now()) {
		if m.state != stateEnding || m.Jobs > 0 {
			return false
		}
	}
	return len(c.results) == 0 && c.pending() == 0
}

// pending is how many results are in the streams; 1 where that is not known.
func (c *coordinator) pending() int {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	n := 0
	for _, one := range c.inboxes {
		info, err := one.consumer.Info(ctx)
		if err != nil {
			return 1
		}
		n += int(info.NumPending) + info.NumAckPending
	}
	return n
}

func (c *coordinator) limited() bool { return c.Limit > 0 && c.begun >= c.Limit }

// localEnded handles the end of the worker in this process. The run continues if there
// are others.
func (c *coordinator) localEnded(err error) error {
	c.LocalEnded = nil
	if err == nil {
		return nil
	}
	for _, m := range c.roster.live(c.now()) {
		if m.Name != c.Local {
			c.Note("this machine no longer works on posts: %v", err)
			return nil
		}
	}
	return err
}

// The coordinator stays for so long after the last post, for workers that are out of
// reach. A worker that it does not reach by then does not know that the run is over,
// and waits for as long as its patience lasts. One that was silent for longer than
// lostFor is not waited for.
const (
	goodbyeFor = 10 * time.Second
	lostFor    = time.Minute
)

// sayGoodbye tells workers how the run ended, and removes the queue of a run that
// is complete.
func (c *coordinator) sayGoodbye(err error) {
	c.tell()
	ctx, cancel := context.WithTimeout(context.Background(), goodbyeFor)
	defer cancel()
	began := c.now()
	c.listenFor(ctx, func() bool {
		untold := append(c.roster.untold(c.state, began), c.absent()...)
		if n := len(untold); n > 0 && c.now().Sub(began) > 2*tick && !c.told {
			c.told = true
			c.Note("waiting %s for %d workers that have not heard yet how the run ended, such as %s", goodbyeFor, n, untold[0])
		}
		return len(untold) == 0
	})
	if c.state == stateOver {
		c.roster.dismiss(stateOver)
	}
	if c.Roster != nil {
		c.Roster(c.roster.list())
	}
	if err != nil || c.state != stateOver {
		return
	}
	deleting, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	_ = c.conn.js.DeleteStream(deleting, c.names.jobs())
	for part := range c.parts() {
		_ = c.conn.js.DeleteStream(deleting, c.names.results(part))
	}
	_ = c.conn.js.DeleteObjectStore(deleting, c.names.blobs())
}

// absent are the workers of the last run that this one has not heard of, while they may
// be about to connect again.
func (c *coordinator) absent() (names []string) {
	if c.now().Sub(c.began) > goodbyeFor {
		return nil
	}
	for _, m := range c.Before {
		if !m.Left && m.Name != c.Local && c.roster.members[m.Name] == nil {
			names = append(names, m.Name)
		}
	}
	return names
}

// listenFor answers workers until done, or until the context ends.
func (c *coordinator) listenFor(ctx context.Context, done func() bool) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for !done() {
		select {
		case <-ticker.C:
		case m := <-c.requests:
			if err := c.answer(ctx, m); err != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}
