//go:build linux

package chaos

import (
	"bytes"
	"io"
	"log"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

var silent = log.New(io.Discard, "", 0)

const (
	steady  = "rehearsal-steady"
	workers = 2
	// hit is the most requests that one blow can hit: those in progress, and a
	// reply that was on its way to the disk.
	hit = workers + 1
)

// running is a run in progress.
type running struct {
	cmd    *exec.Cmd
	output bytes.Buffer
	ended  chan struct{}
}

func (f *folder) start(t *testing.T, addr string, flags ...string) *running {
	t.Helper()
	return launch(t, f.command(addr, flags...))
}

func launch(t *testing.T, cmd *exec.Cmd) *running {
	t.Helper()
	r := &running{cmd: cmd, ended: make(chan struct{})}
	r.cmd.Stdout, r.cmd.Stderr = &r.output, &r.output
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = r.cmd.Wait(); close(r.ended) }()
	return r
}

// kill ends the run at once and reports whether it was still in progress.
func (r *running) kill() bool {
	_ = r.cmd.Process.Kill()
	<-r.ended
	return r.cmd.ProcessState.ExitCode() == -1
}

// code waits for the run's own end.
func (r *running) code(t *testing.T) int {
	t.Helper()
	select {
	case <-r.ended:
	case <-time.After(time.Duration(rounds(10, 120)) * time.Minute):
		r.kill()
		t.Fatalf("the run does not end:\n%s", r.tail())
	}
	return r.cmd.ProcessState.ExitCode()
}

func (r *running) tail() string {
	text := r.output.String()
	return text[max(0, len(text)-3000):]
}

// wantExit fails the test unless the run ends with one of the codes.
func (r *running) wantExit(t *testing.T, codes ...int) {
	t.Helper()
	if code := r.code(t); !slices.Contains(codes, code) {
		t.Fatalf("exit %d, want one of %v\n%s", code, codes, r.tail())
	}
}

// moves waits until the run asks for a post.
func (c *counter) moves(r *running) {
	for from := c.requests(); c.requests() == from; {
		select {
		case <-r.ended:
			return
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// The program is killed again and again over one folder until all is there;
// then another folder's turn comes.
func TestARunThatIsKilledAtAnyMomentLosesAndRepeatsNothing(t *testing.T) {
	s := newServer(t)
	d := dice(t)
	for left := rounds(12, 200); left > 0; {
		const jobs = 60
		f := newFolder(t, t.TempDir(), jobs, "", steady)
		c := newCounter(t, s)
		kills := 0
		for ended := false; !ended; {
			before, _ := f.check(t)
			asked, atStart := c.perTopic(steady), c.requests()
			r := f.start(t, c.addr, "--quiet")
			if left > 0 {
				// One in four is killed at its beginning, the others while
				// posts are made: the first takes a second or so.
				most := 1500 * time.Millisecond
				if d.IntN(4) > 0 {
					c.moves(r)
					most = 4 * time.Second
				}
				moment(d, most, r.ended)
			} else {
				<-r.ended
			}
			if r.kill() {
				kills++
				left--
			} else if code := r.cmd.ProcessState.ExitCode(); code != 0 {
				t.Fatalf("exit %d\n%s", code, r.tail())
			} else {
				ended = true
			}
			after, _ := f.check(t)
			for place := range before {
				if name := strings.ReplaceAll(strings.TrimPrefix(place, steady+"/"), "-", " "); c.of(steady, name) > asked[name] {
					t.Errorf("%s was there and was asked for again", place)
				}
			}
			if lost := c.requests() - atStart - (len(after) - len(before)); lost > hit {
				t.Errorf("%d requests made %d posts", c.requests()-atStart, len(after)-len(before))
			}
		}
		if got := f.done(t); got != jobs {
			t.Fatalf("%d posts of %d", got, jobs)
		}
		t.Logf("%d jobs, %d kills, %d requests", jobs, kills, c.requests())
		if most := jobs + hit*kills; c.requests() > most {
			t.Errorf("%d requests, at most %d", c.requests(), most)
		}
	}
}
