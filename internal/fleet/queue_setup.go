package fleet

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/nightpress/nightpress/internal/hint"
)

// The metadata of the jobs stream.
const (
	metaFolder = "nightpress-folder"
	metaQueue  = "nightpress-queue"
	metaWindow = "nightpress-window"
)

// setUp finds the queue of an earlier run of the folder, or makes one.
//
// The queue has a random name, which every consumer has in its own. A worker
// that acknowledges a job of a queue that was lost would otherwise acknowledge
// the job with the same number in the new one.
func (c *coordinator) setUp(ctx context.Context) error {
	c.stopReceiving()
	found, err := c.conn.js.Stream(ctx, c.names.jobs())
	if err == nil && found.CachedInfo().Config.Metadata[metaFolder] == c.Folder && found.CachedInfo().Config.PersistMode != c.persist() {
		// An older version made it. How a stream is kept cannot be changed, and the
		// ledger has what it holds.
		if err = c.conn.js.DeleteStream(ctx, c.names.jobs()); err == nil {
			err = jetstream.ErrStreamNotFound
		}
	}
	switch {
	case err == nil:
		meta := found.CachedInfo().Config.Metadata
		if meta[metaFolder] != c.Folder {
			err := fmt.Errorf("fleet: stream %s: %w", c.names.jobs(), errOther)
			return hint.Wrap(err, `prefix = "another" below [fleet] in models.toml`)
		}
		c.queue = meta[metaQueue]
		if n, err := strconv.Atoi(meta[metaWindow]); err == nil {
			c.window = min(max(n, c.window), mostWindow)
		}
	case errors.Is(err, jetstream.ErrStreamNotFound):
		c.queue = token()
	default:
		return fmt.Errorf("fleet: %w", err)
	}
	if c.jobs, err = c.conn.js.CreateOrUpdateStream(ctx, c.jobsConfig()); err != nil {
		return fmt.Errorf("fleet: %w", err)
	}
	for part := range c.parts() {
		_, err = c.conn.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
			Name: c.names.results(part), Subjects: []string{c.result(part, "*")}, Retention: jetstream.WorkQueuePolicy, Storage: jetstream.FileStorage, Replicas: c.replicas(),
		})
		if err != nil {
			return fmt.Errorf("fleet: %w", err)
		}
	}
	c.blobs.store, err = c.conn.js.CreateOrUpdateObjectStore(ctx, jetstream.ObjectStoreConfig{Bucket: c.names.blobs(), Storage: jetstream.FileStorage, Replicas: c.replicas()})
	if err != nil {
		return fmt.Errorf("fleet: %w", err)
	}
	if err := c.consumers(ctx); err != nil {
		return fmt.Errorf("fleet: %w", err)
	}
	return c.receive(ctx)
}

func (c *coordinator) replicas() int { return max(1, c.Replicas) }

// resultParts is in how many streams the results of an embedded server are. A server
// that syncs each message syncs one after the other in a stream, and a disk syncs
// several files at once for little more than one.
const resultParts = 8

// mostParts bounds what a coordinator says.
const mostParts = 64

func (c *coordinator) parts() int {
	if c.Server == nil {
		return 1 // another server's operator decides what is synced
	}
	return resultParts
}

// persist is how the stream of the jobs is kept. The embedded server does not sync
// it: what it loses at a power cut, the ledger has.
func (c *coordinator) persist() jetstream.PersistModeType {
	if c.Server != nil {
		return jetstream.AsyncPersistMode
	}
	return jetstream.DefaultPersistMode
}

func (c *coordinator) jobsConfig() jetstream.StreamConfig {
	return jetstream.StreamConfig{
		PersistMode: c.persist(),
		Name:        c.names.jobs(), Subjects: []string{c.job("*", "*")}, Retention: jetstream.WorkQueuePolicy, Storage: jetstream.FileStorage, Replicas: c.replicas(),
		Metadata: map[string]string{metaFolder: c.Folder, metaQueue: c.queue, metaWindow: strconv.Itoa(c.window)},
	}
}

