// Package runlog writes the file of --log-file: a structured log of runs, as JSON lines.
package runlog

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
	"github.com/nightpress/nightpress/internal/regular"
	"github.com/nightpress/nightpress/internal/term"
)

// Open opens the log at path, and returns what closes it. Without a path nothing
// is logged. A log that cannot be written costs no post: fail is called with the
// first error, and the run continues.
func Open(path string, fail func(error)) (*slog.Logger, func(), error) {
	if path == "" {
		return slog.New(slog.DiscardHandler), func() {}, nil
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return nil, nil, fmt.Errorf("log file: %w", err)
	}
	w := &writer{f: f, fail: fail}
	return slog.New(slog.NewJSONHandler(w, nil)), func() { w.report(f.Close()) }, nil
}

// writer writes to the log's file.
type writer struct {
	f    *os.File
	fail func(error)
	once sync.Once
}

// Write writes one record. People look at a log in a terminal: what that would
// obey is escaped, and the JSON means the same.
func (w *writer) Write(p []byte) (int, error) {
	_, err := w.f.WriteString(term.Escape(string(p)))
	w.report(err)
	return len(p), err
}

func (w *writer) report(err error) {
	if err != nil {
		w.once.Do(func() { w.fail(fmt.Errorf("log file: %w; the log is not complete, the run continues", err)) })
	}
}

// Check refuses a log file that would damage an existing file. Lines are appended
// to a file that is empty or begins with a line of such a log, and to a device. A
// topics file, a post, a prompt, models.toml, and a ledger are none of these.
// input is the topics file, which may be empty.
func Check(path, input string) error {
	if path == "" {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil // Open creates it, or says why not.
	}
	refuse := func(what string) error {
		return exit.Usage(fmt.Errorf("--log-file %s is %s", path, what), "give the log a file of its own: --log-file night.log")
	}
	if topics, err := os.Stat(input); err == nil && os.SameFile(info, topics) {
		return refuse("the topics file")
	}
	switch {
	case info.Mode().IsRegular():
		if !isLog(path, info.Size()) {
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
// that cannot be read is left to Open.
func isLog(path string, size int64) bool {
	f, err := regular.Open(path)
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
