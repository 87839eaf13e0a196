//go:build linux

package chaos

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// setClock sets the clock of every program that reads the file, by so much
// against the machine's own.
func setClock(t *testing.T, path string, off time.Duration) {
	t.Helper()
	temp := path + ".new"
	if err := os.WriteFile(temp, []byte(fmt.Sprint(int64(off/time.Second))), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(temp, path); err != nil {
		t.Fatal(err)
	}
}

const clockFile = "CHAOS_CLOCK"

// clockReader is a file of the program that follows the clock file.
const clockReader = `package main

import (
	"os"
	"strconv"
	"time"
)

func init() {
	go func() {
		for range time.Tick(10 * time.Millisecond) {
			text, _ := os.ReadFile(os.Getenv("` + clockFile + `"))
			if off, err := strconv.ParseInt(string(text), 10, 64); err == nil {
				time.ChaosOffset.Store(off)
			}
		}
	}()
}
`

// buildWithClock builds the program with a time of day that a test can set: no
// library can be put before a program that is linked statically, and the
// machine's clock is everybody's. Only the standard library's time.Now is
// another.
func buildWithClock(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	real := filepath.Join(strings.TrimSpace(string(root)), "src", "time", "time.go")
	source, err := os.ReadFile(real)
	if err != nil {
		t.Fatal(err)
	}
	text := string(source)
	for _, edit := range [][2]string{
		{"func Now() Time {\n\tsec, nsec, mono := runtimeNow()\n", "func Now() Time {\n\tsec, nsec, mono := runtimeNow()\n\tsec += ChaosOffset.Load()\n"},
		{"import (\n", "import (\n\t\"sync/atomic\"\n"},
		{"\nfunc Now() Time {", "\nvar ChaosOffset atomic.Int64\n\nfunc Now() Time {"},
	} {
		if strings.Count(text, edit[0]) != 1 {
			t.Fatalf("%s of %s is not as expected: %q", real, runtime.Version(), edit[0])
		}
		text = strings.Replace(text, edit[0], edit[1], 1)
	}
	main, err := filepath.Abs("../cmd/nightpress/clock_of_chaos.go")
	if err != nil {
		t.Fatal(err)
	}
	replace := map[string]string{real: filepath.Join(dir, "time.go"), main: filepath.Join(dir, "clock.go")}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string]string{replace[real]: text, replace[main]: clockReader, filepath.Join(dir, "overlay.json"): string(overlay)} {
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	to := filepath.Join(dir, "nightpress")
	build := exec.Command("go", "build", "-overlay", filepath.Join(dir, "overlay.json"), "-o", to, "./cmd/nightpress")
	build.Dir, build.Env = "..", append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return to
}

// The clock is set forth and back by up to a day, many times in a run that is
// also killed. The long form alone: the build is one of the whole standard
// library.
func TestAClockThatJumpsConfusesNothing(t *testing.T) {
	if !*long {
		t.Log("only in the long form")
		return
	}
	s, d := newServer(t), dice(t)
	withClock := buildWithClock(t)
	ended := 0
	for range 12 {
		const jobs = 40
		f := newFolder(t, t.TempDir(), jobs, "", steady)
		c := newCounter(t, s)
		clock := filepath.Join(t.TempDir(), "clock")
		start := func(flags ...string) *running {
			cmd := f.command(c.addr, flags...)
			cmd.Path, cmd.Env = withClock, append(cmd.Env, clockFile+"="+clock)
			return launch(t, cmd)
		}
		jump := func() { setClock(t, clock, time.Duration(d.Int64N(int64(48*time.Hour)))-24*time.Hour) }
		jumps := 0
		r := start()
		for range 6 {
			moment(d, time.Second, r.ended)
			jump()
			jumps++
		}
		killed := r.kill()
		f.check(t)
		// Eight hours are over at once: what is in progress ends, the rest is left.
		setClock(t, clock, 0)
		before := len(f.posts(t))
		r = start("--until", "8h")
		c.moves(r)
		setClock(t, clock, 9*time.Hour)
		left := 0
		switch code := r.code(t); {
		case code == 4:
			left = jobs - len(f.posts(t))
			ended++
		case code != 0 || before < jobs/2:
			t.Errorf("exit %d with %d posts there before\n%s", code, before, r.tail())
		}
		r = start()
		for over := false; !over; jumps++ {
			moment(d, time.Second, r.ended)
			jump()
			select {
			case <-r.ended:
				over = true
			default:
			}
		}
		r.wantExit(t, 0)
		if got := f.done(t); got != jobs {
			t.Fatalf("%d posts of %d\n%s", got, jobs, r.tail())
		}
		t.Logf("%d jobs, %d jumps, killed: %t, %d left by --until, %d requests", jobs, jumps, killed, left, c.requests())
		if most := jobs + hit; c.requests() > most {
			t.Errorf("%d requests, at most %d", c.requests(), most)
		}
		if broken := f.errors(t); len(broken) > 0 {
			t.Errorf("attempts that the clock cost: %q", broken)
		}
	}
	if ended == 0 {
		t.Error("no run was ended by its clock")
	}
}

// A process that is stopped for longer than a silence may last has not heard
// what the server said meanwhile.
func TestARunThatIsStoppedForAWhileGoesOnWhereItWas(t *testing.T) {
	s, d := newServer(t), dice(t)
	for range rounds(1, 12) {
		const jobs = 24
		f := newFolder(t, t.TempDir(), jobs, impatient, steady)
		c := newCounter(t, s)
		r := f.start(t, c.addr)
		stops := blows(t, r, c, 2, func() { moment(d, 300*time.Millisecond, r.ended) }, func() {
			if err := r.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
				t.Fatal(err)
			}
			<-time.After(4500 * time.Millisecond)
			if err := r.cmd.Process.Signal(syscall.SIGCONT); err != nil {
				t.Fatal(err)
			}
		})
		r.wantExit(t, 0)
		if got := f.done(t); got != jobs || c.requests() != jobs {
			t.Errorf("%d posts of %d, %d requests\n%s", got, jobs, c.requests(), r.tail())
		}
		t.Logf("%d jobs, stopped %d times, %d requests", jobs, stops, c.requests())
		if broken := f.errors(t); len(broken) > 0 || stops == 0 {
			t.Errorf("stopped %d times, attempts that it cost: %q", stops, broken)
		}
	}
}
