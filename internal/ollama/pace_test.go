package ollama

import (
	"testing"
	"time"
)

func TestTheLimitsGrowWithThePromptTheLoadAndWhatIsUnderWay(t *testing.T) {
	var p pace
	o := Options{}.withDefaults()
	first, idle := p.begin(o, 0)
	if first != 10*time.Minute || idle != 5*time.Minute {
		t.Fatalf("at the start: %s, %s", first, idle)
	}
	p.end(4*time.Minute, time.Minute)
	p.loaded(3 * time.Minute)
	for _, c := range []struct {
		what        string
		bytes       int
		first, idle time.Duration
	}{
		{"a load that took three minutes counts twice", 0, 16 * time.Minute, 5 * time.Minute},
		{"a prompt of 24,000 bytes adds ten minutes, the request before it four", 24_000, 30 * time.Minute, 6 * time.Minute},
		{"and the one before that four more", 24_000, 34 * time.Minute, 9 * time.Minute},
	} {
		if first, idle := p.begin(o, c.bytes); first != c.first || idle != c.idle {
			t.Errorf("%s: %s, %s; want %s, %s", c.what, first, idle, c.first, c.idle)
		}
	}
}

func TestAWaitBehindOthersHasAnEnd(t *testing.T) {
	var p pace
	p.token()
	if d := p.more(0, time.Minute); d < 59*time.Second || d > time.Minute {
		t.Errorf("while tokens come: %s more", d)
	}
	if d := p.more(mostRounds*time.Minute, time.Minute); d > 0 {
		t.Errorf("after %d rounds: %s more", mostRounds, d)
	}
}
