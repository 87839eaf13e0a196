package run

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/estimate"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/live"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/output"
)

// watch turns the engine's events into progress for people, into JSON lines
// and into the log.
type watch struct {
	printer  printer.Printer
	progress *term.Progress
	log      *slog.Logger
	events   *eventLog
	live     *live.Tracker
	alerts   *alerts
	estimate *estimate.Estimate
	// until is when the run is to be over; the zero time is never.
	until time.Time

	// server is its name, and patience how long it is waited for.
	now      func() time.Time
	server   string
	patience time.Duration
	// others is set if the run has several servers.
	others bool

	mu sync.Mutex
	// since is when each server's outage began that was reported last.
	since map[string]time.Time
	// reloads are the loads that requests waited for and the run had not asked
	// for, reloading how long they took.
	reloads   int
	reloading time.Duration
	// allRejected are the models that were set aside because of their first jobs.
	allRejected []*batch.AllRejectedError
}

// event is called from many goroutines.
func (w *watch) event(ev batch.Event) {
	w.events.event(ev)
	w.live.Event(ev)
	w.alerts.event(ev)
	switch ev := ev.(type) {
	case batch.Loading:
		w.progress.Loading(ev.Model.Name+at(ev.Server), ev.Model.Label+at(ev.Server))
		w.log.Info("loading", "model", ev.Model.Name, "num_ctx", ev.Model.NumCtx, "server", ev.Server)
	case batch.Loaded:
		w.progress.Loaded(ev.Model.Name+at(ev.Server), ev.Took)
		w.log.Info("loaded", "model", ev.Model.Name, "seconds", ev.Took.Seconds(), "server", ev.Server)
	case batch.Reloaded:
		w.reloaded(ev)
	case batch.Tuned:
		w.estimate.Tuned(ev.Server, ev.Model.Label, ev.Workers)
		w.log.Info("tuned", "model", ev.Model.Name, "workers", ev.Workers, "slots", ev.Slots, "server", ev.Server)
	case batch.Tokens:
		w.progress.Tokens(ev.N)
	case batch.Attempted:
		w.log.Info("attempt", "job", ev.Job.ID, "slug", ev.Job.Slug, "model", ev.Job.Model.Name,
			"n", ev.Attempt.N, "remedy", ev.Attempt.Remedy, "cause", ev.Attempt.Cause, "seconds", ev.Attempt.Seconds, "first_token", ev.Attempt.FirstToken,
			"prompt_eval_count", ev.Attempt.PromptEvalCount, "aborted", ev.Attempt.Aborted, "tokens_saved", ev.Attempt.TokensSaved,
			"eval_count", ev.Attempt.EvalCount, "problems", problemCodes(ev.Attempt.Problems), "error", ev.Attempt.Error, "server", ev.Server)
	case batch.Waiting:
		w.outage(ev)
		w.log.Warn("waiting", "reason", ev.Reason.Error(), "since", ev.Since, "again_in", ev.Next.Seconds(), "server", ev.Server)
	case batch.Resumed:
		w.progress.Note(w.nameOf(ev.Server) + " answers again after " + term.Duration(ev.Away))
		w.log.Info("resumed", "away", ev.Away.Seconds(), "server", ev.Server)
	case batch.Recovering:
		w.progress.Note("bringing " + ev.Model.Name + " back" + at(ev.Server) + ": " + ev.Reason.Error())
		w.log.Warn("recovering", "model", ev.Model.Name, "reason", ev.Reason.Error(), "server", ev.Server)
	case batch.Unloaded:
		w.progress.Note("unloaded " + ev.Model.Name + at(ev.Server))
		w.log.Info("unloaded", "model", ev.Model.Name, "server", ev.Server)
	case batch.Lingering:
		w.progress.Note("model " + ev.Model.Name + " stays in memory" + at(ev.Server) + ": " + ev.Reason.Error())
		w.log.Warn("model stays in memory", "model", ev.Model.Name, "reason", ev.Reason.Error(), "server", ev.Server)
	case batch.Out:
		if ev.Server != "" {
			w.progress.Note("server " + ev.Server + " takes no more posts of " + ev.Model.Name + ": " + ev.Reason.Error())
		}
		w.log.Warn("out", "model", ev.Model.Name, "reason", ev.Reason.Error(), "server", ev.Server)
	case batch.Stopping:
		w.progress.Ending()
		w.progress.Note(w.stopping(ev))
		w.log.Info("stopping", "reason", ev.Reason.Error(), "under_way", ev.UnderWay, "longest", ev.Longest.Seconds())
	case batch.Unusable:
		if why, ok := errors.AsType[*batch.AllRejectedError](ev.Reason); ok {
			w.allRejected = append(w.allRejected, why)
		}
		w.progress.Note("model " + ev.Model.Name + " is set aside: " + hint.Text(ev.Reason))
		w.log.Error("set aside", "model", ev.Model.Name, "reason", ev.Reason.Error())
	}
}

