package control

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/errtype"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/live"
)

// Run is what a server lets others see and control. Its methods are called from
// many goroutines.
type Run interface {
	// Snapshot returns the run as it is now.
	Snapshot() *live.Snapshot
	// Do carries out a request and describes the new state for a person.
	// Requests that only ask for a snapshot do not reach it.
	Do(Request) (said string, err error)
}

// ErrUnknown is what Run.Do returns for a verb that it does not know.
var ErrUnknown = errors.New("no such verb")

// Server answers clients.
type Server struct {
	l   net.Listener
	run Run

	mu    sync.Mutex
	conns map[net.Conn]bool
	// over is closed when the run is.
	over  chan struct{}
	ended sync.WaitGroup
}

// mostClients is how many may be connected at once.
const mostClients = 16

// Serve starts to answer the connections of a listener. Close ends it.
func Serve(l net.Listener, run Run) *Server {
	s := &Server{l: l, run: run, conns: map[net.Conn]bool{}, over: make(chan struct{})}
	s.ended.Add(1)
	crash.Go(func() {
		defer s.ended.Done()
		s.accept()
	}, func(error) {})
	return s
}

// accept accepts clients until the listener is closed.
func (s *Server) accept() {
	for {
		conn, err := s.l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			// Too many open files, for example: it may pass.
			select {
			case <-time.After(time.Second):
				continue
			case <-s.over:
				return
			}
		}
		if !s.admit(conn) {
			_ = writeLine(conn, Reply{Version: Version, Error: fmt.Sprintf("%d others are connected", mostClients), Hint: "close one"}, within)
			_ = conn.Close()
			continue
		}
		crash.Go(func() {
			defer s.release(conn)
			s.serve(conn)
		}, func(error) {})
	}
}

func (s *Server) admit(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.conns) >= mostClients {
		return false
	}
	s.conns[conn] = true
	s.ended.Add(1)
	return true
}

func (s *Server) release(conn net.Conn) {
	s.mu.Lock()
	delete(s.conns, conn)
	s.mu.Unlock()
	_ = conn.Close()
	s.ended.Done()
}

// serve answers one client.
func (s *Server) serve(conn net.Conn) {
	r := bufio.NewReader(conn)
	for {
		if err := conn.SetReadDeadline(time.Now().Add(within)); err != nil {
			return
		}
		if s.isOver() {
			return
		}
		var req Request
		err := readLine(r, mostRequest, &req)
		switch {
		case errors.Is(err, errTooLong):
			// What follows of the line is not read.
			_ = writeLine(conn, refusal(err), within)
			return
		case errtype.Is[*malformedError](err):
			err = writeLine(conn, refusal(err), within)
		case err != nil:
			return
		case req.Version != Version:
			err = writeLine(conn, refusal(hint.Wrap(fmt.Errorf("the run speaks version %d of the protocol, and the request is of version %d", Version, req.Version), "use the same version of nightpress for both")), within)
		case req.Do == Subscribe:
			s.subscribe(conn, time.Duration(req.EveryMS)*time.Millisecond)
			return
		default:
			err = writeLine(conn, s.answer(req), within)
		}
		if err != nil {
			return
		}
	}
}

func (s *Server) isOver() bool {
	select {
	case <-s.over:
		return true
	default:
		return false
	}
}

// answer does what a request asks for.
func (s *Server) answer(req Request) Reply {
	reply := Reply{Version: Version}
	if req.Do != Snapshot {
		said, err := s.run.Do(req)
		if errors.Is(err, ErrUnknown) {
			err = hint.Wrap(fmt.Errorf("%w: %.40q", err, req.Do), "use the same version of nightpress for both")
		}
		if err != nil {
			return refusal(err)
		}
		reply.Message = said
	}
	reply.Snapshot = s.run.Snapshot()
	return reply
}

// The least and the most time between two snapshots of a subscription. A client that
// is gone is noticed when the next one is sent.
const (
	leastEvery = 100 * time.Millisecond
	mostEvery  = time.Minute
)

// subscribe sends a snapshot now and again, and the last one when the run is over.
func (s *Server) subscribe(conn net.Conn, every time.Duration) {
	if every == 0 {
		every = time.Second
	}
	tick := time.NewTicker(min(max(every, leastEvery), mostEvery))
	defer tick.Stop()
	for {
		if err := writeLine(conn, Reply{Version: Version, Snapshot: s.run.Snapshot()}, within); err != nil {
			return
		}
		select {
		case <-tick.C:
		case <-s.over:
			_ = writeLine(conn, Reply{Version: Version, Snapshot: s.run.Snapshot()}, atEnd)
			return
		}
	}
}

func refusal(err error) Reply {
	reply := Reply{Version: Version, Error: err.Error()}
	if all := hint.Of(err); len(all) > 0 {
		reply.Hint = all[0]
	}
	return reply
}

// Close sends the run as it is now to those who subscribed, and ends the server.
func (s *Server) Close() error {
	close(s.over)
	err := s.l.Close()
	s.mu.Lock()
	for conn := range s.conns {
		// A client that sends nothing or does not read must not delay the end.
		_ = conn.SetReadDeadline(time.Now())
		_ = conn.SetWriteDeadline(time.Now().Add(atEnd))
	}
	s.mu.Unlock()
	s.ended.Wait()
	return err
}
