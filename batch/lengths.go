package batch

import (
	"sync"

	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/reply"
)

// lengths holds the lengths of each model's replies. It is safe for concurrent use.
type lengths struct {
	mu  sync.Mutex
	all map[string]length
}

// length adds up the replies that ended by themselves, and their tokens.
type length struct{ replies, tokens int }

// add counts a complete reply that ended by itself.
func (l *lengths) add(label string, tokens int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all == nil {
		l.all = map[string]length{}
	}
	n := l.all[label]
	l.all[label] = length{n.replies + 1, n.tokens + tokens}
}

// mean is the mean length in tokens, 0 without a reply.
func (l *lengths) mean(label string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := l.all[label]; n.replies > 0 {
		return n.tokens / n.replies
	}
	return 0
}

// account estimates the tokens that an aborted attempt saved, and records the length
// of a complete one. A loop, or thinking past its budget, would have used all
// tokens. A refusal, or a reply without a field, would have had the model's average
// length, which is 0 until a reply has ended. If the server did not cancel the
// reply, nothing was saved.
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
