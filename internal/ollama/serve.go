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

	"github.com/nightpress/nightpress/internal/crash"
)

// Server is an "ollama serve" that nightpress started.
type Server struct {
	path, addr string
	ServeOptions
	// logIsOurs is set if the log was created for this server and is deleted
	// with it.
	logIsOurs bool
	// pid is the ID of the newest process.
	pid atomic.Int64
	// ready is closed when the server has answered, stopping by Stop, and ended
	// when none of our processes is left.
	ready, stopping, ended chan struct{}
	crashed                atomic.Bool
}

// ServeOptions are how a server is started. The zero value is for a server that
// users have: with their models, started again when it ends by itself, and with
// a log of its own.
type ServeOptions struct {
	// Env is added to the environment and overrides it.
	Env []string
	// Home, if set, is the server's home folder, with its models.
	Home string
	// Log is the file to which the server's output is appended; "" creates one
	// in the system's temporary folder.
	Log string
	// Once: do not restart a server that ends by itself. Otherwise it is
	// restarted up to mostRestarts times.
	Once bool
}

// environ is the environment of the server at an address.
func (o *ServeOptions) environ(addr string) []string {
	env := append(os.Environ(), "OLLAMA_HOST="+addr)
	if o.Home != "" {
		env = append(env, "HOME="+o.Home, "USERPROFILE="+o.Home, "OLLAMA_MODELS="+filepath.Join(o.Home, "models"))
	}
	return append(env, o.Env...)
}

const (
	// startLimit is the time within which a server must answer after its start.
	// It loads no model for that, but may look for GPUs.
	startLimit = time.Minute
	// stopLimit is the time within which a server must end after it was asked
	// to.
	stopLimit = 10 * time.Second
	// mostRestarts bounds how often a crashed server is restarted. After that,
	// the run waits for it in vain and says so.
	mostRestarts = 5
)

// StartServer starts path serve on an address and returns once it answers. The
// server gets a process group of its own: a terminal's Ctrl-C must not end the
// replies that a first interrupt lets finish.
func StartServer(ctx context.Context, path, addr string, o ServeOptions) (*Server, error) {
	s := &Server{path: path, addr: addr, ServeOptions: o}
	s.ready, s.stopping, s.ended = make(chan struct{}), make(chan struct{}), make(chan struct{})
	if s.Log == "" {
		log, err := os.CreateTemp("", "nightpress-ollama-*.log")
		if err != nil {
			return nil, err
		}
		s.Log, s.logIsOurs = log.Name(), true
		if err := log.Close(); err != nil {
			return nil, err
		}
	}
	started := make(chan error, 1)
	crash.Go(func() { s.supervise(started) }, func(err error) {
		select {
		case started <- err:
		default: // it had started
		}
	})
	if err := <-started; err != nil {
		return nil, errors.Join(err, s.removeLog())
	}
	if err := s.answers(ctx); err != nil {
		s.crashed.Store(true) // so that the log, which err names, is kept
		return nil, errors.Join(err, s.Stop())
	}
	close(s.ready)
	return s, nil
}

// supervise starts the server and, once it has answered, starts it again when it
// ends by itself. The first start's error goes to started.
func (s *Server) supervise(started chan<- error) {
	defer close(s.ended)
	// If this program is killed, the kernel ends the server with the thread
	// that started it (see ownGroup), so this thread must live on.
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
		if s.Once || n == mostRestarts {
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
	crash.Go(func() {
		defer close(seen)
		s.endWhenAsked(cmd, exited)
	}, func(error) { kill(cmd) })
	_ = cmd.Wait()
	// A crashed server leaves its runners behind, and they hold the memory that
	// the next one needs.
	kill(cmd)
	close(exited)
	<-seen
}

// start starts one process, which adds to the log.
func (s *Server) start() (*exec.Cmd, error) {
	log, err := os.OpenFile(s.Log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(s.path, "serve")
	cmd.Env = s.environ(s.addr)
	cmd.Stdout, cmd.Stderr = log, log
	ownGroup(cmd)
	err = cmd.Start()
	if err == nil {
		s.pid.Store(int64(cmd.Process.Pid))
	}
	return cmd, err
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
			return fmt.Errorf("the server ends right after it starts; its log is %s", s.Log)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Addr is where the server listens.
func (s *Server) Addr() string { return s.addr }

// Pid is the ID of the server's process; those of its runners are others.
func (s *Server) Pid() int { return int(s.pid.Load()) }

// Ended is closed once no process of the server runs and none will be started again.
func (s *Server) Ended() <-chan struct{} { return s.ended }

// Stop ends the server and everything that it started, within ten seconds. Its
// log goes too, unless it crashed or is a file that was named. Stop is called
// once.
func (s *Server) Stop() error {
	close(s.stopping)
	<-s.ended
	if s.crashed.Load() {
		return nil
	}
	return s.removeLog()
}

func (s *Server) removeLog() error {
	if !s.logIsOurs {
		return nil
	}
	return os.Remove(filepath.Clean(s.Log))
}
