package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/nightpress/nightpress/internal/config"
	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/live"
	"github.com/nightpress/nightpress/internal/metrics"
	"github.com/nightpress/nightpress/internal/notify"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/run"
	"github.com/nightpress/nightpress/internal/runlog"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/internal/term"
	"github.com/nightpress/nightpress/output"
	"github.com/spf13/cobra"
)

// runFlags are the flags of run and plan.
type runFlags struct {
	only          []string
	limit         int
	maxRejected   int
	until         string
	retryRejected bool
	overwrite     bool
	replace       bool
	keepDone      bool
	topics        topicsFlags
	serve         bool
	noHedge       bool
	dryRun        bool
	metrics       string
	sample        sampleFlags
	fleet         fleetFlags
}

func runCmd(a *app) *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run TOPICS",
		Short: "Write a post for every topic and model",
		Long: `run asks each model for a post on each topic of TOPICS: CSV, .xlsx, JSON, a Markdown
table, or a list ("-" reads standard input). It runs one model after the other and
writes posts/<label>/<slug>.md.

run resumes by itself. It never requests a finished post again. It requests a
post again when its file is missing, or when its prompt or model has changed.

The first Ctrl-C lets the posts in progress finish. The second one cancels them. A
run continues when its terminal is closed. With --until, run starts a post only if
the model, at its speed so far, will finish it in time.

A server handles OLLAMA_NUM_PARALLEL requests at once (default 1). run finds that
number and keeps one more request in progress; -j sets a fixed number. With several
servers, each takes the next post when it has a free slot.

With --fleet, other machines write posts as well: run prints the line to type
there (see nightpress work --help).`,
		Example: `  nightpress run topics.csv
  nightpress run topics.csv -m llama3.2 -j 4
  nightpress run topics.csv --until 07:00
  nightpress run topics.csv -m 'llama*,qwen3:8b' --topics-sample 50
  nightpress run products.csv --topic-column product -p product-description -o products
  nightpress run calendar.csv --topic-column Title --where status=pending
  nightpress run topics.csv --fleet --fleet-listen 127.0.0.1:4223
  printf 'Why do cats purr\n' | nightpress run --no-header -m llama3.2 -`,
		Args: f.fleet.oneTopicsFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(cmd); err != nil {
				return err
			}
			args = f.fleet.args(args)
			req, err := a.request(cmd, args, f)
			if err == nil {
				req.Fleet, err = f.fleet.request(a, cmd)
			}
			if err != nil {
				return err
			}
			if f.dryRun {
				return run.Preview(cmd.Context(), req, false)
			}
			return runTopics(cmd.Context(), a, req, f.metrics)
		},
	}
	f.bind(cmd)
	f.fleet.bind(cmd)
	cmd.Flags().BoolVar(&f.noHedge, "no-hedge", false, "at the end, do not also request a slow server's post from an idle server")
	cmd.Flags().StringVar(&f.metrics, "metrics", "", metricsUsage)
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, "preview the run without running it, as nightpress plan does")
	return cmd
}

const metricsUsage = "serve Prometheus metrics at this `address`, such as 127.0.0.1:9095; :9095 is for this machine only"

// bind adds the flags to a command.
func (f *runFlags) bind(cmd *cobra.Command) {
	s, usual := cmd.Flags(), config.Default().Defaults
	s.StringP("workers", "j", usual.Workers.String(), "`number` of simultaneous requests to each server, or auto")
	s.Int("attempts", usual.Attempts, "maximum `number` of requests for one post")
	s.Int("samples", usual.Samples, "`number` of posts for each topic and model, each with its own seed")
	s.Int("max-tokens-per-post", usual.MaxTokens, "maximum `number` of tokens of all requests for one post (default: no limit)")
	s.IntVar(&f.limit, "limit", 0, "stop after `N` jobs")
	s.StringArrayVar(&f.only, "only", nil, "only these posts: a `topic`, slug, pattern ('crema*'), @file with one of these per line, or state (rejected, pending, done, kept, set-aside); repeatable")
	s.IntVar(&f.maxRejected, "max-rejected", 20, "set a model aside when its first `N` jobs are all rejected for one cause; 0: never")
	s.StringVar(&f.until, "until", "", "start only posts that will finish by this `time` (07:00) or within this duration (8h)")
	s.BoolVar(&f.retryRejected, "retry-rejected", false, "request rejected posts again, with other seeds")
	s.BoolVar(&f.replace, "replace", false, "replace finished posts whose prompt, model, or options changed, without asking")
	s.BoolVar(&f.keepDone, "keep-done", false, "keep finished posts, whatever changed, and make only the missing ones")
	s.BoolVar(&f.overwrite, "overwrite-edited", false, "replace posts that you edited; your versions move to "+output.Replaced)
	f.topics.bind(cmd)
	f.topics.bindRows(cmd)
	s.Duration("patience", settings.DefaultPatience, "longest `time` to wait for a server that does not answer")
	s.BoolVar(&f.serve, "serve", false, "start \"ollama serve\" when no server answers, and stop it at the end")
	f.sample.bind(cmd)
}

