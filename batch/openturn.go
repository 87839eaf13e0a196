package batch

import (
	"context"
	"sync"

	"github.com/nightpress/nightpress/internal/llm"
)

// openTurns holds which models continue a reply whose turn is left open. It is safe
// for concurrent use.
type openTurns struct {
	mu    sync.Mutex
	known map[string]bool
}

// continues asks the server once per model. If that fails, it returns false, which
// only costs a few words, and asks again the next time.
func (l *lane) continues(ctx context.Context, m llm.Model) bool {
	c, ok := l.Generator.(llm.Continuer)
	if !ok {
		return false
	}
	l.openTurns.mu.Lock()
	defer l.openTurns.mu.Unlock()
	if continues, known := l.openTurns.known[m.Name]; known {
		return continues
	}
	continues, err := c.Continues(ctx, m)
	if err != nil {
		return false
	}
	if l.openTurns.known == nil {
		l.openTurns.known = map[string]bool{}
	}
	l.openTurns.known[m.Name] = continues
	return continues
}
