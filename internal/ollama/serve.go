package ollama

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"time"
)

// Server is an "ollama serve" of ours. One that ends by itself is started
// again, up to mostRestarts times.
type Server struct {
	path, addr string
	env        []string
	// ready is closed when the server has answered, stopping by Stop, ended
	// once no process of ours runs any more.
	ready, stopping, ended chan struct{}
	crashed                atomic.Bool
	// Log is the file that has the server's output.
	Log string
}

const (
	// startLimit is how long a server may take to answer, in time. It loads no
	// model for that, but may look for GPUs.
	startLimit = time.Minute
	// stopLimit is how long a server that was asked to end may take.
	stopLimit = 10 * time.Second
	// mostRestarts bounds how often a server that crashed is started again. A
	// run whose server is not wanted back waits for it in vain, and says so.
	mostRestarts = 5
)

// StartServer starts path serve on an address and returns once it answers. The
// server gets a process group of its own: a terminal's Ctrl-C must not end the
// replies that a first interrupt lets finish. env is added to the environment.
func StartServer(ctx context.Context, path, addr string, env []string) (*Server, error) {
	log, err := os.CreateTemp("", "nightpress-ollama-*.log")
	if err != nil {
		return nil, err
	}
	s := &Server{path: path, addr: addr, env: env, Log: log.Name()}
	s.ready, s.stopping, s.ended = make(chan struct{}), make(chan struct{}), make(chan struct{})
	if err := log.Close(); err != nil {
		return nil, err
	}
	started := make(chan error, 1)
	go s.keep(started)
	if err := <-started; err != nil {
		return nil, errors.Join(err, os.Remove(s.Log))
	}
	if err := s.answers(ctx); err != nil {
		s.crashed.Store(true) // so that the log, which err names, is kept
		return nil, errors.Join(err, s.Stop())
	}
	close(s.ready)
	return s, nil
}

// keep starts the server and, once it has answered, starts it again when it
// ends by itself. The first start's error goes to started.
func (s *Server) keep(started chan<- error) {
	defer close(s.ended)
	// Should this program be killed, the kernel ends the server with the thread
	// that started it (see ownGroup), so this one has to last.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for n := 0; ; n++ {
		cmd, err := s.start()
		if n == 0 {
			started <- err
		}
		if err != nil {
			return
		}
		s.wait(cmd)
		if closed(s.stopping) || !closed(s.ready) {
			return
		}
		s.crashed.Store(true)
		if n == mostRestarts {
			return
		}
		select {
		case <-s.stopping:
			return
		case <-time.After(time.Second << n):
		}
	}
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// wait returns when the process and all that it started have ended, by itself
// or because Stop was called.
func (s *Server) wait(cmd *exec.Cmd) {
	exited, seen := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(seen)
		s.endWhenAsked(cmd, exited)
	}()
	_ = cmd.Wait()
	// A server that crashes leaves its runners behind, and with them the
	// memory that the next one needs.
	kill(cmd)
	close(exited)
	<-seen
}

// start starts one process, which adds to the log.
func (s *Server) start() (*exec.Cmd, error) {
	log, err := os.OpenFile(s.Log, os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(s.path, "serve")
	cmd.Env = append(append(os.Environ(), "OLLAMA_HOST="+s.addr), s.env...)
	cmd.Stdout, cmd.Stderr = log, log
	ownGroup(cmd)
	return cmd, cmd.Start()
}

// endWhenAsked ends the process once Stop is called: it is asked first, and
// killed with all that it started when it does not end in time.
func (s *Server) endWhenAsked(cmd *exec.Cmd, exited <-chan struct{}) {
	select {
	case <-exited:
		return
	case <-s.stopping:
	}
	ask(cmd)
	select {
	case <-exited:
	case <-time.After(stopLimit):
		kill(cmd)
	}
}

func (s *Server) answers(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startLimit, fmt.Errorf("no answer within %s; its log is %s", startLimit, s.Log))
	defer cancel()
	c := New(&url.URL{Scheme: "http", Host: s.addr}, Options{})
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		if c.Probe(ctx) == nil {
			return nil
		}
		select {
		case <-again.C:
		case <-s.ended:
			return fmt.Errorf("the server ends as soon as it is started; its log is %s", s.Log)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Stop ends the server and everything that it started, within ten seconds. Its
// log goes too, unless it crashed. Stop is called once.
func (s *Server) Stop() error {
	close(s.stopping)
	<-s.ended
	if s.crashed.Load() {
		return nil
	}
	return os.Remove(filepath.Clean(s.Log))
}
