//go:build linux

package chaos

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// hasty has small limits, so that a test of a silence is short. A busy machine
// keeps them, too.
const hasty = `
[server]
lookup_timeout = "1s"
load_timeout = "3s"
first_token_timeout = "3s"
idle_timeout = "3s"
`

// soon is how long a command may take to end after what ends it: the limits of
// hasty, the requests that follow one another, and a machine that is busy.
const soon = 60 * time.Second

// stopAt stops the server when a request for something arrives, before the
// server has seen it, and returns a channel that is closed then.
func (s *server) stopAt(c *counter, at step) (stopped <-chan struct{}) {
	done := make(chan struct{})
	stop := sync.OnceFunc(func() { s.stop(); close(done) })
	var pieces atomic.Int32
	c.strike(func(now step) {
		if now == at {
			stop()
		}
	}, func() bool {
		if pieces.Add(1) != 20 {
			return true
		}
		if at == inReply {
			stop()
		}
		// A reply that hangs makes the program bring the model back, and look
		// whether it is gone.
		return at != atPs
	})
	return done
}

// way is how a run that waits for a stopped server comes to its end.
type way struct {
	name  string
	flags []string
	// end, when set, is done once the server has stopped.
	end func(*server, *running)
	// codes are the exit codes of a run that was in progress, early those of one
	// that had not begun.
	codes, early []int
}

var ways = []way{
	{"by --patience", []string{"--patience", "2s"}, nil, []int{4}, []int{1}},
	{"by --until", []string{"--until", "10s"}, nil, []int{4}, []int{1, 4}},
	{"by Ctrl-C", nil, func(_ *server, r *running) { _ = r.cmd.Process.Signal(os.Interrupt) }, []int{130}, []int{130}},
	{"by the server, which goes on", nil, func(s *server, r *running) {
		select {
		case <-time.After(2500 * time.Millisecond):
		case <-r.ended:
		}
		s.resume()
	}, []int{0}, []int{0, 1}},
}

// A server that stops takes connections and answers nothing. Whatever it was
// asked for, the run ends in each of these ways, and the same command then makes
// what is left: nothing is lost, and nothing is made twice.
func TestAStoppedServerHoldsUpNoRun(t *testing.T) {
	s, d := newServer(t), dice(t)
	type blow struct {
		at  step
		way way
	}
	var all []blow
	for _, at := range []step{atVersion, atTags, atShow, atPs, atLoad, atReply, inReply, atUnload} {
		for _, w := range ways {
			all = append(all, blow{at, w})
		}
	}
	d.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for _, b := range all[:rounds(2, len(all))] {
		t.Run(string(b.at)+", ended "+b.way.name, func(t *testing.T) { s.stoppedRun(t, b.at, b.way) })
	}
}

func (s *server) stoppedRun(t *testing.T, at step, w way) {
	const jobs = 6
	f := newFolder(t, t.TempDir(), jobs, hasty, steady)
	c := newCounter(t, s)
	stopped := s.stopAt(c, at)
	defer s.resume()
	r := f.start(t, c.addr, w.flags...)
	select {
	case <-stopped:
	case <-r.ended:
		// By --until a run can end before it looks for a model that hangs.
		if at != atPs || !slices.Contains(w.flags, "--until") {
			t.Fatalf("the run never asked for it:\n%s", r.tail())
		}
	case <-time.After(soon):
		r.kill()
		t.Fatalf("the server was never asked for it:\n%s", r.tail())
	}
	if w.end != nil {
		w.end(s, r)
	}
	codes := w.codes
	switch at {
	case atVersion, atTags, atShow:
		codes = w.early
	case atUnload:
		codes = append([]int{0, 130}, w.codes...) // all posts may be there
	}
	r.wantEnd(t, soon, codes...)
	s.resume()
	c.strike(nil, nil)
	before, _ := f.check(t)
	// With usual limits, as a server has them that is well.
	toml := filepath.Join(f.dir, "models.toml")
	text, err := os.ReadFile(toml)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(toml, []byte(strings.Replace(string(text), hasty, "", 1)), 0o666); err != nil {
		t.Fatal(err)
	}
	last := f.start(t, c.addr)
	last.wantEnd(t, soon, 0)
	if got := f.done(t); got != jobs {
		t.Errorf("%d posts of %d\n%s\n%s", got, jobs, r.tail(), last.tail())
	}
	for place := range before {
		if name := strings.ReplaceAll(strings.TrimPrefix(place, steady+"/"), "-", " "); c.of(steady, name) > 2 {
			t.Errorf("%s was asked for %d times", name, c.of(steady, name))
		}
	}
	// Requests that hung are made again, once each.
	if most := jobs + 2*hit; c.requests() > most {
		t.Errorf("%d requests for %d posts, at most %d\n%s", c.requests(), jobs, most, r.tail())
	}
}

