package plan

import (
	"slices"
)

// Order is the entries as they run: first those of a model that the server
// has in memory, as loaded reports, and those of one model together, so that
// each is loaded once at most.
func Order(entries []*Entry, loaded func(model string) bool) []*Entry {
	rank := map[string]int{}
	for i, e := range entries {
		if _, ranked := rank[e.Name]; ranked {
			continue
		}
		rank[e.Name] = i
		if loaded != nil && loaded(e.Name) {
			rank[e.Name] = i - len(entries)
		}
	}
	all := slices.Clone(entries)
	slices.SortStableFunc(all, func(a, b *Entry) int { return rank[a.Name] - rank[b.Name] })
	return all
}
