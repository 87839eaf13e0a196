package scripted

import (
	"io"
	"net/http"
	"time"
)

// Mode is how a server treats a request that it does not answer.
type Mode int

// A server answers by default. One that hangs takes the request and says
// nothing, as a process does that was stopped; one that drips sends a byte at a
// time and comes to no end.
const (
	Answers Mode = iota
	Hangs
	Drips
)

// dripEvery is the time between two bytes.
const dripEvery = 20 * time.Millisecond

// Mute makes the server take requests for a path like that; "" stands for every
// path. What hangs already goes on hanging.
func (s *Server) Mute(path string, how Mode) {
	s.change(func() {
		if path == "" {
			s.all = how
		} else {
			s.mute[path] = how
		}
	})
}

// heard counts a request and passes it on, unless the server is mute.
func (s *Server) heard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var how Mode
		s.change(func() {
			s.seen.Paths[r.URL.Path]++
			if how = s.mute[r.URL.Path]; how == Answers {
				how = s.all
			}
		})
		if how == Answers {
			next.ServeHTTP(w, r)
			return
		}
		s.change(func() { s.seen.Hanging++ })
		defer s.change(func() { s.seen.Hanging-- })
		hang(w, r, how)
	})
}

func hang(w http.ResponseWriter, r *http.Request, how Mode) {
	// The client's end is looked for only after the end of the body.
	_, _ = io.Copy(io.Discard, r.Body)
	gone := r.Context().Done()
	if how == Hangs {
		<-gone
		return
	}
	again := time.NewTicker(dripEvery)
	defer again.Stop()
	for {
		select {
		case <-again.C:
			if _, err := w.Write([]byte(" ")); err != nil {
				return
			}
			w.(http.Flusher).Flush()
		case <-gone:
			return
		}
	}
}