// request returns the run that the flags ask for.
func (a *app) request(cmd *cobra.Command, args []string, f runFlags) (req run.Request, err error) {
	req = run.Request{
		Topics: args[0], Sample: f.sample.sample(),
		Only: f.only, Limit: f.limit, MaxRejected: f.maxRejected, RetryRejected: f.retryRejected, OverwriteEdited: f.overwrite, SkipBadRows: f.topics.skipBadRows, Serve: f.serve, NoHedge: f.noHedge,
		Replace: f.replace, KeepDone: f.keepDone, Ask: a.asker(args[0]),
		Stdin: a.stdin, Terminal: a.atTerminal(), Printer: a.printer(), Now: a.now, Clock: a.clock, Finish: a.interrupts.finish, Stop: func() { a.interrupts.drained() },
		Environ: a.environ(), WhileEvery: a.whileEvery,
		Progress: term.NewProgress(a.stderr, a.flags.quiet, a.getenv, a.clock),
		Log:      func() (*slog.Logger, func(), error) { return runlog.Open(a.flags.logFile, a.printer().Error) },
		Command:  a.command(), Version: version, Again: a.again(cmd, args), Show: a.show(cmd),
	}
	if req.Settings, err = a.settings(cmd); err != nil {
		return req, err
	}
	if req.Input = topicsOptions(a, f.topics, req.Settings.Input); len(f.topics.Where) == 0 {
		req.Input.Where = req.Settings.Input.Where
	}
	req.UntilText = f.until
	req.Until, err = run.ParseUntil(f.until, a.now().Local())
	return req, err
}

// atTerminal reports whether a person types at standard input.
func (a *app) atTerminal() bool {
	in, ok := a.stdin.(interruptible)
	return ok && term.Interactive(in.r)
}

// check finds flags that make no sense together.
func (f *runFlags) check(cmd *cobra.Command) error {
	if f.replace && f.keepDone {
		return exit.Usage(errors.New("--replace makes finished posts again, and --keep-done keeps them: give one of them"), cmd.CommandPath()+" --help")
	}
	return f.sample.check(cmd)
}

// asker returns the function that asks a person a question with yes or no; see line.
func (a *app) asker(topics string) func(context.Context, string) (bool, error) {
	line := a.line(topics)
	if line == nil {
		return nil
	}
	return func(ctx context.Context, question string) (bool, error) {
		answer, err := line(ctx, question+" [y/N]")
		answer = strings.ToLower(answer)
		return answer == "y" || answer == "yes", err
	}
}

// line returns the function that asks a person for a line at the terminal. It is nil
// if standard input holds the topics, if the output is not for a person, or with
// --quiet.
func (a *app) line(topics string) func(context.Context, string) (string, error) {
	if topics == "-" || a.flags.json || a.flags.quiet || !a.atTerminal() || !term.Interactive(a.stderr) {
		return nil
	}
	return func(ctx context.Context, question string) (string, error) {
		fmt.Fprintf(a.stderr, "nightpress: %s ", question)
		answer, err := bufio.NewReader(a.stdin).ReadString('\n')
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		if err != nil {
			fmt.Fprintln(a.stderr) // the end of the input is an empty answer
		}
		return strings.TrimSpace(answer), nil
	}
}

// runTopics writes the posts. It runs on_event's command meanwhile, and on_finish's
// last, because that one may switch the machine off.
func runTopics(ctx context.Context, a *app, req run.Request, metricsAt string) error {
	if err := runlog.Check(a.flags.logFile, req.Topics); err != nil {
		return err
	}
	served, err := a.serveMetrics(metricsAt)
	if err != nil {
		return err
	}
	req.Followed = func(t *live.Tracker) { served.Follow(t.Snapshot) }
	outliveTerminal()
	req.Notifier = notify.New(req.Settings.Run.OnEvent, a.environ(), a.clock, req.Progress.Error)
	var summary record.Summary
	err = crash.Guard(func() (err error) {
		summary, err = run.Topics(ctx, req)
		return err
	})
	ended := exit.Canceled(ctx, err)
	run.TellDone(ctx, req.Notifier, a.now(), ended, summary)
	if err := run.OnFinish(ctx, req.Settings.Run.OnFinish, a.environ(), a.stderr, ended, summary); err != nil {
		a.printer().Error(err)
	}
	if err := served.Close(); err != nil {
		a.printer().Error(err)
	}
	return err
}

// serveMetrics starts to serve metrics. It returns nil without an address.
func (a *app) serveMetrics(address string) (*metrics.Server, error) {
	if address == "" {
		return nil, nil
	}
	s, err := metrics.Listen(address, version)
	if err != nil {
		return nil, err
	}
	for _, note := range s.Notes() {
		a.say("%s", note)
	}
	return s, nil
}