// wantEnd is wantExit with a time in which the run has to end.
func (r *running) wantEnd(t *testing.T, within time.Duration, codes ...int) {
	t.Helper()
	select {
	case <-r.ended:
	case <-time.After(within):
		r.kill()
		t.Fatalf("it does not end within %s:\n%s", within, r.tail())
	}
	if code := r.cmd.ProcessState.ExitCode(); !slices.Contains(codes, code) {
		t.Fatalf("exit %d, want one of %v\n%s", code, codes, r.tail())
	}
}

// Every command that asks the server for something ends by itself, and by one
// Ctrl-C, and says what it waits for.
func TestAStoppedServerHoldsUpNoCommand(t *testing.T) {
	s, d := newServer(t), dice(t)
	type blow struct {
		args []string
		at   step
		// code is what it ends with by itself.
		code int
	}
	all := []blow{{[]string{"init"}, atTags, 0}}
	for _, at := range []step{atVersion, atTags, atShow} {
		all = append(all, blow{[]string{"plan", "topics.csv"}, at, 1}, blow{[]string{"run", "topics.csv", "--serve"}, at, 1})
		// check asks for all that it can, and lists what is wrong.
		all = append(all, blow{[]string{"check"}, at, 1})
	}
	all = append(all, blow{[]string{"rehearse"}, atVersion, 1}, blow{[]string{"rehearse", "--remove"}, atTags, 1})
	d.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	bin := t.TempDir()
	if err := os.Symlink(serverProgram, filepath.Join(bin, "ollama")); err != nil {
		t.Fatal(err)
	}
	for _, b := range all[:rounds(2, len(all))] {
		for _, interrupted := range []bool{false, true} {
			name := strings.Join(b.args, " ") + " at " + string(b.at)
			if interrupted {
				name += ", interrupted"
			}
			t.Run(name, func(t *testing.T) {
				f := newFolder(t, t.TempDir(), 3, hasty, steady)
				if b.args[0] == "init" {
					// It asks for the models to write the file.
					if err := os.Remove(filepath.Join(f.dir, "models.toml")); err != nil {
						t.Fatal(err)
					}
				}
				c := newCounter(t, s)
				stopped := s.stopAt(c, b.at)
				defer s.resume()
				cmd := exec.Command(program, b.args...)
				cmd.Dir = f.dir
				cmd.Env = append(os.Environ(), "OLLAMA_HOST="+c.addr, "HOME="+f.dir, "TMPDIR="+f.temp, "PATH="+bin)
				r := launch(t, cmd)
				select {
				case <-stopped:
				case <-r.ended:
					t.Fatalf("it never asked for it:\n%s", r.tail())
				}
				want := b.code
				if interrupted {
					want = 130
					if err := r.cmd.Process.Signal(syscall.SIGINT); err != nil {
						t.Fatal(err)
					}
				}
				r.wantEnd(t, soon, want)
				if !interrupted && !strings.Contains(r.output.String(), "does not answer") {
					t.Errorf("it does not say that the server does not answer:\n%s", r.tail())
				}
				if c.requests() != 0 {
					t.Errorf("%d posts were asked for", c.requests())
				}
			})
		}
	}
}
