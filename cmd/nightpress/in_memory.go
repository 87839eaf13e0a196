package main

import (
	"context"
	"slices"

	"github.com/nightpress/nightpress/internal/ollama"
)

// inMemory asks, once a run, which models the server has in memory. It is
// asked where the order matters and nowhere else: servers before v0.32.4 read
// that list unguarded. A server that does not say leaves the order as it is.
func (p *prepared) inMemory(ctx context.Context) func(model string) bool {
	if len(p.work.Entries) < 2 {
		return nil
	}
	loaded, err := p.client.Loaded(ctx)
	if err != nil {
		return nil
	}
	return func(model string) bool {
		return slices.ContainsFunc(loaded, func(n string) bool { return ollama.SameName(n, model) })
	}
}
