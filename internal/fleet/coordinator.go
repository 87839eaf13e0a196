package fleet

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/live"
	"github.com/nightpress/nightpress/internal/record"
)

// Coordinator hands out the jobs of a run to workers and passes their results to
// a sink. Set its fields before Run and do not change them after.
type Coordinator struct {
	// Server is the embedded server, with its Admin token. Without one, Address
	// is where the NATS server is.
	Server  *Server
	Admin   string
	Address Address
	// Prefix begins the names of streams and subjects.
	Prefix string
	// Replicas is how many servers of a cluster keep each message; 0 means 1.
	Replicas int
	// Folder identifies the posts folder. The queue of another folder is not
	// touched.
	Folder string
	// Look returns a model's identity and manifest, by its label.
	Look func(label string) (identity, manifest string)
	// Attempts and MaxTokens are the engine's.
	Attempts, MaxTokens int
	// MaxRejected sets a model aside if its first MaxRejected jobs are all rejected
	// for one cause; 0 means never.
	MaxRejected int
	// Claim is the engine's. It is asked here and not on other machines, because only
	// this one knows all posts.
	Claim func(context.Context, *batch.Job, *contract.Post) ([]contract.Problem, error)
	// Limit is the maximum number of jobs to hand out; 0 means no limit.
	Limit int
	// Until, if set, is when no more jobs are handed out.
	Until time.Time
	// Stop ends the run early: no more jobs are handed out, and workers finish
	// those that they have.
	Stop <-chan struct{}
	// Local is the name of the worker in this process, "" for none. Its error
	// comes from LocalEnded.
	Local      string
	LocalEnded <-chan error
	// Before are the workers of the folder's last run. Those of them that have not left
	// may be waiting to hear that the run is over.
	Before []live.Member
	// AckWait is how long a worker may be silent before its jobs are given to
	// others; 0 means 30 seconds.
	AckWait time.Duration
	// Version is this program's.
	Version string
	// Note prints a message for a person. Tokens receives the number of tokens that
	// arrived at other machines. Roster receives all workers every few seconds.
	Note   func(format string, args ...any)
	Tokens func(n int)
	Roster func([]live.Member)
	// Events, if set, is called with batch.Unusable for each model that is set
	// aside.
	Events func(batch.Event)
	// Now is the time of day; nil means the machine's.
	Now func() time.Time

	// Counts is complete once Run has returned.
	Counts Counts

	// late and returned are for tests that wait for a message to be handled.
	late, returned atomic.Int64
}

// Counts are what a coordinator dropped, and why.
type Counts struct {
	// Twice: the job had its result already. Late: the job was delivered to
	// another worker meanwhile. Unknown: the run did not ask for the job.
	// Malformed: the message cannot be read, or its post breaks the contract.
	Twice, Late, Unknown, Malformed int
	// Redelivered counts jobs that were given to another worker, and Lost jobs
	// that the queue had lost.
	Redelivered, Lost int
}

// Dropped is the number of results that were dropped.
func (c Counts) Dropped() int { return c.Twice + c.Late + c.Unknown + c.Malformed }

const (
	defaultAckWait = 30 * time.Second
	// leastWindow and mostWindow bound how many jobs of a model are handed out
	// and have no result yet.
	leastWindow, mostWindow = 128, 4096
	// mostLost is how often a job may be lost with its worker. Then it is
	// rejected: it may be the reason.
	mostLost = 10
	// tick is how often the coordinator checks what no message reports.
	tick = time.Second
	// beatEvery is how often a worker says what it does.
	beatEvery = 3 * time.Second
)

// coordinator is a Coordinator in its run. One goroutine (loop) uses it.
type coordinator struct {
	*Coordinator
	names
	conn  *conn
	blobs blobs
	sink  batch.Sink

	run   string // changes with each process
	began time.Time
	// queue changes when the streams are made anew.
	queue   string
	state   string
	why     error // of stateEnding
	lineups []*lineup
	window  int
	jobs    jetstream.Stream
	// issued are the jobs without a result, by ID, and waiting those of them
	// that are not in the queue yet.
	issued  map[string]*issued
	waiting []*issued
	begun   int
	prompts map[string]int

	results  chan jetstream.Msg
	inboxes  []inbox
	stopped  chan struct{}
	requests chan *nats.Msg
	failed   chan error
	roster   roster
	// looked is when the queue was compared with issued, and pending how many
	// results were waiting then.
	looked time.Time
	// trouble is why a job is not in the queue.
	trouble error
	// told: a person knows that workers are waited for at the end.
	told bool
}

