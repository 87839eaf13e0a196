package main

import (
	"context"
	"slices"

	"github.com/nightpress/nightpress/internal/ollama"
)

// order is the entries as they run: first those of a model that the server
// has in memory, and those of one model together, so that each is loaded once
// at most.
func order(entries []*entry, loaded []string) []*entry {
	rank := map[string]int{}
	for i, e := range entries {
		if _, ranked := rank[e.Name]; ranked {
			continue
		}
		rank[e.Name] = i
		if slices.ContainsFunc(loaded, func(n string) bool { return ollama.SameName(n, e.Name) }) {
			rank[e.Name] = i - len(entries)
		}
	}
	all := slices.Clone(entries)
	slices.SortStableFunc(all, func(a, b *entry) int { return rank[a.Name] - rank[b.Name] })
	return all
}

// inMemory asks, once a run, which models the server has in memory. It is
// asked where the order matters and nowhere else: servers before v0.32.4 read
// that list unguarded. A server that does not say leaves the order as it is.
func (p *prepared) inMemory(ctx context.Context) []string {
	if len(p.work.entries) < 2 {
		return nil
	}
	loaded, err := p.client.Loaded(ctx)
	if err != nil {
		return nil
	}
	return loaded
}
