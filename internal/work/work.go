package work

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/fleet"
	"github.com/nightpress/nightpress/internal/live"
	"github.com/nightpress/nightpress/internal/preflight"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/secret"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/internal/term"
)

// Request is what a worker is asked for, and whom it tells.
type Request struct {
	Settings *settings.Settings
	// URL is the coordinator's NATS server; "" leaves it to models.toml. Token is
	// used where the address has none.
	URL, Token string
	// Name is what the fleet calls this machine; "" is the host's name.
	Name  string
	Limit int
	Until time.Time
	Serve bool

	Printer printer.Printer
	Log     func() (log *slog.Logger, closeLog func(), err error)
	// Now is the time of day. Clock measures durations.
	Now, Clock func() time.Time
	// Finish returns a channel that closes when the worker is to finish the posts
	// in progress and begin no other.
	Finish func() <-chan struct{}
	// Followed, if set, is given what follows the work when it begins. Command is
	// this command line.
	Followed         func(*live.Tracker)
	Command, Version string
}

// Posts is the use case: it works until the run that it works for is over, or
// until it is told to stop. The error is what the command exits with.
func Posts(ctx context.Context, req Request) (err error) {
	s := req.Settings
	address := Address(s, req.URL, req.Token)
	if len(address.URLs) == 0 {
		return exit.Usage(errors.New("no coordinator is named"), "nightpress work nats://TOKEN@host:4222, as nightpress run --fleet prints it there")
	}
	if address.Hosts() == "" {
		return exit.Usage(fmt.Errorf("%s is not the address of a coordinator", secret.Mask(req.URL)), "nats://TOKEN@host:4222, as nightpress run --fleet prints it")
	}
	name, err := Name(req.Name)
	if err != nil {
		return err
	}
	log, closeLog, err := req.Log()
	if err != nil {
		return err
	}
	defer closeLog()
	reached, err := preflight.ConnectAll(ctx, s, req.Serve, req.Printer.Note)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, reached.Stop()) }()
	if err := reached.CheckCloud(ctx, s); err != nil {
		return fmt.Errorf("cloud: %w", err)
	}
	if warning := address.Bare(); warning != "" {
		req.Printer.Note("%s", warning)
	}
	w := &fleet.Worker{
		Address: address, Prefix: s.Fleet.Prefix, Name: name, Machine: Machine(), Version: req.Version, Servers: &servers{reached, s},
		Limit: req.Limit, Until: req.Until, Patience: s.Patience, Stop: req.Finish(), Now: req.Now,
		Clock: batch.Clock{Wall: req.Now, Now: req.Clock},
		Note: func(format string, args ...any) {
			req.Printer.Note(format, args...)
			log.Info("note", "text", fmt.Sprintf(format, args...))
		},
	}
	t := &teller{req: req, log: log, worker: w, began: req.Clock(), live: follow(&req, reached)}
	w.Events, w.Results = t.event, t.live.Result
	if req.Followed != nil {
		req.Followed(t.live)
	}
	req.Printer.Note("worker %s asks %s for jobs", name, address.Hosts())
	stop := t.everyHalfMinute()
	err = w.Run(ctx)
	stop()
	if c := w.Counts(); err == nil || c.Posts+c.Rejected > 0 {
		t.sum()
	}
	return ending(req.Printer, exit.Canceled(ctx, err))
}

// follow returns what follows the work. How many jobs the run has is not known here.
func follow(req *Request, servers preflight.Fleet) *live.Tracker {
	about := live.About{PID: os.Getpid(), Command: req.Command, Since: req.Now(), Until: req.Until, Now: req.Now, Clock: req.Clock}
	for _, s := range servers {
		about.Servers = append(about.Servers, live.AboutServer{Name: s.Name, Version: s.Version, Workers: int(s.Host.Workers)})
	}
	return live.Follow(about)
}

// ending is how the command ends.
func ending(to printer.Printer, err error) error {
	switch {
	case errors.Is(err, fleet.ErrDrained):
		to.Note("%v", err)
		return nil
	case errors.Is(err, batch.ErrLimit), errors.Is(err, batch.ErrUntil), errors.Is(err, batch.ErrStopped):
		return exit.Silent(exit.Code(err))
	}
	return err
}

// Address is where the fleet's NATS server is: at url, or where models.toml says.
func Address(s *settings.Settings, url, token string) fleet.Address {
	f := s.Fleet
	a := fleet.Address{URLs: f.URLs, Token: token, Creds: f.Creds, CA: f.CA, Cert: f.Cert, Key: f.Key}
	if url != "" {
		a.URLs = []string{url}
	}
	return a
}

