package batch

import (
	"context"
	"sync"

	"github.com/nightpress/nightpress/internal/llm"
)

// templates remembers which models go on with a reply whose turn is left open.
// It may be used from many goroutines.
type templates struct {
	mu    sync.Mutex
	known map[string]bool
}

// continues asks the server, once for each model. A server that cannot be
// asked now is asked again the next time; until then the answer is no, which
// costs a few words.
func (r *run) continues(ctx context.Context, m llm.Model) bool {
	c, ok := r.Generator.(llm.Continuer)
	if !ok {
		return false
	}
	r.templates.mu.Lock()
	defer r.templates.mu.Unlock()
	if goesOn, known := r.templates.known[m.Name]; known {
		return goesOn
	}
	goesOn, err := c.Continues(ctx, m)
	if err != nil {
		return false
	}
	if r.templates.known == nil {
		r.templates.known = map[string]bool{}
	}
	r.templates.known[m.Name] = goesOn
	return goesOn
}
