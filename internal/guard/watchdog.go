package guard

import (
	"sync"
	"time"

	"github.com/nightpress/nightpress/internal/crash"
)

// watchdog watches over the silence of one request. It counts in steps that are
// short beside the silence, and one that ends much too late counts for
// nothing: the process was stopped or the machine asleep, and what the server
// sent meanwhile has not been read yet. (Go's clock goes on while a process is
// stopped, and on Windows while the machine sleeps.)
type watchdog struct {
	// over is called when the silence has lasted too long, with the duration of
	// the request. It returns how much longer the silence may last, or ends the
	// request and returns 0.
	over func(lasted time.Duration) time.Duration

	mu      sync.Mutex
	timer   *time.Timer
	step    time.Duration // an eighth of the silence
	begun   time.Time     // when the step began
	left    time.Duration // of the silence
	lasted  time.Duration // of the request, up to the step
	total   time.Duration // that the request may last; 0 is no limit
	stopped bool
}

const (
	watchdogSteps = 8
	// watchdogLate is the delay of a step that shows a stopped process. A busy
	// machine is not that late, and shorter stops do not matter beside the
	// limits.
	watchdogLate = time.Second
	// endless is a silence that no request reaches.
	endless = 10000 * time.Hour
)

// startWatchdog begins with a silence that may last so long, of a request that
// may last for total. No silence is limited when it is 0, and no request. A panic of
// over goes to failed.
func startWatchdog(silence, total time.Duration, over func(time.Duration) time.Duration, failed func(error)) *watchdog {
	w := &watchdog{over: over, begun: time.Now(), total: total}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer = time.AfterFunc(time.Hour, crash.Caught(w.tick, failed))
	w.arm(silence)
	return w
}

// arm begins a silence.
func (w *watchdog) arm(silence time.Duration) {
	if silence == 0 {
		silence = endless
	}
	w.left, w.step = silence, max(silence/watchdogSteps, time.Millisecond)
	if w.total > 0 {
		w.step = min(w.step, max(w.total/watchdogSteps, time.Millisecond))
	}
	w.begun = time.Now()
	w.timer.Reset(w.next())
}

// next is when the step that begins ends.
func (w *watchdog) next() time.Duration {
	d := min(w.left, w.step)
	if w.total > 0 {
		d = min(d, w.total-w.lasted)
	}
	return max(d, time.Millisecond)
}

// done reports whether the silence or the request has lasted too long.
func (w *watchdog) done() bool { return w.left <= 0 || w.total > 0 && w.lasted >= w.total }

// count ends a step.
func (w *watchdog) count() {
	now := time.Now()
	if passed := now.Sub(w.begun); passed < w.step+watchdogLate {
		w.left -= passed
		w.lasted += passed
	}
	w.begun = now
}

func (w *watchdog) tick() {
	lasted, over := w.tock()
	if !over {
		return
	}
	if more := w.over(lasted); more > 0 {
		w.heard(more)
	}
}

// tock ends a step and begins the next, unless the silence or the request is
// over.
func (w *watchdog) tock() (lasted time.Duration, over bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped {
		return w.lasted, false
	}
	w.count()
	if w.done() {
		return w.lasted, true
	}
	w.timer.Reset(w.next())
	return w.lasted, false
}

// heard ends a silence; the next may last so long.
func (w *watchdog) heard(silence time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped {
		return
	}
	w.count()
	w.arm(silence)
}

// stop ends the watch.
func (w *watchdog) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped {
		return
	}
	w.count()
	w.stopped = true
	w.timer.Stop()
}

// took is how long the request has lasted, without the time in which the
// process was stopped.
func (w *watchdog) took() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.stopped {
		w.count()
	}
	return w.lasted
}
