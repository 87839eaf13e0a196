package preflight

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/nightpress/nightpress/internal/config"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/ollama"
	"github.com/nightpress/nightpress/internal/settings"
)

// Server is one server.
type Server struct {
	*ollama.Client
	// Name is Host's.
	Name string
	Host settings.Host
	// Version is the server's; "" while Away says why it does not answer.
	Version string
	Away    error
	// child is the server that was started here, or nil.
	child *ollama.Server
}

// Stop ends the server if it was started here.
func (s *Server) Stop() error {
	if s == nil || s.child == nil {
		return nil
	}
	return s.child.Stop()
}

// Back asks a server that was away whether it answers, and takes note of it.
func (s *Server) Back(ctx context.Context) bool {
	version, err := s.Client.Version(ctx)
	if err != nil {
		return false
	}
	s.Version, s.Away = version, nil
	return true
}

// Connect reaches the first configured server. Where none answers it starts one
// if serve is set. say tells a person what is done.
func Connect(ctx context.Context, s *settings.Settings, serve bool, say func(format string, args ...any)) (*Server, error) {
	return connect(ctx, s, s.Hosts[0], serve, say)
}

func connect(ctx context.Context, s *settings.Settings, h settings.Host, serve bool, say func(format string, args ...any)) (*Server, error) {
	base, err := ollama.ParseHost(h.URL)
	if err != nil {
		return nil, exit.Usage(err)
	}
	if !ollama.Loopback(base) {
		say("the server %s is not this machine: topics and posts travel there", base)
	}
	c := ollama.New(base, ollama.Options{
		Workers:    config.MostWorkers, // they may be set while a run goes on
		FirstToken: time.Duration(s.Server.FirstToken),
		Idle:       time.Duration(s.Server.Idle), Load: time.Duration(s.Server.Load), Headers: h.Headers,
		Lookup: lookup(s), Others: len(s.Hosts) > 1, Waiting: func(text string) { say("%s", text) },
	})
	server := &Server{Client: c, Name: h.Name, Host: h}
	server.Version, err = c.Version(ctx)
	if err == nil || !serve || !Away(err) || ollama.Silent(err) {
		if err != nil {
			server.Away = err
		}
		return server, err
	}
	path, err := exec.LookPath("ollama")
	if err != nil {
		return nil, hint.Wrap(fmt.Errorf("start a server: %w", err), "install Ollama, or put its folder on PATH")
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	child, err := ollama.StartServer(ctx, path, base.Host, ollama.ServeOptions{})
	if err != nil {
		return nil, fmt.Errorf("start %s serve: %w", path, err)
	}
	say("no server answered at %s: started %s serve, with its log in %s", base, path, child.Log)
	server.child = child
	if server.Version, err = c.Version(ctx); err != nil {
		return nil, errors.Join(err, child.Stop())
	}
	return server, nil
}

// lookup bounds a request that only looks. A server that takes it and does not
// answer is waited for no longer than one that is away, but it has a second: no
// server answers at once.
func lookup(s *settings.Settings) time.Duration {
	limit := time.Duration(s.Server.Lookup)
	if limit == 0 {
		limit = ollama.DefaultLookup
	}
	return min(limit, max(s.Patience, time.Second))
}

// Away reports whether the error means that no server is there at present.
func Away(err error) bool {
	fault, ok := errors.AsType[*llm.Fault](err)
	return ok && fault.Kind == llm.FaultPause
}

// CheckCloud is an error when the server must have its cloud features off and
// has not.
func CheckCloud(ctx context.Context, c *ollama.Client, s *settings.Settings) error {
	if !s.Server.RequireNoCloud {
		return nil
	}
	status, err := c.CloudStatus(ctx)
	if err != nil {
		return err
	}
	if status != ollama.CloudDisabled {
		return hint.Wrap(fmt.Errorf("the server's cloud features are %s, and require_no_cloud is set", status), "start it with OLLAMA_NO_CLOUD=1 ollama serve")
	}
	return nil
}
