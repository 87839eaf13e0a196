package run

import (
	"context"
	"io"
	"log/slog"
	"time"

	"github.com/nightpress/nightpress/internal/live"
	"github.com/nightpress/nightpress/internal/notify"
	"github.com/nightpress/nightpress/internal/printer"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/internal/topics"
)

// Request is a run to do, with its outputs.
type Request struct {
	Settings *settings.Settings
	// Topics is the file of topics; "-" is Stdin.
	Topics string
	Input  topics.Options
	Sample Sample
	// Only chooses a part of the jobs: topics, slugs, patterns of slugs, words
	// for dispositions (plan.Words), and "@" with a file of them. Empty is all.
	Only []string
	// Limit is how many jobs the run does at most; 0 is no limit.
	Limit int
	// MaxRejected sets a model aside whose first so many jobs are all rejected for
	// one cause; 0 is never.
	MaxRejected int
	// Until is when the run is to be over; the zero time is never. UntilText is
	// how a person gave it.
	Until           time.Time
	UntilText       string
	RetryRejected   bool
	OverwriteEdited bool
	SkipBadRows     bool
	// NoHedge lets an idle server not ask for a slow one's post as well.
	NoHedge bool
	// Fleet, if set, has other machines write posts as well.
	Fleet *FleetRequest
	// Replace agrees that finished posts are replaced; KeepDone keeps them.
	Replace, KeepDone bool
	// Serve starts a server where none answers.
	Serve bool
	// LookOnly writes nothing to the folder, not even a slug.
	LookOnly bool

	Stdin io.Reader
	// Terminal is set where a person types at Stdin.
	Terminal bool
	// Ask asks a person a question, yes or no; nil where nobody can be asked.
	Ask      func(ctx context.Context, question string) (bool, error)
	Printer  printer.Printer
	Progress *term.Progress
	// Notifier runs the command of on_event; nil is none. The caller closes it.
	Notifier *notify.Notifier
	// Log opens the structured log; it is closed when the run is over.
	Log func() (log *slog.Logger, closeLog func(), err error)
	// Now is the time of day. Clock measures durations.
	Now, Clock func() time.Time
	// Followed, if set, is given what follows the run when it begins.
	Followed func(*live.Tracker)
	// Finish returns a channel that closes when the run is to finish the posts
	// in progress and begin no other.
	Finish func() <-chan struct{}
	// Stop does what Finish's signal does, for another process that asks for it.
	Stop func()
	// Environ is the environment of the command of [run] while, WhileEvery how often
	// it is run; 0 is half a minute.
	Environ    []string
	WhileEvery time.Duration
	// Command is this command line, Version the program's version.
	Command, Version string
	// Show makes the command line that shows a topic's attempts.
	Show func(slug string) string
	// Again makes the command line that resumes the run, with further flags.
	Again func(flags ...string) string
}
