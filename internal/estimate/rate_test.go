package estimate

import (
	"testing"
	"time"
)

func TestTheRateIsThatOfTheLastSeconds(t *testing.T) {
	var r Rate
	now := time.Unix(1000, 0)
	if got := r.PerSecond(now); got != 0 {
		t.Errorf("before anything: %v", got)
	}
	for range 60 {
		r.Add(now, 10)
		now = now.Add(time.Second)
	}
	if got := r.PerSecond(now); got != 10 {
		t.Errorf("steady at 10: %v", got)
	}
	if got := r.PerSecond(now.Add(time.Minute)); got != 0 {
		t.Errorf("a minute of silence later: %v", got)
	}
}
