package main

import (
	"errors"
	"log/slog"

	"github.com/nightpress/nightpress/internal/config"
	"github.com/nightpress/nightpress/internal/live"
	"github.com/nightpress/nightpress/internal/run"
	"github.com/nightpress/nightpress/internal/runlog"
	"github.com/nightpress/nightpress/internal/settings"
	"github.com/nightpress/nightpress/internal/work"
	"github.com/spf13/cobra"
)

func workCmd(a *app) *cobra.Command {
	var name, until, metrics string
	var limit int
	var serve bool
	cmd := &cobra.Command{
		Use:   "work [URL]",
		Short: "Write posts for a run on another machine",
		Long: `work writes posts for a run on another machine, with the servers of this machine.
Type the line that "nightpress run --fleet" prints there. This machine needs no
topics, prompts, or posts folder, and keeps no files. It writes posts of the
models that it has, if their content is the same as on the other machine.

work ends when the run is over. While the run is interrupted or out of reach, it
waits as long as --patience allows. The first Ctrl-C lets the posts in progress
finish. The second one cancels them, and other machines write them. The token in
the address can also come from NIGHTPRESS_FLEET_TOKEN.`,
		Example: `  nightpress work nats://TOKEN@192.168.0.5:4222
  nightpress work nats://TOKEN@192.168.0.5:4222 -m 'llama*' -j 4 --until 07:00`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.settings(cmd)
			if err != nil {
				return err
			}
			req := work.Request{
				Settings: s, Token: a.getenv(fleetToken), Name: name, Limit: limit, Serve: serve,
				Printer: a.printer(), Now: a.now, Clock: a.clock, Finish: a.interrupts.finish, Command: a.command(), Version: version,
				Log: func() (*slog.Logger, func(), error) { return runlog.Open(a.flags.logFile, a.printer().Error) },
			}
			if len(args) > 0 {
				req.URL = args[0]
			}
			if req.Until, err = run.ParseUntil(until, a.now().Local()); err != nil {
				return err
			}
			if err := runlog.Check(a.flags.logFile, ""); err != nil {
				return err
			}
			served, err := a.serveMetrics(metrics)
			if err != nil {
				return err
			}
			req.Followed = func(t *live.Tracker) { served.Follow(t.Snapshot) }
			outliveTerminal()
			return errors.Join(work.Posts(cmd.Context(), req), served.Close())
		},
	}
	f, usual := cmd.Flags(), config.Default().Defaults
	f.StringVar(&name, "name", "", "`name` of this machine in the fleet (default: the host name)")
	f.StringP("workers", "j", usual.Workers.String(), "`number` of simultaneous requests to each server, or auto")
	f.IntVar(&limit, "limit", 0, "stop after `N` jobs")
	f.StringVar(&until, "until", "", "start only posts that will finish by this `time` (07:00) or within this duration (8h)")
	f.Duration("patience", settings.DefaultPatience, "longest `time` to wait for a run or a server that does not answer")
	f.StringVar(&metrics, "metrics", "", metricsUsage)
	f.BoolVar(&serve, "serve", false, "start \"ollama serve\" when no server answers, and stop it at the end")
	return cmd
}
