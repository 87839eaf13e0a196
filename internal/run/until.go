package run

import (
	"fmt"
	"time"

	"github.com/nightpress/nightpress/internal/exit"
)

const untilHint = "--until 07:00 (the next time that the clock says so), or --until 8h"

// ParseUntil reads --until: a time of day, or a span from now; now is in the zone
// whose clock counts. The zero time stands for an empty text.
func ParseUntil(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if clock, err := time.Parse("15:04", text); err == nil {
		return nextTime(clock.Hour()*60+clock.Minute(), now), nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return time.Time{}, exit.Usage(fmt.Errorf("--until is %q; it must be a time of day or a duration", text), untilHint)
	}
	return now.Add(d), nil
}

// nextTime returns the next moment at which the local clock shows so many
// minutes after midnight. It goes minute by minute, because a day need not have
// 24 hours: in the night that the clock is set forward a time that is left out
// is the moment of the change, and in the one that it is set back the nearer of
// two is meant.
func nextTime(minutes int, now time.Time) time.Time {
	ofDay := func(t time.Time) int { return t.Hour()*60 + t.Minute() }
	t := now.Truncate(time.Minute)
	for {
		before := ofDay(t)
		t = t.Add(time.Minute)
		if at := ofDay(t); at == minutes || before < minutes && minutes < at {
			return t
		}
	}
}