// issued is a job that was handed out.
type issued struct {
	job    *batch.Job
	lineup *lineup
	// prompt and blob are what the bucket holds for it.
	prompt, blob string
	// attempts are those of this run that are saved.
	attempts []record.Attempt
	// delivery is the newest, and returned how often a worker gave the job back.
	delivery          uint64
	returned          int
	suspicion         batch.Suspicion
	inQueue, finished bool
	// isAgain is set once the job was handed out again after a result.
	isAgain bool
	// saving is closed when the sink has the newest record of the job.
	saving chan struct{}
	// absent counts how often in a row the queue did not have it.
	absent int
}

// Run hands out every job of every phase and returns nil when each has a result
// in the sink. The errors are those of batch.Engine's Run.
func (c *Coordinator) Run(ctx context.Context, phases iter.Seq2[*batch.Phase, error], sink batch.Sink) (err error) {
	r := &coordinator{
		Coordinator: c, names: names{c.Prefix}, sink: sink, run: token(), state: stateRunning,
		issued: map[string]*issued{}, prompts: map[string]int{}, window: leastWindow,
		results: make(chan jetstream.Msg, 512), requests: make(chan *nats.Msg, 16<<10), failed: make(chan error, 8),
	}
	r.began = r.now()
	r.roster.members = map[string]*member{}
	for p, err := range phases {
		if err != nil {
			return err
		}
		next, done := iter.Pull2(p.Jobs)
		defer done()
		r.lineups = append(r.lineups, r.newLineup(p, next))
	}
	if c.Server != nil {
		r.conn, err = c.Server.inside(c.Admin, "coordinator")
	} else {
		r.conn, err = dial(c.Address, "coordinator", r.connection)
	}
	if err != nil {
		return err
	}
	defer r.conn.Close()
	if err := r.alone(); err != nil {
		return err
	}
	if err := r.setUp(ctx); err != nil {
		return err
	}
	defer r.stopReceiving()
	if err := r.drainWaiting(ctx); err != nil {
		return err
	}
	if err := r.listen(); err != nil {
		return err
	}
	err = r.loop(ctx)
	r.sayGoodbye(err)
	return err
}

// token is a random name.
func token() string { return strings.ToLower(rand.Text()[:12]) }

func (c *coordinator) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

func (c *coordinator) ackWait() time.Duration {
	if c.AckWait > 0 {
		return c.AckWait
	}
	return defaultAckWait
}

func (c *coordinator) connection(connected bool, err error) {
	switch {
	case connected:
		c.Note("NATS answers again")
	case err != nil:
		c.Note("NATS does not answer: %v; waiting for it", err)
	}
}

// loop is the coordinator's work, one event after the other.
func (c *coordinator) loop(ctx context.Context) error {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		if err := c.fill(ctx, true); err != nil {
			return err
		}
		if over, err := c.over(); over {
			return err
		}
		select {
		case m := <-c.results:
			if err := c.store(ctx, c.gather(m)); err != nil {
				return err
			}
			if err := c.judge(ctx); err != nil {
				return err
			}
		case m := <-c.requests:
			if err := c.answerAll(ctx, m); err != nil {
				return err
			}
		case now := <-ticker.C:
			if err := c.look(ctx, now); err != nil {
				return err
			}
		case <-c.stopping():
			c.end(batch.ErrStopped)
		case err := <-c.LocalEnded:
			if err := c.localEnded(err); err != nil {
				return err
			}
		case err := <-c.failed:
			return err
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// look is what the coordinator does every second.
func (c *coordinator) look(ctx context.Context, now time.Time) error {
	if !c.Until.IsZero() && !c.now().Before(c.Until) {
		c.end(batch.ErrUntil)
	}
	for _, m := range c.roster.gone(c.now()) {
		c.Note("worker %s is gone: its jobs go to others", m.Name)
	}
	c.grow(ctx)
	if c.Roster != nil {
		c.Roster(c.roster.list())
	}
	if err := c.setAside(ctx); err != nil {
		return err
	}
	if err := c.judge(ctx); err != nil {
		return err
	}
	return c.reconcile(ctx, now)
}

// fault is a panic of a goroutine, which ends the run.
func (c *coordinator) fault(err error) {
	select {
	case c.failed <- err:
	default:
	}
}

var errOther = errors.New("it belongs to another posts folder")

// alone returns an error where another coordinator answers.
func (c *coordinator) alone() error {
	question, err := encode("", control{})
	if err != nil {
		return err
	}
	_, err = c.conn.Request(c.control(), question, time.Second)
	switch {
	case err == nil:
		return fmt.Errorf("fleet: another run hands out jobs at this NATS server with the prefix %q", c.Prefix)
	case errors.Is(err, nats.ErrNoResponders), errors.Is(err, nats.ErrTimeout):
		return nil
	}
	return fmt.Errorf("fleet: %w", err)
}

// guarded starts a goroutine whose panic ends the run.
func (c *coordinator) guarded(fn func()) { crash.Go(fn, c.fault) }
