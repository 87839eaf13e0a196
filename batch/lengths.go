package batch

import (
	"sync"

	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/reply"
)

// lengths is how long the replies of each model have been so far. It may be
// used from many goroutines.
type lengths struct {
	mu  sync.Mutex
	all map[string]length
}

// length adds up the tokens of the replies that ended by themselves.
type length struct{ replies, tokens int }

// add counts a whole reply that ended by itself.
func (l *lengths) add(label string, tokens int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all == nil {
		l.all = map[string]length{}
	}
	n := l.all[label]
	l.all[label] = length{n.replies + 1, n.tokens + tokens}
}

// mean is the mean length in tokens; 0 when there was no reply yet.
func (l *lengths) mean(label string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := l.all[label]; n.replies > 0 {
		return n.tokens / n.replies
	}
	return 0
}

// account estimates what an aborted attempt saved, and learns from one that
// was not. A loop, and thinking past its budget, would have gone on to the end
// of the budget of tokens; a refusal, or a reply without a field, would have
// been as long as the model's replies are on average, which is nothing while
// none has ended. A reply that the server did not cancel saved nothing.
func (r *run) account(m llm.Model, a *attempted) {
	switch {
	case a.Aborted == "":
		if whole(a.Remedy) && a.DoneReason == "stop" {
			r.lengths.add(m.Label, a.EvalCount)
		}
		return
	case !a.Estimated:
		return
	}
	would := r.lengths.mean(m.Label)
	switch a.Aborted {
	case reply.StoppedLoop, reply.StoppedThinking, reply.StoppedSize:
		would = a.NumPredict
	}
	a.TokensSaved = max(0, would-a.EvalCount)
}
