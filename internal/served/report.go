// Package served shows a report in a browser, and makes it again while a run or a rater
// writes.
package served

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/local"
	"github.com/nightpress/nightpress/internal/regular"
	"github.com/nightpress/nightpress/internal/report"
	"github.com/nightpress/nightpress/output"
)

// policy is for all answers. Each page has a stricter one of its own.
const policy = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Request says which report is served.
type Request struct {
	Folders []string
	// Version is nightpress's own.
	Version string
	// Port is the port of the pages; 0 is any that is free.
	Port int
	// Every is how often the folders are looked at; 0 means two seconds.
	Every time.Duration
	// Ready is called with the address once the page can be opened, and Made each time
	// that the report was made.
	Ready func(url string) error
	Made  func(*report.Report, report.Written)
}

// Report serves the report to this machine until the context ends. Its pages are in a
// temporary folder, which it removes.
func Report(ctx context.Context, req Request) (err error) {
	dir, err := os.MkdirTemp("", "nightpress-report-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s := &session{Request: req, dir: dir}
	if s.Every == 0 {
		s.Every = 2 * time.Second
	}
	if err := s.make(ctx); err != nil {
		return err
	}
	root, err := regular.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ended := make(chan struct{})
	crash.Go(func() {
		cancel(s.keep(ctx))
		close(ended)
	}, func(err error) {
		cancel(err)
		close(ended)
	})
	server := local.Server{Command: "report --serve", Port: req.Port, Policy: policy}
	err = server.Serve(ctx, []http.Handler{s.handler(root.FS())}, func(urls []string) error { return req.Ready(urls[0]) })
	cancel(nil)
	<-ended
	if cause := context.Cause(ctx); err == nil && !errors.Is(cause, context.Canceled) {
		err = cause
	}
	return err
}

// session is a report that is served.
type session struct {
	Request
	dir string
	// number counts how often the report was made.
	number atomic.Int64
	// seen is the state of the ledgers from which it was made last, and took how long
	// that took.
	seen []state
	took time.Duration
}

// state is that of a file. It changes when the file is written to.
type state struct {
	size     int64
	modified time.Time
}

// states are those of the ledgers and their logs.
func (s *session) states() (all []state) {
	for _, dir := range s.Folders {
		for _, end := range []string{"", "-wal"} {
			var one state
			if info, err := os.Stat(output.LedgerPath(dir) + end); err == nil {
				one = state{info.Size(), info.ModTime()}
			}
			all = append(all, one)
		}
	}
	return all
}

// make makes the report.
func (s *session) make(ctx context.Context) error {
	start := time.Now()
	s.seen = s.states()
	r, err := report.Open(s.Folders)
	if err != nil {
		return err
	}
	number := s.number.Load() + 1
	w, err := r.Write(ctx, report.Pages{Dir: s.dir, Version: s.Version, Number: number})
	if err == nil {
		s.number.Store(number)
		s.Made(r, w)
	}
	err = errors.Join(err, r.Close())
	s.took = time.Since(start)
	return err
}

// keep makes the report again when a ledger has changed. It takes at most a fifth of
// the time for that.
func (s *session) keep(ctx context.Context) error {
	for {
		pause := time.NewTimer(max(s.Every, 4*s.took))
		select {
		case <-ctx.Done():
			pause.Stop()
			return nil
		case <-pause.C:
		}
		if now := s.states(); same(now, s.seen) {
			continue
		}
		if err := s.make(ctx); err != nil && ctx.Err() == nil {
			return err
		}
	}
}

func same(a, b []state) bool {
	for i := range a {
		if a[i].size != b[i].size || !a[i].modified.Equal(b[i].modified) {
			return false
		}
	}
	return true
}

// handler serves the pages and the number of the report.
func (s *session) handler(pages fs.FS) http.Handler {
	mux := http.NewServeMux()
	page := func(w http.ResponseWriter, name string) {
		text, err := fs.ReadFile(pages, name)
		if err != nil || !fs.ValidPath(name) {
			http.Error(w, "there is no such page in the report", http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(text)
	}
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { page(w, "index.html") })
	mux.HandleFunc("GET /number", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte(strconv.FormatInt(s.number.Load(), 10)))
	})
	for folder, prefix := range map[string]string{"/": "", "/topics/": "topics/"} {
		mux.HandleFunc("GET "+folder+"{page}", func(w http.ResponseWriter, r *http.Request) {
			name := r.PathValue("page")
			if !strings.HasSuffix(name, ".html") {
				http.NotFound(w, r)
				return
			}
			page(w, prefix+name)
		})
	}
	return mux
}
