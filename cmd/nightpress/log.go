package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/nightpress/nightpress/internal/exit"
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
	w := &logWriter{app: a, f: f}
	return slog.New(slog.NewJSONHandler(w, nil)), func() { w.report(f.Close()) }, nil
}

// logWriter is the log's file. A log that cannot be written costs no post: the
// first error is reported and the run goes on.
type logWriter struct {
	app  *app
	f    *os.File
	once sync.Once
}

func (w *logWriter) Write(p []byte) (int, error) {
	n, err := w.f.Write(p)
	w.report(err)
	return n, err
}

func (w *logWriter) report(err error) {
	if err != nil {
		w.once.Do(func() {
			fmt.Fprintf(w.app.stderr, "nightpress: log file: %v; the log is not complete, the run goes on\n", err)
		})
	}
}

// checkLogFile refuses a log file that would damage what is there. Lines are
// appended to a file that is empty or begins with a line of such a log, and to
// a device; a topics file, a post, a prompt, models.toml, and a ledger are
// none, under whatever name. input is the topics file, which may be empty.
func (a *app) checkLogFile(input string) error {
	name := a.flags.logFile
	if name == "" {
		return nil
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil // it is made, or openLog says why not
	}
	refuse := func(what string) error {
		return exit.Usage(fmt.Errorf("--log-file %s is %s", name, what), "give the log a file of its own: --log-file night.log")
	}
	if topics, err := os.Stat(input); err == nil && os.SameFile(info, topics) {
		return refuse("the topics file")
	}
	switch {
	case info.Mode().IsRegular():
		if !isLog(name, info.Size()) {
			return refuse("a file with other content, which the log would damage")
		}
	case info.IsDir():
		return refuse("a folder")
	case info.Mode()&(os.ModeNamedPipe|os.ModeSocket) != 0:
		return refuse("a pipe or a socket, which could block the run")
	}
	return nil
}

// isLog reports whether a file is empty or begins as a log of nightpress. One
// that cannot be read is left to openLog.
func isLog(name string, size int64) bool {
	f, err := os.Open(name)
	if err != nil || size == 0 {
		return true
	}
	defer f.Close()
	head, _ := bufio.NewReader(io.LimitReader(f, 1<<20)).ReadBytes('\n')
	var line struct {
		Time  time.Time `json:"time"`
		Level string    `json:"level"`
		Msg   string    `json:"msg"`
	}
	return json.Unmarshal(head, &line) == nil && !line.Time.IsZero() && line.Level != "" && line.Msg != ""
}
