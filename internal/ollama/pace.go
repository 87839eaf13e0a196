package ollama

import (
	"sync"
	"time"
)

// pace is what a server has shown of its speed. It sizes the silences that are
// believed in: a server says nothing while a request waits in its queue and
// while a prompt is read, also to the replies beside it.
type pace struct {
	mu    sync.Mutex
	under int // requests in progress
	// The longest durations so far: of a request, of a load, and of the reading
	// of a prompt.
	request, load, prompt time.Duration
	heard                 time.Time // when the last token came, for whichever request
}

const (
	// perByte is the time in which a slow server reads one byte of a prompt:
	// ten tokens of four bytes a second, the speed of a large model without a
	// GPU.
	perByte = 25 * time.Millisecond
	// mostRounds bounds how often a wait for the first token starts over
	// because other replies continue.
	mostRounds = 4
)

// begin counts a request and returns its limits.
func (p *pace) begin(o Options, promptBytes int) (first, idle time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.under++
	first = o.FirstToken + time.Duration(promptBytes)*perByte + 2*p.load + time.Duration(p.under-1)*p.request
	return first, max(o.Idle, 3*p.prompt*time.Duration(p.under))
}

// end takes what a request showed: how long it took, and how long the server
// took for its prompt (0 when it did not say).
func (p *pace) end(took, prompt time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.under--
	p.request, p.prompt = max(p.request, took), max(p.prompt, prompt)
}

// loaded takes how long a load took.
func (p *pace) loaded(took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.load = max(p.load, took)
}

// token notes that the server is at work.
func (p *pace) token() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard = time.Now()
}

// more returns how much longer a request that has lasted so long may wait for
// its first token once limit is over: while other replies go on, it only
// stands in the queue behind them.
func (p *pace) more(lasted, limit time.Duration) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if lasted >= mostRounds*limit {
		return 0
	}
	return limit - time.Since(p.heard)
}
