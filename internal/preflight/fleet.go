package preflight

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/ollama"
	"github.com/nightpress/nightpress/internal/plan"
	"github.com/nightpress/nightpress/internal/settings"
	"golang.org/x/sync/errgroup"
)

// Fleet are the servers of a run, in the order of the configuration.
type Fleet []*Server

// ConnectAll reaches all configured servers at once. One that does not answer
// is in the fleet as well, with the reason: it may come back during the run. An
// error means that none answers. say tells a person what is done.
func ConnectAll(ctx context.Context, s *settings.Settings, serve bool, say func(format string, args ...any)) (Fleet, error) {
	fleet, errs := make(Fleet, len(s.Hosts)), make([]error, len(s.Hosts))
	var all errgroup.Group
	for i, h := range s.Hosts {
		all.Go(crash.Guarded(func() error {
			fleet[i], errs[i] = connect(ctx, s, h, serve && len(s.Hosts) == 1, say)
			return nil
		}))
	}
	if err := all.Wait(); err != nil {
		return nil, err // a panic
	}
	up := 0
	for _, err := range errs {
		if err == nil {
			up++
		} else if !Away(err) {
			return nil, errors.Join(err, fleet.Stop())
		}
	}
	if up == 0 {
		return nil, errors.Join(errs...)
	}
	return fleet, nil
}

// Stop ends the servers that were started here.
func (f Fleet) Stop() error {
	var errs []error
	for _, s := range f {
		errs = append(errs, s.Stop())
	}
	return errors.Join(errs...)
}

// Up are the servers that answered.
func (f Fleet) Up() (up Fleet) {
	for _, s := range f {
		if s.Away == nil {
			up = append(up, s)
		}
	}
	return up
}

// CheckCloud is an error when a server must have its cloud features off and has
// not.
func (f Fleet) CheckCloud(ctx context.Context, s *settings.Settings) error {
	for _, one := range f.Up() {
		if err := CheckCloud(ctx, one.Client, s); err != nil {
			return one.named(err)
		}
	}
	return nil
}

// Models are those that one of the servers has and is used for, each name once.
func (f Fleet) Models(ctx context.Context) (all []ollama.Listed, err error) {
	seen := map[string]bool{}
	var first error
	for _, s := range f.Up() {
		list, err := s.Client.Models(ctx)
		if s.fell(err) && len(f) > 1 {
			first = errors.Join(first, s.named(err))
			continue
		}
		if err != nil {
			return nil, s.named(err)
		}
		for _, m := range list {
			if name := ollama.Canonical(m.Name); !seen[name] && s.UsedFor(m.Name) {
				seen[name] = true
				all = append(all, m)
			}
		}
	}
	if len(f.Up()) > 0 {
		first = nil
	}
	return all, first
}

// fell reports whether err means that the server does not answer any more, and takes
// note of it: each question to a silent server waits for its limit.
func (s *Server) fell(err error) bool {
	if err == nil || !Away(err) {
		return false
	}
	s.Away = err
	return true
}

// InspectAll inspects many models on all servers at once; see
// ollama.Client.InspectAll. An error means that no server is left that answers.
func (f Fleet) InspectAll(ctx context.Context, names []string) error {
	var all errgroup.Group
	for _, s := range f.Up() {
		all.Go(crash.Guarded(func() error {
			if err := s.Client.InspectAll(ctx, names); s.fell(err) {
				return s.named(err)
			}
			return nil
		}))
	}
	if err := all.Wait(); len(f.Up()) == 0 {
		return err
	}
	return nil // what panicked is asked for again by Inspect
}

// Inspect looks at a model on each server. It returns what the first server says
// that can run it, and why others cannot, by their names: one that has another
// model by this name cannot either. A server of several that does not answer is away
// from then on. Where no server can, the error is the first one's that answers.
func (f Fleet) Inspect(ctx context.Context, name string) (local *ollama.LocalModel, excluded map[string]error, err error) {
	excluded = map[string]error{}
	var of *Server
	var first, silent error
	for _, s := range f.Up() {
		one, err := s.inspect(ctx, name)
		fault, ok := errors.AsType[*llm.Fault](err)
		switch {
		case err == nil && local == nil:
			local, of = one, s
		case err == nil:
			if err = s.unlike(one, local.Identity, local.Digest, of.Name); err != nil {
				excluded[s.Name] = err
			}
		case !ok, fault.Kind == llm.FaultRun, fault.Kind == llm.FaultPause && len(f) == 1:
			return nil, nil, s.named(err)
		case s.fell(err):
			silent = errors.Join(silent, s.named(err))
		default:
			excluded[s.Name] = err
			if first == nil {
				first = s.named(err)
			}
		}
	}
	switch {
	case local != nil:
		return local, excluded, nil
	case first == nil:
		first = silent
	}
	return nil, excluded, first
}

// mayHave names the servers that are away and may have an entry's model. Where a
// server has it and only the settings of the entry do not fit, there is none.
func (f Fleet) mayHave(e *plan.Entry) (names []string) {
	for _, s := range f {
		if e.Manifest == "" && s.Away != nil && s.UsedFor(e.Name) {
			names = append(names, s.Name)
		}
	}
	return names
}

// InMemory returns what reports whether a server has a model in memory; nil
// where none says so. They are asked where the order matters and nowhere else:
// servers before v0.32.4 read that list unguarded.
func (f Fleet) InMemory(ctx context.Context) func(model string) bool {
	var loaded []string
	for _, s := range f.Up() {
		names, err := s.Client.Loaded(ctx)
		if err == nil {
			loaded = append(loaded, names...)
		}
	}
	if loaded == nil {
		return nil
	}
	return func(model string) bool {
		return slices.ContainsFunc(loaded, func(n string) bool { return ollama.SameName(n, model) })
	}
}

// UsedFor reports whether the server is used for a model, by its patterns.
func (s *Server) UsedFor(model string) bool {
	return len(s.Host.Models) == 0 || slices.ContainsFunc(s.Host.Models, func(p string) bool { return Matches(p, model) })
}

// inspect looks at a model that the server is used for.
func (s *Server) inspect(ctx context.Context, name string) (*ollama.LocalModel, error) {
	if !s.UsedFor(name) {
		return nil, &llm.Fault{Kind: llm.FaultModel, Err: fmt.Errorf("server %s is not used for model %s", s.Name, name)}
	}
	return s.Client.Inspect(ctx, name)
}

// unlike returns why a server's model is not the one that the run is for, which the
// server of looked at. It may be the same server, earlier.
func (s *Server) unlike(m *ollama.LocalModel, identity, digest, of string) error {
	if m.Digest == digest || identity != "" && m.Identity == identity {
		return nil
	}
	if of == s.Name {
		err := fmt.Errorf("%s has a different model named %s than when the run began", s.Client.Name(), m.Name)
		return &llm.Fault{Kind: llm.FaultModel, Err: hint.Wrap(err, "to make posts with this one, run nightpress again")}
	}
	err := fmt.Errorf("server %s has a different model named %s than server %s", s.Name, m.Name, of)
	return &llm.Fault{Kind: llm.FaultModel, Err: hint.Wrapf(err, "OLLAMA_HOST=%s ollama pull %s", s.Host.URL, m.Name)}
}

// named puts the server's name before an error, where it has one.
func (s *Server) named(err error) error {
	if s.Name == "" || err == nil {
		return err
	}
	return fmt.Errorf("server %s: %w", s.Name, err)
}
