package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"
)

// openLog opens the structured log, JSON lines that are appended; without
// --log-file nothing is logged.
func (a *app) openLog() (*slog.Logger, func(), error) {
	if a.flags.logFile == "" {
		return slog.New(slog.DiscardHandler), func() {}, nil
	}
	f, err := os.OpenFile(a.flags.logFile, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return nil, nil, fmt.Errorf("log file: %w", err)
	}
	return slog.New(slog.NewJSONHandler(io.Writer(f), nil)), func() { _ = f.Close() }, nil
}

// logBegin writes what a run is about to do, and all settings that are in
// force with where each comes from.
func (p *prepared) logBegin(log *slog.Logger, run int64, o *outcome) {
	var settings []any
	for _, origin := range p.settings.origins {
		settings = append(settings, slog.Group(origin.key, "value", origin.value, "from", origin.from))
	}
	attrs := []any{
		"run", run, "pid", os.Getpid(), "version", version, "command", p.command(),
		"server", p.settings.Server.URL, "server_version", p.version,
		"jobs", o.Jobs, "already_done", o.AlreadyDone, "left", o.Left, "patience", p.flags.patience.Seconds(),
		slog.Group("settings", settings...),
	}
	if !p.work.until.IsZero() {
		attrs = append(attrs, "until", p.work.until.Format(time.RFC3339))
	}
	log.Info("begin", attrs...)
}

// logEnd writes how it ended.
func logEnd(log *slog.Logger, run int64, err error, o *outcome) {
	attrs := []any{
		"run", run, "exit_code", exitCode(err), "meaning", meaning(exitCode(err)), "seconds", o.Seconds,
		"jobs", o.Jobs, "written", o.Written, "already_done", o.AlreadyDone, "kept", o.Kept,
		"rejected", o.Rejected, "set_aside", o.SetAside, "left", o.Left, "eval_count", o.Tokens,
	}
	if err != nil && !errors.As(err, new(silentExit)) {
		attrs = append(attrs, "error", err.Error())
	}
	log.Info("end", attrs...)
}