// outage reports an outage once, when it begins.
func (w *watch) outage(ev batch.Waiting) {
	w.mu.Lock()
	known := w.since[ev.Server].Equal(ev.Since)
	if w.since == nil {
		w.since = map[string]time.Time{}
	}
	w.since[ev.Server] = ev.Since
	w.mu.Unlock()
	if known {
		return
	}
	reason := ev.Reason
	if f, ok := errors.AsType[*llm.Fault](reason); ok {
		reason = f // without what was asked of the server
	}
	again := w.retrying()
	if w.others {
		// The time counts only while no server makes posts: it has no end yet.
		again = fmt.Sprintf("retrying as long as another server makes posts, and then for %s (--patience)", short(w.patience))
	}
	w.progress.Note(fmt.Sprintf("%v%s; %s", reason, at(ev.Server), again))
	for _, h := range hint.Of(reason) {
		w.progress.Hint(h)
	}
}

// retrying describes how long the run will wait for a server.
func (w *watch) retrying() string {
	layout, end := "15:04", w.now().Local().Add(w.patience)
	if w.patience >= 12*time.Hour {
		layout = "2 January 15:04"
	}
	return fmt.Sprintf("retrying until %s (--patience %s)", end.Format(layout), short(w.patience))
}

// nameOf returns the name of a server for a person.
func (w *watch) nameOf(server string) string {
	if server == "" {
		return w.server
	}
	return "server " + server
}

// short writes a time as a flag has it: 2h and not 2h0m0s.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// surely is how many loads of a model that the run did not ask for mean that
// another client is at work. A single one can have another cause: the machine
// slept for longer than the server keeps a model.
const surely = 2

// reloaded counts a load that the run did not ask for, and tells a person once
// for each model.
func (w *watch) reloaded(ev batch.Reloaded) {
	w.mu.Lock()
	w.reloads++
	w.reloading += ev.Took
	w.mu.Unlock()
	if ev.N == surely {
		w.progress.Note(fmt.Sprintf("another client makes %s load %s again: %s that this run did not ask for", w.server, ev.Model.Name, term.Count(ev.N, "load")))
	}
	w.log.Warn("reloaded", "model", ev.Model.Name, "seconds", ev.Took.Seconds(), "n", ev.N)
}

// stopping describes why no more posts are started, and what is still in progress.
func (w *watch) stopping(ev batch.Stopping) string {
	var text string
	switch {
	case errors.Is(ev.Reason, batch.ErrStopped):
		text = "interrupted"
	case errors.Is(ev.Reason, batch.ErrUntil):
		text = "no other post would be done by " + w.until.Format("15:04")
	default:
		text = ev.Reason.Error()
	}
	if ev.UnderWay == 0 {
		return text
	}
	text += ": no new posts are begun, " + term.Count(ev.UnderWay, "post") + " in progress"
	if ev.Longest > 0 {
		text += ", about " + term.Duration(ev.Longest) + " more"
	}
	if errors.Is(ev.Reason, batch.ErrStopped) {
		text += "; once more to cancel"
	}
	return text
}

// jobEvent is the JSON line of a finished job. Its names are promised.
type jobEvent struct {
	Event     string   `json:"event"`
	ID        string   `json:"id"`
	Topic     string   `json:"topic"`
	Slug      string   `json:"slug"`
	Label     string   `json:"label"`
	Model     string   `json:"model"`
	Server    string   `json:"server,omitempty"`
	Status    string   `json:"status"`
	Reason    string   `json:"reason,omitempty"`
	Path      string   `json:"path,omitempty"`
	Attempts  int      `json:"attempts"`
	Remedies  []string `json:"remedies"`
	Problems  []string `json:"problems"`
	Repairs   []string `json:"repairs"`
	EvalCount int      `json:"eval_count"`
	Seconds   float64  `json:"seconds"`
}

// Text writes nothing: a person sees the progress.
func (jobEvent) Text(*printer.Page) {}

// recorder stands between the engine and the sink: what was saved is counted
// and told.
type recorder struct {
	sink    *output.Sink
	outcome *outcome
	watch   *watch
	mu      *sync.Mutex // guards the counts, and keeps a result's lines together
}

func (r *recorder) SaveAttempt(ctx context.Context, j *batch.Job, a *record.Attempt) error {
	return r.sink.SaveAttempt(ctx, j, a)
}

func (r *recorder) Put(ctx context.Context, res *record.Result) error {
	path, err := r.sink.Save(ctx, res)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.outcome.add(res, path)
	r.watch.job(res, path)
	r.outcome.count(r.watch.live)
	r.watch.alerts.committed(ctx)
	return nil
}

func (w *watch) job(res *record.Result, path string) {
	w.estimate.Ended(res)
	w.live.Join(res.Server)
	w.live.Result(res)
	w.progress.Job(res.Topic, res.Label, res.Status.String(), res.Reason)
	w.log.Info("job", "id", res.ID, "slug", res.Slug, "model", res.Model, "status", res.Status, "reason", res.Reason, "attempts", len(res.Attempts), "path", path)
	ev := jobEvent{
		Event: "job", ID: res.ID, Topic: res.Topic, Slug: res.Slug, Label: res.Label, Model: res.Model, Server: res.Server,
		Status: res.Status.String(), Reason: res.Reason, Path: path, Attempts: len(res.Attempts),
		Problems: problemCodes(res.Problems()), Repairs: repairCodes(res.Repairs()),
	}
	ev.Remedies = []string{}
	for _, a := range res.Attempts {
		ev.Remedies = append(ev.Remedies, a.Remedy.String())
		ev.EvalCount += a.EvalCount
		ev.Seconds += a.Seconds
	}
	// A reader of the lines that went away must not cost the run.
	_ = w.printer.Print(ev)
}
