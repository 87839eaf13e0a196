package batch

import (
	"context"
	"sync"

	"github.com/nightpress/nightpress/internal/llm"
)

// openTurns remembers which models go on with a reply whose turn is left open.
// It may be used from many goroutines.
type openTurns struct {
	mu    sync.Mutex
	known map[string]bool
}

// continues asks the server, once for each model. A server that cannot be
// asked now is asked again the next time; until then the answer is no, which
// costs a few words.
func (l *lane) continues(ctx context.Context, m llm.Model) bool {
	c, ok := l.Generator.(llm.Continuer)
	if !ok {
		return false
	}
	l.openTurns.mu.Lock()
	defer l.openTurns.mu.Unlock()
	if goesOn, known := l.openTurns.known[m.Name]; known {
		return goesOn
	}
	goesOn, err := c.Continues(ctx, m)
	if err != nil {
		return false
	}
	if l.openTurns.known == nil {
		l.openTurns.known = map[string]bool{}
	}
	l.openTurns.known[m.Name] = goesOn
	return goesOn
}
