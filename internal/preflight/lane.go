package preflight

import (
	"context"
	"fmt"
	"slices"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/ollama"
	"github.com/nightpress/nightpress/internal/plan"
)

// Lanes are the servers as the engine takes them.
func (f Fleet) Lanes(ctx context.Context, models int, entry func(label string) *plan.Entry) []batch.Lane {
	var lanes []batch.Lane
	for _, s := range f {
		l := batch.Lane{Name: s.Name, Generator: &checked{s.Client, s, entry}, Workers: int(s.Host.Workers)}
		if len(f) > 1 {
			l.Serves = func(m llm.Model) bool { return s.UsedFor(m.Name) }
			l.InMemory = s.inMemory(ctx, models)
		}
		lanes = append(lanes, l)
	}
	return lanes
}

// inMemory returns what reports whether the server has a model in memory now. It
// is asked where the order of the models matters.
func (s *Server) inMemory(ctx context.Context, models int) func(llm.Model) bool {
	if models < 2 || s.Away != nil {
		return nil
	}
	loaded, err := s.Client.Loaded(ctx)
	if err != nil {
		return nil
	}
	return func(m llm.Model) bool {
		return slices.ContainsFunc(loaded, func(n string) bool { return ollama.SameName(n, m.Name) })
	}
}

// checked is a server that loads a model only if its identity is the run's: a server
// may come back with another model of the same name.
type checked struct {
	*ollama.Client
	server *Server
	entry  func(label string) *plan.Entry
}

var _ llm.Continuer = (*checked)(nil)

func (c *checked) Load(ctx context.Context, m llm.Model) error {
	e := c.entry(m.Label)
	if e == nil || !c.server.UsedFor(m.Name) {
		return &llm.Fault{Kind: llm.FaultModel, Err: fmt.Errorf("it is not used for %s", m.Name)}
	}
	c.Client.Forget()
	there, err := c.server.inspect(ctx, m.Name)
	if err == nil {
		err = c.server.unlike(there, e.Identity, e.Manifest, e.Server)
	}
	if err != nil {
		return err
	}
	return c.Client.Load(ctx, m)
}
