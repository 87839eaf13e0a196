//go:build linux

package chaos

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// second returns a second real server, with the models of the first one.
func second(t *testing.T, first *server, env ...string) *server {
	t.Helper()
	s := &server{dir: t.TempDir(), env: env}
	if err := os.Symlink(filepath.Join(first.dir, "models"), filepath.Join(s.dir, "models")); err != nil {
		t.Fatal(err)
	}
	s.start(t)
	t.Cleanup(s.kill)
	return s
}

// twoServers are settings with two servers.
func twoServers(left, right string) string {
	return fmt.Sprintf("[[servers]]\nname = \"left\"\nurl = %q\n\n[[servers]]\nname = \"right\"\nurl = %q\n", left, right)
}

// One of two servers is killed and started again in the middle of a run, or hangs
// for some seconds. Nothing is lost, nothing is made twice, and no attempt is
// spent on it.
func TestOneOfTwoServersThatIsKilledAgainAndAgainCostsNoAttempt(t *testing.T) {
	s, d := newServer(t), dice(t)
	other := second(t, s)
	left := rounds(2, 10)
	// So many that the server that stays cannot make them all during one outage.
	jobs := 60 * left
	stays, falls := newCounter(t, s), newCounter(t, other)
	f := newFolder(t, t.TempDir(), jobs, twoServers(stays.addr, falls.addr), steady)
	r := f.start(t, "", "--attempts", "1")
	struck := blows(t, r, falls, left, func() { moment(d, time.Second, r.ended) }, func() {
		if d.IntN(2) == 0 {
			other.kill()
			<-time.After(time.Second + time.Duration(d.Int64N(int64(time.Second))))
			other.start(t)
			return
		}
		other.stop()
		<-time.After(3*time.Second + time.Duration(d.Int64N(int64(2*time.Second))))
		other.resume()
	})
	r.wantExit(t, 0)
	if got := f.done(t); got != jobs || struck < left {
		t.Fatalf("%d posts of %d, struck %d times of %d\n%s", got, jobs, struck, left, r.tail())
	}
	if broken := f.errors(t); len(broken) > 0 {
		t.Errorf("attempts that the server's end cost: %q", broken)
	}
	all := f.attempts(t)
	for _, a := range all {
		if a.N != 1 {
			t.Errorf("job %s needed attempt %d", a.Job, a.N)
		}
	}
	t.Logf("%d jobs, struck %d times; requests at the server that stays %d, at the other %d", jobs, struck, stays.requests(), falls.requests())
	if len(all) != jobs || falls.requests() == 0 || stays.requests() == 0 {
		t.Errorf("%d attempts for %d jobs", len(all), jobs)
	}
}

// A prompt ends the server that works on it, and then the other one. It is rejected,
// and both servers make the other posts.
func TestAPromptThatKillsTwoRealServersIsRejectedAndTheOthersAreMade(t *testing.T) {
	s := newServer(t)
	var deaths sync.WaitGroup
	killed := make(chan string, 100)
	mortal := func(name string, s *server) *counter {
		c := newCounter(t, s)
		c.deadly = topic(7)
		c.kill = func() {
			killed <- name
			s.kill()
			deaths.Go(func() {
				<-time.After(1500 * time.Millisecond)
				s.start(t)
			})
		}
		return c
	}
	left, right := mortal("left", s), mortal("right", second(t, s))
	f := newFolder(t, t.TempDir(), 24, twoServers(left.addr, right.addr), steady)
	r := f.start(t, "")
	r.wantExit(t, 3)
	deaths.Wait()
	close(killed)
	var all []string
	for name := range killed {
		all = append(all, name)
	}
	t.Logf("servers that ended: %v", all)
	if got := f.done(t); got != 23 {
		t.Errorf("%d posts of 23\n%s", got, r.tail())
	}
	// Each server ends once, or one of them once more.
	if len(all) < 2 || len(all) > 3 {
		t.Errorf("servers ended %d times: %v", len(all), all)
	}
	broken := f.errors(t)
	if len(broken) != 1 || !strings.Contains(broken[0], "the server ended") {
		t.Errorf("failed attempts: %q", broken)
	}
}

