package batch

import (
	"sync"
	"time"
)

const (
	// firstWorkers is how many requests are in progress at once where nothing is
	// known of a server, and mostWorkers bounds what is tried.
	firstWorkers = 2
	mostWorkers  = 256
	// leastGain is how much faster more requests at once must be.
	leastGain = 1.03
	// A rate is measured over so many tokens of each stream, and for so long at
	// least.
	measured    = 16
	measuredFor = 200 * time.Millisecond
	// agreeing is how many observations in a row make a number of slots, and
	// doubted how many where more streams than that ran before.
	agreeing, doubted = 2, 4
	// handover is how long a server takes to begin with a queued request, beside
	// reading its prompt.
	handover = 25 * time.Millisecond
	// soonAfter is how soon after an end the first token of a queued request comes
	// whose prompt the server need not read: all but its last words are those of
	// the request before.
	soonAfter = 150 * time.Millisecond
)

// tuner finds how many requests at once are best for one server and model, from
// what the server does. Ollama does not say how many requests it works on
// (ollama/ollama#17355), and the number may change with a load (#17556).
//
// A stream is active from its first token to its end. Where the first token of
// a request comes only once another stream has ended, the request stood in a
// queue, and the streams that were active are all that the server works on: its
// slots. Two such observations settle it; one more request than slots then keeps
// the queue from being empty. While no request has to wait, twice as many are
// tried, as long as the tokens per second of all streams together grow.
//
// It may be used from many goroutines.
type tuner struct {
	mu sync.Mutex
	// changed: something was found.
	changed bool
	// fixed: the number of workers was given, and slots are counted all the same.
	fixed   bool
	workers int
	// slots is 0 while it is not known.
	slots int

	streams map[int]*stream
	last    int // the last stream's number
	active  int
	// most is the most active streams since the last load.
	most int
	// prompt is the shortest time to a first token.
	prompt time.Duration
	// reading is how long the server says that it read the last prompt; 0 where it
	// does not say so.
	reading time.Duration
	// end is when an active stream ended last. Since then, or since the ends right
	// before it, of before active streams, so many more ended than had their first
	// token.
	end    time.Time
	before int
	freed  int
	// handed are the slots that first tokens right after an end speak for, which
	// were not counted yet.
	handed []int
	// observed was the number of slots of the last votes observations.
	observed, votes int

	// window is when the present rate began to be measured, tokens what came
	// since. best is the best rate so far, with bestWorkers.
	window      time.Time
	tokens      int
	best        float64
	bestWorkers int
	settled     bool

	// streamed has the tokens of the streams that ended after their first, and
	// streaming how long these took.
	streamed  int
	streaming time.Duration
}

// stream is a request in progress. first is when its first token came, and tokens
// are those since.
type stream struct {
	begun, first time.Time
	active       bool
	tokens       int
}

// begin begins a model for which so many workers were best before; 0 where that
// is not known.
func (t *tuner) begin(fixed, before int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fixed, t.workers = fixed > 0, max(fixed, 1)
	if !t.fixed {
		if t.workers = before; before <= 0 {
			t.workers = firstWorkers
		}
	}
	t.streams = map[int]*stream{}
	t.active, t.prompt, t.reading = 0, 0, 0
	t.streamed, t.streaming = 0, 0
	t.forget()
}

// give sets the number of workers; 0 finds it from now on, beginning with the
// present one.
func (t *tuner) give(fixed int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fixed = fixed > 0
	switch {
	case t.fixed:
		t.workers = fixed
	case t.slots > 0:
		t.workers = t.slots + 1
	}
	t.window, t.tokens, t.best, t.settled = time.Time{}, 0, 0, false
}

// again begins to look anew: the model was loaded, and may have other slots.
func (t *tuner) again(busy bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if busy && !t.fixed {
		t.workers = max(1, t.workers/2)
	}
	t.forget()
}

func (t *tuner) forget() {
	t.slots, t.most, t.votes, t.freed, t.handed = 0, 0, 0, 0, nil
	t.window, t.tokens, t.best, t.settled = time.Time{}, 0, 0, false
}

// asked notes a request and returns its number.
func (t *tuner) asked(now time.Time) (id int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last++
	t.streams[t.last] = &stream{begun: now}
	return t.last
}

// token notes a token of a stream, and reports whether something was found.
func (t *tuner) token(id int, now time.Time) (changed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.streams[id]
	if s == nil {
		return false
	}
	t.changed = false
	if !s.active {
		s.active, s.first = true, now
		t.first(s, now)
	} else {
		s.tokens++
	}
	t.tokens++
	t.climb(now)
	return t.changed
}

