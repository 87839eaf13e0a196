package batch

import (
	"time"

	"github.com/nightpress/nightpress/internal/llm"
)

// leastReload is the least wait for a model that counts as a load of it. A busy
// server takes some hundred milliseconds to find that a model is there.
const leastReload = time.Second

// reloads counts the loads of one model that requests waited for and the lane
// had not asked for. Its zero value has none.
type reloads struct {
	// own is how long the lane's own load took.
	own time.Duration
	n   int
	// until is when the last one that was counted had ended.
	until time.Time
}

// count takes how long a request that began at started, and ends now, waited for
// its model. It reports whether that was a load that was not counted yet:
// requests that are in progress together wait for the same one.
func (r *reloads) count(started, now time.Time, waited time.Duration) bool {
	// A load from memory that the system still holds takes a part of the time
	// of the first one.
	if waited < max(leastReload, r.own/4) || started.Before(r.until) {
		return false
	}
	r.n++
	r.until = started.Add(min(waited, now.Sub(started)))
	return true
}

// reloaded counts a request's wait for its model, by the server's word. The lane
// loads the model before it lets requests pass, so that one which waits met a
// server that another client had load something else, or the same model
// otherwise.
func (l *lane) reloaded(m llm.Model, started time.Time, u llm.Usage) {
	waited := time.Duration(u.LoadSeconds * float64(time.Second))
	l.mu.Lock()
	counted, n := l.reloads.count(started, l.run.Clock.now(), waited), l.reloads.n
	l.mu.Unlock()
	if counted {
		l.run.emit(Reloaded{l.Name, m, n, waited})
	}
}
