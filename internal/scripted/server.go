package scripted

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"sync"
)

// Server is a scripted server on a free port of the loopback. All methods may
// be called from many goroutines.
type Server struct {
	models []string

	mu      sync.Mutex
	dialect Dialect
	loaded  map[string]launch
	mute    map[string]Mode // by path
	// parameters are those of every model's file, as /api/show has them.
	parameters string
	// salt makes the manifests' digests others than a server's without it, and
	// terse keeps the names of the models' files back.
	salt    string
	terse   bool
	all     Mode // of every path
	addr    string
	http    *http.Server
	served  chan struct{}
	next    []Reply // for the requests that come, one each
	rest    *Reply  // for those after them; nil is the well-formed one
	held    bool
	letGo   int // replies that may still end although held
	seen    Seen
	changed chan struct{} // closed and replaced whenever something happens
	// thinks: every model can think.
	thinks bool
}

// Seen is what a server has seen so far.
type Seen struct {
	// Requests counts requests for a reply, Replies those answered to the
	// end, Holding the replies that are held back at present.
	Requests, Replies, Holding int
	// Loads and Unloads count models brought into memory and taken out. A
	// model that is there already is loaded when a request wants it otherwise.
	Loads, Unloads int
	// Paths counts all requests by their path.
	Paths map[string]int
	// Hanging are the requests that hang at present.
	Hanging int
	// Options are those of the last request for a reply.
	Options map[string]any
	// Prompts are the user messages of the requests, in order.
	Prompts []string
}

// Start starts a server that has these models; "n=m" is n, a copy of m.
func Start(models ...string) (*Server, error) {
	d, err := usual()
	if err != nil {
		return nil, err
	}
	s := &Server{models: models, changed: make(chan struct{}), dialect: d, loaded: map[string]launch{}, mute: map[string]Mode{}}
	s.seen.Paths = map[string]int{}
	return s, s.Back()
}

// Host is the server's address, such as "127.0.0.1:34567". It stays the same
// when the server goes away and comes back.
func (s *Server) Host() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addr
}

// Back makes the server listen, again on its old address.
func (s *Server) Back() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.http != nil {
		return nil
	}
	addr := s.addr
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	server, served := &http.Server{Handler: s.routes()}, make(chan struct{})
	s.addr, s.http, s.served = l.Addr().String(), server, served
	go func() {
		defer close(served)
		_ = server.Serve(l) // Away ends it
	}()
	return nil
}

// Away closes the address and breaks every connection, as a killed server
// does. What the server has seen and was told stays.
func (s *Server) Away() {
	s.mu.Lock()
	server, served := s.http, s.served
	s.http = nil
	s.mu.Unlock()
	if server == nil {
		return
	}
	_ = server.Close()
	<-served
	s.change(func() { clear(s.loaded) })
}

// Hold makes every reply stop before its last piece until it is released.
func (s *Server) Hold() {
	s.change(func() { s.held = true })
}

// Release lets n held replies end, those that come first; a negative n lets
// all end and holds no more.
func (s *Server) Release(n int) {
	s.change(func() {
		if n < 0 {
			s.held, s.letGo = false, 0
			return
		}
		s.letGo += n
	})
}

// Next says how the following requests are answered, one each.
func (s *Server) Next(replies ...Reply) {
	s.change(func() { s.next = append(s.next, replies...) })
}

// Parameters gives every model these, a name and a value a line.
func (s *Server) Parameters(text string) { s.change(func() { s.parameters = text }) }

// Salt gives every model another digest of its manifest, as "ollama create"
// does on another machine. Its files stay the same.
func (s *Server) Salt(text string) { s.change(func() { s.salt = text }) }

// Terse makes the server omit the files of a model.
func (s *Server) Terse(terse bool) { s.change(func() { s.terse = terse }) }

// Think makes every model one that can think before it answers.
func (s *Server) Think() { s.change(func() { s.thinks = true }) }

// Rest says how every request after those of Next is answered; nil brings the
// well-formed reply back.
func (s *Server) Rest(r *Reply) {
	s.change(func() { s.rest = r })
}

// Seen returns what the server has received so far.
func (s *Server) Seen() Seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := s.seen
	seen.Paths = maps.Clone(seen.Paths)
	return seen
}

// Wait returns once what the server has seen satisfies enough.
func (s *Server) Wait(ctx context.Context, enough func(Seen) bool) error {
	for {
		s.mu.Lock()
		seen, changed := s.seen, s.changed
		seen.Paths = maps.Clone(seen.Paths)
		s.mu.Unlock()
		if enough(seen) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("the server has seen %d requests, answered %d, holds %d: %w", seen.Requests, seen.Replies, seen.Holding, ctx.Err())
		}
	}
}

// change does something to the state and wakes who waits for it.
func (s *Server) change(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do()
	close(s.changed)
	s.changed = make(chan struct{})
}
