package metrics

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/live"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
)

// Path is where the metrics are.
const Path = "/metrics"

// Server serves the metrics of one run, over HTTP and without a password: by
// default on the loopback alone. A nil *Server serves none.
type Server struct {
	// host is the one that was asked for.
	host     string
	listener net.Listener
	http     *http.Server
	source   atomic.Pointer[func() *live.Snapshot]
	served   chan error
}

// Listen begins to listen at an address (HOST:PORT, or a port of the loopback) and
// to serve what is known before a run begins. version is the program's. Port 0
// is any that is free. The error of an address that is wrong is a usage error.
func Listen(address, version string) (*Server, error) {
	return listen(address, version, 5*time.Second)
}

// listen is Listen with a limit on how long a client may take for its header.
func listen(address, version string, patience time.Duration) (*Server, error) {
	host, port, err := parse(address)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, hint.Wrap(fmt.Errorf("--metrics %s: %w", address, err), "choose another port, or --metrics "+loopback+":0 for one that is free")
	}
	s := &Server{host: host, listener: listener, served: make(chan error, 1)}
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(&collector{version: version, snapshot: s.snapshot, away: map[string]float64{}})
	s.http = &http.Server{
		Handler: s.guard(handler(registry)), MaxHeaderBytes: 16 << 10, ErrorLog: log.New(io.Discard, "", 0),
		ReadHeaderTimeout: patience, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, IdleTimeout: time.Minute,
	}
	crash.Go(func() { s.served <- s.http.Serve(listener) }, func(err error) { s.served <- err })
	return s, nil
}

// Follow serves what snapshot returns, which is called at each scrape and from
// many goroutines.
func (s *Server) Follow(snapshot func() *live.Snapshot) {
	if s != nil {
		s.source.Store(&snapshot)
	}
}

func (s *Server) snapshot() *live.Snapshot {
	if source := s.source.Load(); source != nil {
		return (*source)()
	}
	return nil
}

// Notes are lines for the person at the start.
func (s *Server) Notes() []string {
	notes := []string{"metrics are at " + s.url()}
	if s.open() {
		notes = append(notes, "other machines can read the metrics without a password: --metrics "+loopback+":9095 keeps them on this one")
	}
	return notes
}

func (s *Server) url() string { return "http://" + s.listener.Addr().String() + Path }

// open reports whether other machines can read the metrics.
func (s *Server) open() bool {
	addr, ok := s.listener.Addr().(*net.TCPAddr)
	return !ok || !addr.IP.IsLoopback()
}

// Close ends the service; a scrape that goes on may end within a second. It
// returns the error with which the service ended before, if it did.
func (s *Server) Close() error {
	if s == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if s.http.Shutdown(ctx) != nil {
		_ = s.http.Close()
	}
	if err := <-s.served; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("--metrics: %w", err)
	}
	return nil
}

// guard passes on only requests that read, and that name this machine as those do
// which mean it. A page in a browser on this machine can have its own name resolve
// to 127.0.0.1 (DNS rebinding); it then sends that name.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		switch {
		case !s.means(r.Host):
			http.Error(w, "the metrics are at "+s.url(), http.StatusForbidden)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "the metrics can only be read", http.StatusMethodNotAllowed)
		case r.URL.Path != Path:
			http.Error(w, "the metrics are at "+s.url(), http.StatusNotFound)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// means reports whether a request for this host means this machine: an address,
// the machine's name, or what was written at --metrics.
func (s *Server) means(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(strings.TrimSuffix(strings.Trim(name, "[]"), "."))
	if net.ParseIP(name) != nil || name == "localhost" || name == strings.ToLower(s.host) {
		return true
	}
	machine, err := os.Hostname()
	machine = strings.ToLower(machine)
	return err == nil && s.open() && (name == machine || name == machine+".local")
}

// handler writes all metrics in the format that the client asks for.
func handler(from prometheus.Gatherer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		families, err := from.Gather()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		format := expfmt.NegotiateAccept(r.Header, expfmt.DefaultOpenMetricsAcceptedFormats()...)
		w.Header().Set("Content-Type", string(format))
		to := expfmt.NewEncoder(w, format)
		for _, family := range families {
			if to.Encode(family) != nil {
				return // the client went away
			}
		}
		if closer, ok := to.(expfmt.Closer); ok {
			_ = closer.Close()
		}
	})
}
