package ollama

import (
	"sync"
	"time"
)

// vigil watches over the silence of one request. It counts in steps that are
// short beside the silence, and one that ends much too late counts for
// nothing: the process was stopped or the machine asleep, and what the server
// sent meanwhile has not been read yet. (Go's clock goes on while a process is
// stopped, and on Windows while the machine sleeps.)
type vigil struct {
	// over is called when the silence has lasted too long, with how long the
	// request has. It returns how much longer the silence may last, or ends
	// the request and returns 0.
	over func(lasted time.Duration) time.Duration

	mu      sync.Mutex
	timer   *time.Timer
	step    time.Duration // an eighth of the silence
	begun   time.Time     // when the step began
	left    time.Duration // of the silence
	lasted  time.Duration // of the request, up to the step
	stopped bool
}

const (
	vigilSteps = 8
	// vigilLate is how much later than due a step is too late: a busy machine
	// is not that late, and a shorter stop does not matter beside the limits.
	vigilLate = time.Second
)

// keepVigil begins with a silence that may last so long.
func keepVigil(silence time.Duration, over func(time.Duration) time.Duration) *vigil {
	v := &vigil{over: over, begun: time.Now()}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.timer = time.AfterFunc(time.Hour, v.tick)
	v.arm(silence)
	return v
}

// arm begins a silence.
func (v *vigil) arm(silence time.Duration) {
	v.left, v.step = silence, max(silence/vigilSteps, time.Millisecond)
	v.begun = time.Now()
	v.timer.Reset(min(v.left, v.step))
}

// count ends a step.
func (v *vigil) count() {
	now := time.Now()
	if passed := now.Sub(v.begun); passed < v.step+vigilLate {
		v.left -= passed
		v.lasted += passed
	}
	v.begun = now
}

func (v *vigil) tick() {
	lasted, over := v.tock()
	if !over {
		return
	}
	if more := v.over(lasted); more > 0 {
		v.heard(more)
	}
}

// tock ends a step and begins the next, unless the silence is over.
func (v *vigil) tock() (lasted time.Duration, over bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.stopped {
		return v.lasted, false
	}
	v.count()
	if v.left > 0 {
		v.timer.Reset(min(v.left, v.step))
	}
	return v.lasted, v.left <= 0
}

// heard ends a silence; the next may last so long.
func (v *vigil) heard(silence time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.stopped {
		return
	}
	v.count()
	v.arm(silence)
}

// stop ends the vigil.
func (v *vigil) stop() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.stopped {
		return
	}
	v.count()
	v.stopped = true
	v.timer.Stop()
}

// took is how long the request has lasted, without the time in which the
// process was stopped.
func (v *vigil) took() time.Duration {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.stopped {
		v.count()
	}
	return v.lasted
}
