package batch

import (
	"slices"
	"sync"
	"time"
)

// progress is how far a task is on its lane. It is safe for concurrent use.
type progress struct {
	mu     sync.Mutex
	tokens int
	// last is when the last token came, or when the task began.
	last time.Time
}

func (p *progress) begin(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tokens, p.last = 0, now
}

func (p *progress) token(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tokens++
	p.last = now
}

// state returns the tokens so far, and how long ago the last one came.
func (p *progress) state(now time.Time) (tokens int, silent time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tokens, now.Sub(p.last)
}

// forecast is when the jobs of a source are expected to end. It holds for one
// moment, in which the caller holds the run's mutex.
type forecast struct {
	s      *source
	now    time.Time
	speeds map[*lane]speed
}

func (s *source) forecast() *forecast {
	return &forecast{s, s.run.Clock.now(), map[*lane]speed{}}
}

func (f *forecast) speed(l *lane) speed {
	sp, known := f.speeds[l]
	if !known {
		sp = l.tuner.speed(f.now)
		f.speeds[l] = sp
	}
	return sp
}

// stalled is how long a stream is silent before that counts as a delay.
const stalled = time.Second

// left is how much longer a task is expected to take; 0 where that is not known.
func (f *forecast) left(t *task) time.Duration {
	sp := f.speed(t.lane)
	tokens, silent := t.progress.state(f.now)
	if sp.stream == 0 {
		// Its server has not shown yet that it does anything.
		return silent
	}
	left := seconds(f.s.sizes.Left(tokens) / sp.stream)
	if tokens == 0 {
		return left + f.wait(t.lane, sp)
	}
	if silent > stalled {
		left += silent
	}
	return left
}

// takes is how long a lane is expected to take for a job that it begins now; 0
// where that is not known.
func (f *forecast) takes(l *lane) time.Duration {
	sp, mean := f.speed(l), f.s.sizes.Mean()
	if sp.stream == 0 || mean == 0 {
		return 0
	}
	return f.wait(l, sp) + sp.prompt + seconds(mean/sp.stream)
}

// wait is how long a request waits until one of the lane's streams has ended.
func (f *forecast) wait(l *lane, sp speed) time.Duration {
	if !sp.busy {
		return 0
	}
	least := time.Duration(-1)
	for _, t := range f.s.tasks {
		if t.lane != l {
			continue
		}
		if tokens, _ := t.progress.state(f.now); tokens > 0 {
			if left := seconds(f.s.sizes.Left(tokens) / sp.stream); least < 0 || left < least {
				least = left
			}
		}
	}
	return max(least, 0)
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// tooLate reports whether a job that the lane began now would end after the run
// is expected to: the others are done with what is left by then. The caller
// holds the run's mutex.
func (s *source) tooLate(l *lane) bool {
	r, w := s.run, s.work
	if len(r.lanes) == 1 || w.phase.Count == 0 {
		return false
	}
	for _, other := range r.works {
		if other != w && !other.over() && !other.aside {
			return false
		}
	}
	f := s.forecast()
	mine := f.takes(l)
	if mine == 0 {
		return false
	}
	mean := s.sizes.Mean()
	left, rate, fastest := mean*float64(w.phase.Count-w.handedOut+len(w.back)), 0.0, 0.0
	for other := range w.on {
		if state, _ := other.look(); other != l && state == laneOpen {
			sp := f.speed(other)
			rate += sp.total()
			fastest = max(fastest, sp.stream)
		}
	}
	if fastest <= f.speed(l).stream {
		return false // the fastest does what is left
	}
	for _, t := range s.tasks {
		if t.lane != l {
			tokens, _ := t.progress.state(f.now)
			left += s.sizes.Left(tokens)
		}
	}
	return mine > seconds(left/rate+mean/2/fastest)
}

// hedged returns a task for the job of another lane that an idle lane may well have
// sooner; nil where there is none. All ask with the same seeds, so that any of
// the replies is the right one. The idle lane has nothing else to do, and
// forecasts err: it also tries what it is expected to have somewhat later. The
// caller holds the run's mutex.
func (s *source) hedged(l *lane) *task {
	if s.run.NoHedge || l.stopReason() != nil {
		return nil
	}
	f := s.forecast()
	mine := f.takes(l)
	if mine == 0 {
		return nil
	}
	var slowest *task
	most := mine / 2
	for _, t := range s.tasks {
		if t.hedge || t.won || t.beaten || t.alone.Load() || t.lane == l {
			continue
		}
		left := f.left(t)
		for _, other := range t.rivals() {
			if left = min(left, f.left(other)); other.lane == l {
				left = 0
			}
		}
		if left > most {
			slowest, most = t, left
		}
	}
	if slowest == nil {
		return nil
	}
	res := NewResult(slowest.job)
	res.Attempts = slices.Clone(slowest.before)
	if slowest.race == nil {
		slowest.race = &race{tasks: []*task{slowest}}
	}
	h := &task{job: slowest.job, result: res, hedge: true, race: slowest.race}
	h.race.tasks = append(h.race.tasks, h)
	return h
}
