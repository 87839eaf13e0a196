package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// freePort is a port of loopback at which nobody listens now.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// process is a command that runs while the test goes on.
type process struct {
	*exec.Cmd
	mu    sync.Mutex
	lines []string
	more  chan struct{}
	ended chan struct{}
}

// begin starts a command and reads its standard error.
func begin(t *testing.T, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{Cmd: cmd, more: make(chan struct{}, 1), ended: make(chan struct{})}
	errs, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		for s := bufio.NewScanner(errs); s.Scan(); {
			p.mu.Lock()
			p.lines = append(p.lines, s.Text())
			p.mu.Unlock()
			select {
			case p.more <- struct{}{}:
			default:
			}
		}
		_ = cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-p.ended
	})
	return p
}

func (p *process) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.lines, "\n")
}

// says waits until the command says something, and returns the match.
func (p *process) says(t *testing.T, pattern string) []string {
	t.Helper()
	r := regexp.MustCompile(pattern)
	for timeout := time.After(time.Minute); ; {
		if m := r.FindStringSubmatch(p.text()); m != nil {
			return m
		}
		select {
		case <-p.more:
		case <-p.ended:
			if m := r.FindStringSubmatch(p.text()); m != nil {
				return m
			}
			t.Fatalf("%v ended without %q:\n%s", p.Args, pattern, p.text())
		case <-timeout:
			t.Fatalf("%v does not say %q:\n%s", p.Args, pattern, p.text())
		}
	}
}

// ends waits for the end of the command and checks its exit code.
func (p *process) ends(t *testing.T, want int) {
	t.Helper()
	select {
	case <-p.ended:
	case <-time.After(2 * time.Minute):
		t.Fatalf("%v does not end:\n%s", p.Args, p.text())
	}
	if code := p.ProcessState.ExitCode(); code != want {
		t.Fatalf("%v: exit %d, want %d\n%s", p.Args, code, want, p.text())
	}
}

// topicsFile writes a file of n topics.
func topicsFile(t *testing.T, dir string, n int) {
	t.Helper()
	var b strings.Builder
	b.WriteString("topic\n")
	for i := range n {
		fmt.Fprintf(&b, "Lighthouse keeper %d\n", i)
	}
	if err := os.WriteFile(filepath.Join(dir, "topics.csv"), []byte(b.String()), 0o666); err != nil {
		t.Fatal(err)
	}
}

// A worker has no topics, prompts, or folder of posts, and leaves nothing behind.
func TestAnotherMachineWritesThePostsOfARun(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	const posts = 8
	topicsFile(t, dir, posts)
	c := begin(t, command(dir, "run", "topics.csv", "-m", "rehearsal-steady", "--fleet", "--no-local-work", "--fleet-listen", freePort(t)))
	url := c.says(t, `on other machines, type: nightpress work (nats://\S+)`)[1]
	w := begin(t, command(other, "work", url, "--name", "second", "-j", "2"))
	w.ends(t, 0)
	c.ends(t, 0)
	if list, err := filepath.Glob(filepath.Join(dir, "posts", "rehearsal-steady", "*.md")); err != nil || len(list) != posts {
		t.Errorf("%d posts, want %d (%v)", len(list), posts, err)
	}
	left, err := os.ReadDir(other)
	if err != nil || len(left) > 0 {
		t.Errorf("the worker left %v (%v)", left, err)
	}
	var status struct {
		There   int
		Workers []struct {
			Name  string
			Posts int
		}
		Servers []struct{ Name string }
	}
	if err := json.Unmarshal([]byte(mustRun(t, 0, dir, "status", "--json").stdout), &status); err != nil {
		t.Fatal(err)
	}
	if status.There != posts || len(status.Workers) != 1 || status.Workers[0].Name != "second" || status.Workers[0].Posts != posts {
		t.Errorf("%+v", status)
	}
	if shown := mustRun(t, 0, dir, "show", "lighthouse-keeper-3", "--json").stdout; !strings.Contains(shown, `"server":"second"`) {
		t.Errorf("the attempts do not name the worker: %s", shown)
	}
	for _, text := range []string{mustRun(t, 0, dir, "status").stdout, mustRun(t, 0, dir, "fleet").stdout} {
		if !strings.Contains(text, "second") {
			t.Errorf("it does not list the worker: %s", text)
		}
	}
	token := strings.TrimPrefix(url[:strings.Index(url, "@")], "nats://")
	known, err := os.ReadFile(filepath.Join(dir, "posts", ".nightpress", "fleet.json"))
	if info, _ := os.Stat(filepath.Join(dir, "posts", ".nightpress", "fleet.json")); err != nil || info.Mode().Perm() != 0o600 || !strings.Contains(string(known), token) {
		t.Errorf("the token's file: %v, %v", err, info.Mode())
	}
}

// The first Ctrl-C lets the posts of a worker finish, the second cancels them. Neither
// leaves anything behind: no file there, and no job that waits for the worker here.
func TestAWorkerThatIsInterruptedLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	const posts = 9
	topicsFile(t, dir, posts)
	c := begin(t, command(dir, "run", "topics.csv", "-m", "rehearsal-steady", "--fleet", "--no-local-work", "--fleet-listen", freePort(t)))
	url := c.says(t, `on other machines, type: nightpress work (nats://\S+)`)[1]
	nothing := func(other string) {
		t.Helper()
		if left, err := os.ReadDir(other); err != nil || len(left) > 0 {
			t.Errorf("the worker left %v (%v)", left, err)
		}
	}
	interrupt := func(p *process) {
		t.Helper()
		if err := p.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
	}
	once, twice, last := t.TempDir(), t.TempDir(), t.TempDir()
	w := begin(t, command(once, "work", url, "--name", "once", "-j", "2"))
	w.says(t, "loaded")
	interrupt(w)
	w.ends(t, 130)
	nothing(once)
	w = begin(t, command(twice, "work", url, "--name", "twice", "-j", "2"))
	w.says(t, "loaded")
	interrupt(w)
	w.says(t, "once more to cancel")
	interrupt(w)
	w.ends(t, 130)
	nothing(twice)
	w = begin(t, command(last, "work", url, "--name", "last", "-j", "2"))
	w.ends(t, 0)
	c.ends(t, 0)
	nothing(last)
	if list, err := filepath.Glob(filepath.Join(dir, "posts", "rehearsal-steady", "*.md")); err != nil || len(list) != posts {
		t.Errorf("%d posts, want %d (%v)", len(list), posts, err)
	}
	// Without this file, a folder is no stream. NATS removes the rest of it in the
	// background, and the program may end before that.
	if list, err := filepath.Glob(filepath.Join(dir, "posts", ".nightpress", "fleet", "jetstream", "*", "streams", "*", "meta.inf")); err != nil || len(list) > 0 {
		t.Errorf("the queue keeps %v (%v)", list, err)
	}
}
