package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
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
