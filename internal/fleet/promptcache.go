package fleet

import "sync"

// promptCache keeps prompts that were read, by their hashes.
type promptCache struct {
	mu  sync.Mutex
	all map[string]any
}

// mostPrompts bounds how many.
const mostPrompts = 256

func (p *promptCache) get(sum string) any {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all[sum]
}

func (p *promptCache) put(sum string, v any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all == nil || len(p.all) >= mostPrompts {
		p.all = map[string]any{}
	}
	p.all[sum] = v
}
