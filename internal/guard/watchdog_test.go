package guard

import (
	"testing"
	"time"
)

// stopped makes a watchdog's present step so much older than it is.
func stopped(w *watchdog, d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begun = w.begun.Add(-d)
}

func TestASilenceEndsARequestOnceItHasLastedLongEnough(t *testing.T) {
	over := make(chan time.Duration, 2)
	more := []time.Duration{30 * time.Millisecond, 0}
	w := startWatchdog(20*time.Millisecond, 0, func(lasted time.Duration) time.Duration {
		over <- lasted
		d := more[0]
		more = more[1:]
		return d
	}, nil)
	first, second := <-over, <-over
	if first < 20*time.Millisecond || second < 50*time.Millisecond || second < first {
		t.Errorf("over after %s and %s", first, second)
	}
	if took := w.took(); took < second {
		t.Errorf("it took %s", took)
	}
}

func TestATimeInWhichTheProcessWasStoppedIsNoSilence(t *testing.T) {
	w := startWatchdog(time.Hour, 0, func(time.Duration) time.Duration { t.Error("it is over"); return 0 }, nil)
	defer w.stop()
	for range 3 {
		stopped(w, 8*time.Hour)
		w.tick()
	}
	stopped(w, 8*time.Hour)
	w.heard(time.Hour)
	stopped(w, 5*time.Minute) // within a step
	if took := w.took(); took < 5*time.Minute || took > 6*time.Minute {
		t.Errorf("it took %s, want the five minutes that it was awake", took)
	}
}

func TestAWatchdogThatWasStoppedSaysNothingMore(t *testing.T) {
	w := startWatchdog(time.Hour, 0, func(time.Duration) time.Duration { t.Error("it is over"); return 0 }, nil)
	stopped(w, 7*time.Minute)
	w.stop()
	w.heard(time.Nanosecond)
	stopped(w, time.Minute)
	w.tick()
	if took := w.took(); took < 7*time.Minute || took > 8*time.Minute {
		t.Errorf("it took %s", took)
	}
}
