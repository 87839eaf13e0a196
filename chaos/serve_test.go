//go:build linux

package chaos

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// serving makes the run start the server by itself, from PATH.
func (s *server) serving(t *testing.T, f *folder, flags ...string) *running {
	t.Helper()
	bin := t.TempDir()
	if err := os.Symlink(serverProgram, filepath.Join(bin, "ollama")); err != nil {
		t.Fatal(err)
	}
	cmd := f.command(s.addr, append(flags, "--serve")...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Env = append(cmd.Env, "PATH="+bin, "HOME="+s.dir, "OLLAMA_MODELS="+filepath.Join(s.dir, "models"), "OLLAMA_NO_CLOUD=1")
	return launch(t, cmd)
}

// processes are the servers and runners of this server's models.
func (s *server) processes(t *testing.T) (pids []int, text string) {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range all {
		env, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(env), "OLLAMA_MODELS="+filepath.Join(s.dir, "models")) {
			continue
		}
		command, err := os.ReadFile(filepath.Join(filepath.Dir(path), "cmdline"))
		if err != nil || !strings.Contains(string(command), "ollama") {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil {
			pids, text = append(pids, pid), text+strings.ReplaceAll(string(command), "\x00", " ")+"\n"
		}
	}
	return pids, text
}

// grow waits until the folder has so many more posts.
func (f *folder) grow(t *testing.T, r *running, n int) {
	t.Helper()
	for want := len(f.posts(t)) + n; len(f.posts(t)) < want; {
		select {
		case <-r.ended:
			t.Fatalf("the run ended:\n%s", r.tail())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func TestAServerOfOursIsStartedAgainAndNeverOutlivesItsRun(t *testing.T) {
	s := newServer(t)
	s.kill()
	const jobs = 40
	f := newFolder(t, t.TempDir(), jobs, "", steady)
	r := s.serving(t, f)
	f.grow(t, r, 3)
	// The server alone: its runner stays, with the memory.
	pids, _ := s.processes(t)
	for _, pid := range pids {
		if text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline"); err == nil && strings.Contains(string(text), "serve") {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	f.grow(t, r, 5)
	r.kill()
	for deadline := time.Now().Add(20 * time.Second); ; {
		left, text := s.processes(t)
		if len(left) == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("left behind by a run that was killed:\n%s", text)
		}
		<-time.After(50 * time.Millisecond)
	}
	r = s.serving(t, f)
	r.wantExit(t, 0)
	if left, text := s.processes(t); len(left) > 0 {
		t.Errorf("left behind by a run that ended:\n%s", text)
	}
	if got := f.done(t); got != jobs {
		t.Errorf("%d posts of %d\n%s", got, jobs, r.tail())
	}
}

// underWay is what an interrupted run says first, and what it says behind that.
var underWay = regexp.MustCompile(`(?s)(\d+) posts? in progress(.*)`)

// Ctrl-C in a terminal goes to the whole group of processes, and so to whatever
// of the server is in it.
func TestAServerOfOursLivesUntilTheLastReplyHasEnded(t *testing.T) {
	s := newServer(t)
	s.kill()
	const jobs = 60
	for range rounds(1, 6) {
		f := newFolder(t, t.TempDir(), jobs, "", steady)
		r := s.serving(t, f, "--json")
		f.grow(t, r, 3)
		if err := syscall.Kill(-r.cmd.Process.Pid, syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		r.wantExit(t, 130)
		// What was in progress when it was told has become posts behind that.
		said := underWay.FindStringSubmatch(r.output.String())
		if said == nil {
			t.Fatalf("it does not say what is waited for:\n%s", r.tail())
		}
		// And one may have been on its way to the ledger.
		n, _ := strconv.Atoi(said[1])
		if done := strings.Count(said[2], `"status":"done"`); n == 0 || done < n || done > hit {
			t.Errorf("%d in progress became %d posts:\n%s", n, done, said[2])
		}
		posts, rows := f.check(t)
		if broken := f.errors(t); len(broken) > 0 || len(rows) != len(posts) || len(posts) >= jobs {
			t.Errorf("%d posts, %d jobs begun, requests that failed: %q\n%s", len(posts), len(rows), broken, r.tail())
		}
		if left, text := s.processes(t); len(left) > 0 {
			t.Errorf("left behind by a run that ended:\n%s", text)
		}
	}
	s.start(t)
}
