package batch

import (
	"slices"
	"sync/atomic"
)

// Growth gives a run further phases while it goes on (Engine.Growth). The zero value is
// ready to use, for one run. It is safe for concurrent use.
type Growth struct{ running atomic.Pointer[run] }

// Add gives the run one more phase, and reports whether the run takes it. A run that has
// not begun, that begins no more jobs, or that has no job left does not.
func (g *Growth) Add(p *Phase) bool {
	r := g.running.Load()
	if r == nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	busy := slices.ContainsFunc(r.works, func(w *work) bool { return !w.aside && !w.over() })
	if !busy || r.endedWhy != nil || r.stopped() || p.AllRejected(r.MaxRejected) != nil {
		return false
	}
	r.open(p)
	r.woken()
	return true
}
