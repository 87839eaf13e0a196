package ollama

import (
	"testing"
	"time"
)

// stopped makes a vigil's present step so much older than it is.
func stopped(v *vigil, d time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.begun = v.begun.Add(-d)
}

func TestASilenceEndsARequestOnceItHasLastedLongEnough(t *testing.T) {
	over := make(chan time.Duration, 2)
	more := []time.Duration{30 * time.Millisecond, 0}
	v := keepVigil(20*time.Millisecond, func(lasted time.Duration) time.Duration {
		over <- lasted
		d := more[0]
		more = more[1:]
		return d
	})
	first, second := <-over, <-over
	if first < 20*time.Millisecond || second < 50*time.Millisecond || second < first {
		t.Errorf("over after %s and %s", first, second)
	}
	if took := v.took(); took < second {
		t.Errorf("it took %s", took)
	}
}

func TestATimeInWhichTheProcessWasStoppedIsNoSilence(t *testing.T) {
	v := keepVigil(time.Hour, func(time.Duration) time.Duration { t.Error("it is over"); return 0 })
	defer v.stop()
	for range 3 {
		stopped(v, 8*time.Hour)
		v.tick()
	}
	stopped(v, 8*time.Hour)
	v.heard(time.Hour)
	stopped(v, 5*time.Minute) // within a step
	if took := v.took(); took < 5*time.Minute || took > 6*time.Minute {
		t.Errorf("it took %s, want the five minutes that it was awake", took)
	}
}

func TestAVigilThatWasStoppedSaysNothingMore(t *testing.T) {
	v := keepVigil(time.Hour, func(time.Duration) time.Duration { t.Error("it is over"); return 0 })
	stopped(v, 7*time.Minute)
	v.stop()
	v.heard(time.Nanosecond)
	stopped(v, time.Minute)
	v.tick()
	if took := v.took(); took < 7*time.Minute || took > 8*time.Minute {
		t.Errorf("it took %s", took)
	}
}
