package run

import (
	"testing"
	"time"
	_ "time/tzdata" // the zones, whatever the machine has

	"github.com/nightpress/nightpress/internal/exit"
)

func TestUntilIsTheNextSuchTimeOfTheLocalClock(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, now, until, want string }{
		{"tomorrow morning", "2026-11-24T19:00:00+01:00", "07:00", "2026-11-25T07:00:00+01:00"},
		{"this morning", "2026-11-24T05:30:00+01:00", "07:00", "2026-11-24T07:00:00+01:00"},
		{"the very minute means the next day", "2026-11-24T07:00:00+01:00", "07:00", "2026-11-25T07:00:00+01:00"},
		{"the second before", "2026-11-24T06:59:59+01:00", "07:00", "2026-11-24T07:00:00+01:00"},
		{"midnight", "2026-11-24T19:00:00+01:00", "00:00", "2026-11-25T00:00:00+01:00"},
		{"the night that has 23 hours", "2026-03-28T19:00:00+01:00", "07:00", "2026-03-29T07:00:00+02:00"},
		{"the night that has 25 hours", "2026-10-24T19:00:00+02:00", "07:00", "2026-10-25T07:00:00+01:00"},
		{"a time that is left out", "2026-03-28T19:00:00+01:00", "02:30", "2026-03-29T03:00:00+02:00"},
		{"a time that comes twice", "2026-10-24T19:00:00+02:00", "02:30", "2026-10-25T02:30:00+02:00"},
		{"its second coming", "2026-10-25T02:45:00+02:00", "02:30", "2026-10-25T02:30:00+01:00"},
		{"a span", "2026-11-24T19:00:00+01:00", "8h", "2026-11-25T03:00:00+01:00"},
		{"a span over the change", "2026-03-28T19:00:00+01:00", "8h", "2026-03-29T04:00:00+02:00"},
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseUntil(c.until, now.In(berlin))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if s := got.Format(time.RFC3339); s != c.want {
			t.Errorf("%s: %s, want %s", c.name, s, c.want)
		}
	}
}

func TestUntilRefusesWhatIsNeither(t *testing.T) {
	for _, text := range []string{" ", "7", "25:00", "07:60", "tomorrow", "-8h", "0s", "8"} {
		if got, err := ParseUntil(text, time.Now()); exit.Code(err) != exit.BadUsage {
			t.Errorf("%q is taken for %v (%v)", text, got, err)
		}
	}
}
