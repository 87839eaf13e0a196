package main

import (
	"context"

	"github.com/nightpress/nightpress/internal/preflight"
)

// inMemory reports which models the server has in memory, where the order of
// the entries depends on it.
func (p *prepared) inMemory(ctx context.Context) func(model string) bool {
	if len(p.work.Entries) < 2 {
		return nil
	}
	return preflight.InMemory(ctx, p.server.Client)
}
