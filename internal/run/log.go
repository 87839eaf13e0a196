package run

import (
	"log/slog"
	"os"
	"time"

	"github.com/nightpress/nightpress/internal/exit"
)

// logBegin writes what a run is about to do, and all settings that are in
// force with where each comes from.
func (p *Prepared) logBegin(log *slog.Logger, run int64, o *outcome) {
	var settings []any
	for _, origin := range p.req.Settings.Origins() {
		settings = append(settings, slog.Group(origin.Key, "value", origin.Shown(), "from", origin.From))
	}
	attrs := []any{
		"run", run, "pid", os.Getpid(), "version", p.req.Version, "command", p.req.Command,
		"server", p.addresses(), "server_version", p.versions(),
		"jobs", o.Jobs, "already_done", o.AlreadyDone, "left", o.Left, "patience", p.req.Settings.Patience.Seconds(),
		slog.Group("settings", settings...),
	}
	if !p.Plan.Until.IsZero() {
		attrs = append(attrs, "until", p.Plan.Until.Format(time.RFC3339))
	}
	log.Info("begin", attrs...)
}

// logEnd writes how it ended.
func logEnd(log *slog.Logger, run int64, err error, o *outcome) {
	attrs := []any{
		"run", run, "exit_code", exit.Code(err), "meaning", exit.Meaning(exit.Code(err)), "seconds", o.Seconds,
		"jobs", o.Jobs, "written", o.Written, "already_done", o.AlreadyDone, "kept", o.Kept,
		"rejected", o.Rejected, "set_aside", o.SetAside, "left", o.Left, "eval_count", o.Tokens,
	}
	if err != nil && !exit.IsSilent(err) {
		attrs = append(attrs, "error", err.Error())
	}
	log.Info("end", attrs...)
}
