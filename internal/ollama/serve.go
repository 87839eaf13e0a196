package ollama

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Server is an "ollama serve" of ours.
type Server struct {
	cmd    *exec.Cmd
	exited chan struct{}
	// Log is the file that has the server's output.
	Log string
}

// StartServer starts path serve on an address and returns once it answers. The
// server gets a process group of its own: a terminal's Ctrl-C must not end the
// replies that a first interrupt lets finish. env is added to the environment.
func StartServer(ctx context.Context, path, addr string, env []string) (*Server, error) {
	log, err := os.CreateTemp("", "nightpress-ollama-*.log")
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(path, "serve")
	cmd.Env = append(append(os.Environ(), "OLLAMA_HOST="+addr), env...)
	cmd.Stdout, cmd.Stderr = log, log
	ownGroup(cmd)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &Server{cmd: cmd, exited: make(chan struct{}), Log: log.Name()}
	go func() {
		_ = cmd.Wait()
		close(s.exited)
	}()
	if err := s.answers(ctx, addr); err != nil {
		return nil, errors.Join(err, s.Stop(context.WithoutCancel(ctx)))
	}
	return s, nil
}

// startLimit is how long a server may take to answer, in time. It loads no
// model for that, but may look for GPUs.
const startLimit = time.Minute

func (s *Server) answers(ctx context.Context, addr string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startLimit, fmt.Errorf("no answer within %s; its log is %s", startLimit, s.Log))
	defer cancel()
	c := New(&url.URL{Scheme: "http", Host: addr}, Options{})
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		if _, err := c.Version(ctx); err == nil {
			return nil
		}
		select {
		case <-again.C:
		case <-s.exited:
			return fmt.Errorf("the server ended at once; its log is %s", s.Log)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Stop ends the server: it is asked first and killed after ten seconds. Its
// log goes too when it ended as asked.
func (s *Server) Stop(ctx context.Context) error {
	ask(s.cmd)
	select {
	case <-s.exited:
	case <-time.After(10 * time.Second):
		kill(s.cmd)
		<-s.exited
	case <-ctx.Done():
		kill(s.cmd)
		<-s.exited
	}
	return os.Remove(filepath.Clean(s.Log))
}
