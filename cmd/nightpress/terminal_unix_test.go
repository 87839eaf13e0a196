//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/scripted"
	"github.com/rivo/uniseg"
)

// terminal is a program at a real pseudo-terminal, which is its controlling
// one: what is typed there can be a signal, and closing it is a hang-up.
type terminal struct {
	cmd *exec.Cmd
	pty *os.File
	mu  sync.Mutex
	out bytes.Buffer
	// changed receives whenever something was written; gone is closed at the
	// end of all output.
	changed, gone chan struct{}
}

func at(t *testing.T, s *scripted.Server, dir string, columns uint16, args ...string) *terminal {
	t.Helper()
	path, err := exec.LookPath("nightpress")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "OLLAMA_HOST="+s.Host(), "TERM=xterm", "STORY_CLOCK="+filepath.Join(dir, "clock"))
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: columns})
	if err != nil {
		t.Fatal(err)
	}
	term := &terminal{cmd: cmd, pty: f, changed: make(chan struct{}, 1), gone: make(chan struct{})}
	go term.read()
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = f.Close(); <-term.gone })
	return term
}

func (term *terminal) read() {
	defer close(term.gone)
	p := make([]byte, 4096)
	for {
		n, err := term.pty.Read(p)
		term.mu.Lock()
		term.out.Write(p[:n])
		term.mu.Unlock()
		select {
		case term.changed <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

func (term *terminal) text() string {
	term.mu.Lock()
	defer term.mu.Unlock()
	return term.out.String()
}

// shows waits until the terminal was sent something that matches.
func (term *terminal) shows(t *testing.T, re string) {
	t.Helper()
	end := time.NewTimer(storyLimit)
	defer end.Stop()
	for !regexp.MustCompile(re).MatchString(term.text()) {
		select {
		case <-term.changed:
		case <-end.C:
			t.Fatalf("never shown: %s\n%q", re, term.text())
		}
	}
}

func (term *terminal) ends(t *testing.T, code int) {
	t.Helper()
	_ = term.cmd.Wait()
	if got := term.cmd.ProcessState.ExitCode(); got != code {
		t.Errorf("%v, want exit %d\n%q", term.cmd.ProcessState, code, term.text())
	}
}

func serving(t *testing.T) *scripted.Server {
	t.Helper()
	s, err := scripted.Start("m:latest")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Away)
	return s
}

func topicsFile(t *testing.T, topics ...string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "topics.csv"), []byte("topic\n"+strings.Join(topics, "\n")+"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	return dir
}

func posts(t *testing.T, dir string) int {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "posts", "m", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}

func TestTheBarFitsItsTerminalAndNothingOfATopicIsObeyed(t *testing.T) {
	s := serving(t)
	hopeless := "no post at all, \x1b[2J\x1b]0;owned\x07 said the model"
	s.Next(scripted.Reply{Text: hopeless})
	dir := topicsFile(t, "Wide "+strings.Repeat("漢字", 60), "right to left \u202e gpj.exe", "Waves")
	term := at(t, s, dir, 60, "run", "topics.csv", "-m", "m", "-j", "1", "--attempts", "1")
	term.ends(t, exit.Incomplete)
	<-term.gone
	text := term.text()
	if !strings.Contains(text, "rejected m for Wide") || !strings.Contains(text, "2 of 3 posts there") {
		t.Errorf("%q", text)
	}
	if regexp.MustCompile("\x1b[^\\[]|\x1b\\[[0-9;]*[A-Z]|\u202e|\x07").MatchString(text) {
		t.Errorf("the terminal is told what to do: %q", text)
	}
	drawn := 0
	for _, line := range regexp.MustCompile("[\r\n]+").Split(text, -1) {
		if strings.Contains(line, "|") && strings.Contains(line, "%") {
			drawn++
			if width := uniseg.StringWidth(line); width > 58 {
				t.Errorf("%d columns of 60: %q", width, line)
			}
		}
	}
	if drawn == 0 {
		t.Errorf("no bar: %q", text)
	}
}

func TestCtrlCAtATerminalFinishesWhatIsUnderWay(t *testing.T) {
	s := serving(t)
	s.Hold()
	dir := topicsFile(t, "Tides", "Currents", "Waves")
	term := at(t, s, dir, 80, "run", "topics.csv", "-m", "m", "-j", "2")
	if err := s.Wait(t.Context(), func(seen scripted.Seen) bool { return seen.Holding == 2 }); err != nil {
		t.Fatal(err)
	}
	if _, err := term.pty.WriteString("\x03"); err != nil {
		t.Fatal(err)
	}
	term.shows(t, "interrupted: no new posts are begun, 2 posts in progress")
	s.Release(-1)
	term.ends(t, exit.Interrupted)
	if n := posts(t, dir); n != 2 {
		t.Errorf("%d posts", n)
	}
}

func TestARunGoesOnWhenItsTerminalIsClosed(t *testing.T) {
	s := serving(t)
	s.Hold()
	dir := topicsFile(t, "Tides", "Currents", "Waves")
	term := at(t, s, dir, 80, "run", "topics.csv", "-m", "m", "--json")
	if err := s.Wait(t.Context(), func(seen scripted.Seen) bool { return seen.Holding == 2 }); err != nil {
		t.Fatal(err)
	}
	if err := term.pty.Close(); err != nil {
		t.Fatal(err)
	}
	s.Release(-1)
	term.ends(t, exit.Done)
	if n := posts(t, dir); n != 3 {
		t.Errorf("%d posts", n)
	}
}

func TestCtrlCEndsARunThatStillReadsItsTopics(t *testing.T) {
	s := serving(t)
	dir := t.TempDir()
	term := at(t, s, dir, 80, "run", "-m", "m", "--no-header", "-")
	term.shows(t, "reading topics")
	if _, err := term.pty.WriteString("\x03"); err != nil {
		t.Fatal(err)
	}
	term.ends(t, exit.Interrupted)
	<-term.gone
	if !strings.Contains(term.text(), "nightpress: interrupted") {
		t.Errorf("%q", term.text())
	}
}

func TestAnUndemandingTerminalGetsPlainLines(t *testing.T) {
	s := serving(t)
	dir := topicsFile(t, "Tides")
	t.Setenv("TERM", "dumb")
	path, err := exec.LookPath("nightpress")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "run", "topics.csv", "-m", "m")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "OLLAMA_HOST="+s.Host())
	f, err := pty.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	term := &terminal{cmd: cmd, pty: f, changed: make(chan struct{}, 1), gone: make(chan struct{})}
	go term.read()
	term.ends(t, exit.Done)
	<-term.gone
	if text := term.text(); strings.Contains(text, "|") || !strings.Contains(text, "1 of 1 post there") {
		t.Errorf("%q", text)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func TestAPersonIsAskedBeforeFinishedPostsAreReplaced(t *testing.T) {
	s := serving(t)
	var topics []string
	for i := range 11 {
		topics = append(topics, "Tides of bay "+string(rune('a'+i)))
	}
	dir := topicsFile(t, topics...)
	run := []string{"run", "topics.csv", "-m", "m"}
	at(t, s, dir, 100, run...).ends(t, exit.Done)
	if n := posts(t, dir); n != 11 || s.Seen().Requests != 11 {
		t.Fatalf("%d posts, %+v", n, s.Seen())
	}
	at(t, s, dir, 100, "prompts", "export", "blog-post").ends(t, exit.Done)
	prompt := filepath.Join(dir, "prompts", "blog-post.md")
	text, err := os.ReadFile(prompt)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(prompt, bytes.Replace(text, []byte("long, careful"), []byte("short, careful"), 1), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, typed string
		code, asked int
	}{
		{"no", "n\r", exit.BadUsage, 11},
		{"Enter alone", "\r", exit.BadUsage, 11},
		{"another word", "maybe\r", exit.BadUsage, 11},
		{"the end of the input", "\x04", exit.BadUsage, 11},
		{"Ctrl-C", "\x03", exit.Interrupted, 11},
		{"yes", "y\r", exit.Done, 22},
	} {
		term := at(t, s, dir, 100, run...)
		term.shows(t, `replace 11 finished posts\? \[y/N\] $`)
		if _, err := term.pty.WriteString(c.typed); err != nil {
			t.Fatal(err)
		}
		term.ends(t, c.code)
		<-term.gone
		if n := s.Seen().Requests; n != c.asked {
			t.Errorf("%s: %d requests, want %d\n%s", c.name, n, c.asked, term.text())
		}
		if c.code == exit.BadUsage && !strings.Contains(term.text(), "hint: nightpress run topics.csv -m m --replace") {
			t.Errorf("%s: %q", c.name, term.text())
		}
	}
	// Whoever agreed is not asked again.
	term := at(t, s, dir, 100, run...)
	term.ends(t, exit.Done)
	<-term.gone
	if strings.Contains(term.text(), "[y/N]") || s.Seen().Requests != 22 {
		t.Errorf("%q", term.text())
	}
}