// consumers makes one for the jobs of each model, and removes those of models
// that are no longer asked for, with their jobs.
func (c *coordinator) consumers(ctx context.Context) error {
	wanted := map[string]bool{}
	for _, l := range c.lineups {
		l.model.Queue = c.queue + "-" + key(l.Model)
		wanted[l.model.Queue] = true
	}
	for old := range c.jobs.ListConsumers(ctx).Info() {
		if wanted[old.Name] {
			continue
		}
		if err := c.jobs.DeleteConsumer(ctx, old.Name); err != nil {
			return err
		}
		if err := c.jobs.Purge(ctx, jetstream.WithPurgeSubject(c.job(old.Name, "*"))); err != nil {
			return err
		}
	}
	for _, l := range c.lineups {
		// MaxAckPending is more than all workers hold: a worker that waits for
		// others' acknowledgments would be idle.
		_, err := c.jobs.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
			Durable: l.model.Queue, FilterSubject: c.job(l.model.Queue, "*"), AckPolicy: jetstream.AckExplicitPolicy,
			AckWait: c.ackWait(), MaxDeliver: -1, MaxAckPending: -1, MaxWaiting: 100_000, Replicas: c.replicas(),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// grow widens the window with the number of requests that workers have in progress
// at once. The queue remembers it: a coordinator that starts again must know as
// many jobs as the last one handed out.
func (c *coordinator) grow(ctx context.Context) {
	want := c.window
	for slots := c.roster.slots(c.now()); want < 2*slots && want < mostWindow; {
		want *= 2
	}
	if want == c.window {
		return
	}
	was := c.window
	c.window = want
	if _, err := c.conn.js.UpdateStream(ctx, c.jobsConfig()); err != nil {
		c.window = was
	}
}

// inbox receives the results of one part.
type inbox struct {
	consumer  jetstream.Consumer
	receiving jetstream.MessagesContext
}

// receive begins to receive results. The consumers are made anew, so that what the
// last coordinator received and did not commit comes again at once.
func (c *coordinator) receive(ctx context.Context) error {
	c.stopped = make(chan struct{})
	for part := range c.parts() {
		one, err := c.open(ctx, part)
		if err != nil {
			return fmt.Errorf("fleet: %w", err)
		}
		c.inboxes = append(c.inboxes, one)
		stopped := c.stopped
		c.guarded(func() { c.pass(one.receiving, stopped) })
	}
	return nil
}

// open opens the inbox of one part.
func (c *coordinator) open(ctx context.Context, part int) (one inbox, err error) {
	const coordinator = "coordinator"
	results, err := c.conn.js.Stream(ctx, c.names.results(part))
	if err != nil {
		return one, err
	}
	if err := results.DeleteConsumer(ctx, coordinator); err != nil && !errors.Is(err, jetstream.ErrConsumerNotFound) {
		return one, err
	}
	one.consumer, err = results.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
		Durable: coordinator, AckPolicy: jetstream.AckExplicitPolicy, AckWait: 2 * time.Minute, MaxAckPending: -1, Replicas: c.replicas(),
		MemoryStorage: c.Server != nil, // the next coordinator does not need it, and syncing it costs as much as the results
	})
	if err != nil {
		return one, err
	}
	one.receiving, err = one.consumer.Messages(jetstream.PullMaxMessages(mostTogether), jetstream.PullExpiry(10*time.Second))
	return one, err
}

// pass passes received results to the loop.
func (c *coordinator) pass(receiving jetstream.MessagesContext, stopped chan struct{}) {
	for {
		m, err := receiving.Next()
		if errors.Is(err, jetstream.ErrMsgIteratorClosed) {
			return
		}
		if err != nil {
			continue
		}
		select {
		case c.results <- m:
		case <-stopped:
			return
		}
	}
}

// stopReceiving ends receive. What is received and not committed stays in the
// streams.
func (c *coordinator) stopReceiving() {
	if c.inboxes == nil {
		return
	}
	for _, one := range c.inboxes {
		one.receiving.Stop()
	}
	close(c.stopped)
	c.inboxes = nil
	for {
		select {
		case <-c.results:
		default:
			return
		}
	}
}
