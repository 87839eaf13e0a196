//go:build linux

package chaos

import (
	"testing"
	"time"
)

// The rehearsal models' worst manners and a server that dies: five models, two
// hundred topics, ten deaths. The short form has a tenth of it.
func TestAThousandJobsOfEveryModelSurviveTenDeathsOfTheServer(t *testing.T) {
	s, d := newServer(t), dice(t)
	topics, deaths := rounds(4, 200), rounds(1, 10)
	f := newFolder(t, t.TempDir(), topics, "", steady, "rehearsal-sloppy", "rehearsal-looping", "rehearsal-cut", "rehearsal-thinking")
	c := newCounter(t, s)
	r := f.start(t, c.addr)
	killed := blows(t, r, c, deaths, func() { moment(d, time.Duration(rounds(3, 40))*time.Second, r.ended) }, func() {
		s.kill()
		<-time.After(time.Second + time.Duration(d.Int64N(int64(2*time.Second))))
		s.start(t)
	})
	r.wantExit(t, 0, 3)
	done := f.done(t)
	attempts := f.attempts(t)
	t.Logf("%d jobs, %d posts, %d attempts, %d requests, %d deaths", f.jobs, done, len(attempts), c.requests(), killed)
	if done < f.jobs/2 {
		t.Errorf("%d posts of %d jobs\n%s", done, f.jobs, r.tail())
	}
	if most := len(attempts) + 2*workers*killed; c.requests() > most {
		t.Errorf("%d requests for %d attempts, at most %d", c.requests(), len(attempts), most)
	}
	if broken := f.errors(t); len(broken) > 0 {
		t.Logf("failed requests: %q", broken)
	}
	// What was rejected in the first place is rejected in the second: nothing
	// is asked for again.
	before := c.requests()
	again := f.start(t, c.addr)
	again.wantExit(t, 0, 3)
	if c.requests() != before {
		t.Errorf("%d requests of a run that had nothing to do", c.requests()-before)
	}
}