var notInName = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// Name is what the fleet calls a machine: the name that was given, or the host's
// as far as it can be one.
func Name(given string) (string, error) {
	if given != "" {
		if notInName.MatchString(given) || len(given) > 40 || !isLetter(given[0]) {
			return "", exit.Usage(fmt.Errorf("%.60q cannot be the name of a worker", given), "--name big-machine, with letters, digits, '.', '_', and '-', at most 40")
		}
		return given, nil
	}
	host := notInName.ReplaceAllString(Machine(), "-")
	host = strings.TrimLeft(host, "._-")
	if host == "" {
		host = "worker"
	}
	return host[:min(len(host), 40)], nil
}

func isLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// Machine is the host's name, "" where the system does not say it.
func Machine() string {
	host, err := os.Hostname()
	if err != nil {
		return ""
	}
	return host
}

// teller reports the progress of the work.
type teller struct {
	req    Request
	log    *slog.Logger
	worker *fleet.Worker
	live   *live.Tracker
	began  time.Time

	mu    sync.Mutex
	posts int
	// outage is when the outage began that was reported last.
	outage time.Time
}

// every is how often it says so.
const every = 30 * time.Second

// everyHalfMinute begins to say so, and returns what ends it.
func (t *teller) everyHalfMinute() (stop func()) {
	over, ended := make(chan struct{}), make(chan struct{})
	crash.Go(func() {
		defer close(ended)
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				t.say()
			case <-over:
				return
			}
		}
	}, func(error) {})
	return func() {
		close(over)
		<-ended
	}
}

// say says what was done, where it is more than the last time.
func (t *teller) say() {
	c := t.worker.Counts()
	t.mu.Lock()
	more := c.Posts+c.Rejected > t.posts
	t.posts = c.Posts + c.Rejected
	t.mu.Unlock()
	if more {
		t.req.Printer.Note("%s", t.text(c))
	}
}

func (t *teller) text(c fleet.WorkerCounts) string {
	text := term.Count(c.Posts, "post")
	if c.Rejected > 0 {
		text += fmt.Sprintf(", %s rejected", term.Number(c.Rejected))
	}
	seconds := t.req.Clock().Sub(t.began).Seconds()
	if seconds > 0 && c.Tokens > 0 {
		text += fmt.Sprintf(", %s tokens/s", term.Number(int(float64(c.Tokens)/seconds)))
	}
	return text
}

// sum says what was done in the end.
func (t *teller) sum() {
	c := t.worker.Counts()
	t.req.Printer.Note("worked: %s", t.text(c))
	t.log.Info("end", "posts", c.Posts, "rejected", c.Rejected, "tokens", c.Tokens)
}

// event logs what the engine does, and tells a person what goes wrong.
func (t *teller) event(ev batch.Event) {
	t.live.Event(ev)
	switch ev := ev.(type) {
	case batch.Loaded:
		t.req.Printer.Note("loaded %s in %s", ev.Model.Name, term.Duration(ev.Took))
		t.log.Info("loaded", "model", ev.Model.Name, "seconds", ev.Took.Seconds(), "server", ev.Server)
	case batch.Attempted:
		t.log.Info("attempt", "job", ev.Job.ID, "model", ev.Job.Model.Name, "n", ev.Attempt.N, "remedy", ev.Attempt.Remedy, "cause", ev.Attempt.Cause,
			"seconds", ev.Attempt.Seconds, "eval_count", ev.Attempt.EvalCount, "error", ev.Attempt.Error, "server", ev.Server)
	case batch.Waiting:
		t.log.Warn("waiting", "reason", ev.Reason.Error(), "since", ev.Since, "server", ev.Server)
		if !t.isNew(ev.Since) {
			return
		}
		t.req.Printer.Note("%v; its jobs go to other workers meanwhile", ev.Reason)
	case batch.Resumed:
		t.req.Printer.Note("the server answers again after %s", term.Duration(ev.Away))
	case batch.Recovering:
		t.req.Printer.Note("bringing %s back: %v", ev.Model.Name, ev.Reason)
		t.log.Warn("recovering", "model", ev.Model.Name, "reason", ev.Reason.Error(), "server", ev.Server)
	case batch.Stopping:
		t.req.Printer.Note("no new posts are begun, %s in progress; once more to cancel", term.Count(ev.UnderWay, "post"))
	}
}

// isNew reports whether an outage was not reported yet.
func (t *teller) isNew(since time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	was := t.outage
	t.outage = since
	return !was.Equal(since)
}