// first notes a stream's first token.
func (t *tuner) first(s *stream, now time.Time) {
	wait := now.Sub(s.begun)
	if t.prompt == 0 || wait < t.prompt {
		t.prompt = wait
	}
	before, after := t.end.Sub(s.begun), now.Sub(t.end)
	waited := t.freed > 0 && before > 0
	t.freed = max(0, t.freed-1)
	t.active++
	switch {
	case !waited:
	case after <= soonAfter && before >= 4*after:
		t.atOnce(t.before)
	default:
		t.handed = t.handed[:0]
		// A first token that follows an end in less time than a prompt takes to be
		// read belongs to an earlier end.
		if before >= t.prompt && after >= t.prompt*9/10 && after <= t.prompt*3/2+handover {
			t.observe(t.before)
		}
	}
	t.most = max(t.most, t.active)
	if t.slots > 0 && t.active > t.slots {
		// There are more.
		t.slots, t.votes, t.window, t.settled, t.best = 0, 0, time.Time{}, false, 0
	}
	if t.slots == 0 && t.window.IsZero() && t.active >= t.workers {
		t.window, t.tokens = now, 0
	}
}

// atOnce counts a first token right after an end. Where prompts have to be read, that
// is chance, and others come later: it counts once several in a row did so, and the
// server says that prompts take no longer.
func (t *tuner) atOnce(slots int) {
	if t.handed = append(t.handed, slots); len(t.handed) < agreeing {
		return
	}
	if t.reading == 0 || t.reading > soonAfter {
		t.handed = t.handed[1:]
		return
	}
	if len(t.handed) == agreeing {
		for _, n := range t.handed[:agreeing-1] {
			t.observe(n)
		}
	}
	t.observe(slots)
	t.handed = t.handed[:agreeing]
}

// observe counts an observation of a queue behind so many streams.
func (t *tuner) observe(slots int) {
	if slots != t.observed {
		t.observed, t.votes = slots, 0
	}
	t.votes++
	if t.votes < agreeing || slots < t.most && t.votes < doubted || slots == t.slots {
		return
	}
	t.slots, t.most = slots, slots
	t.found(slots + 1)
}

// climb tries more workers while that is faster.
func (t *tuner) climb(now time.Time) {
	took := now.Sub(t.window)
	if t.fixed || t.settled || t.slots > 0 || t.window.IsZero() || t.tokens < measured*t.workers || took < measuredFor {
		return
	}
	rate := float64(t.tokens) / took.Seconds()
	t.window = time.Time{}
	if t.best > 0 && rate < leastGain*t.best {
		t.settled = true
		t.found(t.bestWorkers)
		return
	}
	t.best, t.bestWorkers = rate, t.workers
	if t.workers >= mostWorkers {
		t.settled = true
	}
	t.found(min(2*t.workers, mostWorkers))
}

// found sets the number of workers, unless it was given.
func (t *tuner) found(workers int) {
	if !t.fixed {
		t.workers = workers
	}
	t.changed = true
}

// read notes how long the server says that it read a prompt; 0 where it does not say
// so.
func (t *tuner) read(reading time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if reading > 0 {
		t.reading = reading
	}
}

// ended notes a stream's end, once or several times: its last token was wanted, or
// its request is over.
func (t *tuner) ended(id int, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.streams[id]
	if s == nil {
		return
	}
	delete(t.streams, id)
	if s.active {
		if t.freed == 0 || now.Sub(t.end) > soonAfter {
			t.before, t.freed = t.active, 0
		}
		t.end = now
		t.freed++
		t.active--
		if t.streamed > muchStreamed {
			// An old speed is soon forgotten.
			t.streamed, t.streaming = t.streamed/2, t.streaming/2
		}
		t.streamed, t.streaming = t.streamed+s.tokens, t.streaming+now.Sub(s.first)
	}
}

const (
	// fewStreamed is how many tokens say something about a speed, and
	// muchStreamed how many are enough.
	fewStreamed, muchStreamed = 8, 8192
)

// speed is how fast the server is, as far as it has shown that.
type speed struct {
	// stream is the tokens in a second of one stream; 0 while it is not known.
	stream float64
	// streams is how many go on at once, and busy reports whether so many do.
	streams int
	busy    bool
	// prompt is how long a request waits at least for its first token.
	prompt time.Duration
}

// total is the tokens in a second of all streams together.
func (s speed) total() float64 { return s.stream * float64(s.streams) }

// speed returns the server's present speed.
func (t *tuner) speed(now time.Time) speed {
	t.mu.Lock()
	defer t.mu.Unlock()
	tokens, took := t.streamed, t.streaming
	for _, s := range t.streams {
		if s.active {
			tokens, took = tokens+s.tokens, took+now.Sub(s.first)
		}
	}
	sp := speed{streams: t.workers, prompt: t.prompt}
	if t.slots > 0 {
		sp.streams = min(t.workers, t.slots)
	}
	sp.busy = t.active >= sp.streams
	if tokens >= fewStreamed && took > 0 {
		sp.stream = float64(tokens) / took.Seconds()
	}
	return sp
}

// seats is how many jobs are in progress at once.
func (t *tuner) seats() int {
	workers, _ := t.result()
	return workers
}

// result is what was found up to now.
func (t *tuner) result() (workers, slots int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.workers, t.slots
}
