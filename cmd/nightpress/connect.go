package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/ollama"
)

// connect reaches the server, starting one where --serve asks for it.
func (p *prepared) connect(ctx context.Context) (err error) {
	if p.client != nil {
		return nil
	}
	p.client, p.version, p.child, err = p.reach(ctx, p.settings, p.flags.serve)
	return err
}

// reach returns a client of the configured server once it answers.
func (a *app) reach(ctx context.Context, s *settings, serve bool) (*ollama.Client, string, *ollama.Server, error) {
	base, err := ollama.ParseHost(s.Server.URL)
	if err != nil {
		return nil, "", nil, exit.Usage(err)
	}
	if !ollama.Loopback(base) {
		a.say("the server %s is not this machine: topics and posts travel there", base)
	}
	c := ollama.New(base, ollama.Options{
		Workers: s.Defaults.Workers, FirstToken: time.Duration(s.Server.FirstToken),
		Idle: time.Duration(s.Server.Idle), Load: time.Duration(s.Server.Load),
		Lookup: time.Duration(s.Server.Lookup), Waiting: func(text string) { a.say("%s", text) },
	})
	version, err := c.Version(ctx)
	if err == nil || !serve || !away(err) || ollama.Silent(err) {
		if err != nil && away(err) && !ollama.Silent(err) {
			err = hint.Wrap(fmt.Errorf("no server answers at %s: %w", base, err), "start one (ollama serve), or let nightpress do it: --serve")
		}
		return c, version, nil, err
	}
	path, err := exec.LookPath("ollama")
	if err != nil {
		return nil, "", nil, hint.Wrap(fmt.Errorf("start a server: %w", err), "install Ollama, or put its folder on PATH")
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, "", nil, err
	}
	child, err := ollama.StartServer(ctx, path, base.Host, nil)
	if err != nil {
		return nil, "", nil, fmt.Errorf("start %s serve: %w", path, err)
	}
	a.say("no server answered at %s: started %s serve, with its log in %s", base, path, child.Log)
	version, err = c.Version(ctx)
	if err != nil {
		return nil, "", nil, errors.Join(err, child.Stop())
	}
	return c, version, child, nil
}

// away tells whether the error means that no server is there at present.
func away(err error) bool {
	var fault *llm.Fault
	return errors.As(err, &fault) && fault.Kind == llm.FaultPause
}