// A server that hangs keeps its connections. The run notices within two seconds,
// and the other server makes its posts.
func TestOneOfTwoRealServersThatHangsIsNoticedWithinTwoSeconds(t *testing.T) {
	s := newServer(t)
	other := second(t, s)
	falls := newCounter(t, other)
	f := newFolder(t, t.TempDir(), 24, twoServers(s.addr, falls.addr), steady)
	r := f.start(t, "", "--attempts", "1", "--log-file", "log")
	for falls.requests() < 4 {
		select {
		case <-r.ended:
			t.Fatalf("over too early:\n%s", r.tail())
		case <-time.After(20 * time.Millisecond):
		}
	}
	other.stop()
	hung := time.Now()
	defer other.resume()
	r.waitForLine(t, filepath.Join(f.dir, "log"), 0, `"waiting"`)
	took := time.Since(hung)
	t.Logf("noticed after %s", took.Round(10*time.Millisecond))
	// A machine that is busy with other tests may add some time.
	if took > 2*time.Second+500*time.Millisecond {
		t.Errorf("noticed after %s", took)
	}
	r.wantExit(t, 0)
	if got := f.done(t); got != 24 {
		t.Errorf("%d posts of 24\n%s", got, r.tail())
	}
	if broken := f.errors(t); len(broken) > 0 {
		t.Errorf("attempts that the server's silence cost: %q", broken)
	}
}

// waitForLine returns once the run's log has a line with all of these, and the rest of
// the log behind it.
func (r *running) waitForLine(t *testing.T, path string, after int, parts ...string) (end int) {
	t.Helper()
	for late := time.After(soon); ; {
		text, _ := os.ReadFile(path)
		at := after
		for line := range strings.Lines(string(text[min(after, len(text)):])) {
			at += len(line)
			if !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(line, p) }) {
				return at
			}
		}
		select {
		case <-r.ended:
			t.Fatalf("it ended without %q in its log:\n%s\n%s", parts, r.tail(), text)
		case <-late:
			t.Fatalf("no %q in its log within %s:\n%s", parts, soon, text)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// The slots of a real server are found, and found again when it comes back with
// others.
func TestTheSlotsOfARealServerAreFoundAndFollowed(t *testing.T) {
	s := newServer(t)
	// Where four replies at once are no faster than two, two workers are kept, and
	// nothing waits. Slots are counted with a given number of workers as well.
	for _, c := range []struct {
		before, after int
		workers       string
	}{{1, 3, "auto"}, {4, 1, "6"}} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			one := second(t, s, fmt.Sprintf("OLLAMA_NUM_PARALLEL=%d", c.before))
			f := newFolder(t, t.TempDir(), 400, "", steady)
			log := filepath.Join(f.dir, "log")
			r := f.start(t, one.addr, "-j", c.workers, "--log-file", "log")
			found := r.waitForLine(t, log, 0, `"tuned"`, fmt.Sprintf(`"slots":%d,`, c.before))
			// How many replies that takes depends on how busy the machine is. Package
			// batch tests the number with a simulated clock.
			t.Logf("%d slots found after %d replies", c.before, attemptsIn(t, log, found))
			one.kill()
			one.env = []string{fmt.Sprintf("OLLAMA_NUM_PARALLEL=%d", c.after)}
			one.start(t)
			resumed := r.waitForLine(t, log, found, `"resumed"`)
			found = r.waitForLine(t, log, resumed, `"tuned"`, fmt.Sprintf(`"slots":%d,`, c.after))
			t.Logf("%d slots found after %d more replies", c.after, attemptsIn(t, log, found)-attemptsIn(t, log, resumed))
			if err := r.cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			r.wantExit(t, 130)
		})
	}
}

// attemptsIn counts the attempts in a part of a log.
func attemptsIn(t *testing.T, path string, end int) int {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(text[:end]), `"msg":"attempt"`)
}
