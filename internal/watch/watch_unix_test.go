//go:build unix

package watch

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/control"
	"github.com/nightpress/nightpress/internal/live"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/output"
)

var update = flag.Bool("update", false, "write the screens in testdata")

func TestMain(m *testing.M) {
	// The screens hold times of day.
	time.Local = time.UTC
	os.Exit(m.Run())
}

// terminal is a real terminal device with an emulator on its other side.
type terminal struct {
	t              *testing.T
	device, master *os.File
	mu             sync.Mutex
	screen         *vt.Emulator
	raw            strings.Builder
	// changed has a value when something was written.
	changed chan struct{}
}

func newTerminal(t *testing.T, width, height int) *terminal {
	t.Helper()
	master, device, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	term := &terminal{t: t, device: device, master: master, screen: vt.NewEmulator(width, height), changed: make(chan struct{}, 1)}
	term.resize(width, height)
	var ended sync.WaitGroup
	ended.Add(2)
	go func() {
		defer ended.Done()
		b := make([]byte, 64<<10)
		for {
			n, err := master.Read(b)
			term.mu.Lock()
			_, _ = term.screen.Write(b[:n])
			term.raw.Write(b[:n])
			term.mu.Unlock()
			select {
			case term.changed <- struct{}{}:
			default:
			}
			if err != nil {
				return
			}
		}
	}()
	go func() {
		defer ended.Done()
		// What the terminal answers when it is asked what it can do.
		_, _ = io.Copy(master, term.screen)
	}()
	t.Cleanup(func() {
		device.Close()
		master.Close()
		// Closing the emulator itself races with its reader (x/vt v0.1.0).
		term.screen.InputPipe().(io.Closer).Close()
		ended.Wait()
	})
	return term
}

func (term *terminal) resize(width, height int) {
	term.t.Helper()
	term.mu.Lock()
	term.screen.Resize(width, height)
	term.mu.Unlock()
	if err := pty.Setsize(term.master, &pty.Winsize{Cols: uint16(width), Rows: uint16(height)}); err != nil {
		term.t.Fatal(err)
	}
	// The system signals it where the terminal is the process's own.
	if err := syscall.Kill(os.Getpid(), syscall.SIGWINCH); err != nil {
		term.t.Fatal(err)
	}
}

// text is what the screen shows, without spaces at the ends of lines.
func (term *terminal) text() string {
	term.mu.Lock()
	defer term.mu.Unlock()
	lines := strings.Split(term.screen.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \r")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n"
}

// until waits until the screen is as ok wants it.
func (term *terminal) until(what string, ok func(text string) bool) string {
	term.t.Helper()
	limit := time.After(20 * time.Second)
	for {
		if text := term.text(); ok(text) {
			return text
		}
		select {
		case <-term.changed:
		case <-limit:
			term.t.Fatalf("the screen does not show %s:\n%s", what, term.text())
		}
	}
}

func (term *terminal) shows(text string) string {
	term.t.Helper()
	return term.until(text, func(all string) bool { return strings.Contains(all, text) })
}

// written is everything that was written to the terminal.
func (term *terminal) written() string {
	term.mu.Lock()
	defer term.mu.Unlock()
	return term.raw.String()
}

func (term *terminal) press(keys string) {
	term.t.Helper()
	if _, err := io.WriteString(term.master, keys); err != nil {
		term.t.Fatal(err)
	}
}

// golden compares the screen with a file.
func (term *terminal) golden(name string) {
	term.t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		// What is on its way arrives first.
		term.until("its last line", func(text string) bool { return strings.Contains(text, "arrows  q quit") })
		if err := os.WriteFile(path, []byte(term.text()), 0o666); err != nil {
			term.t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		term.t.Fatal(err)
	}
	term.until(name+":\n"+string(want)+"\nbut", func(text string) bool { return text == string(want) })
}

// pretended is a run that is what a test says.
type pretended struct {
	mu    sync.Mutex
	run   live.Snapshot
	asked []string
}

func (p *pretended) Snapshot() *live.Snapshot {
	p.mu.Lock()
	defer p.mu.Unlock()
	run := p.run
	run.Servers = slices.Clone(run.Servers)
	return &run
}

func (p *pretended) Do(req control.Request) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	text := strings.TrimSpace(fmt.Sprintf("%s %s %s", req.Do, req.Server, req.Workers))
	if req.Unload {
		text += "+unload"
	}
	p.asked = append(p.asked, text)
	if req.Do == control.Stop {
		return "", errors.New("not \x1b[2Jnow")
	}
	return "said \x1b[31m" + text, nil
}

func (p *pretended) change(how func(*live.Snapshot)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	how(&p.run)
}

// begin lets a run begin in a folder.
func (p *pretended) begin(t *testing.T, dir string) (end func()) {
	t.Helper()
	f, err := output.Open(dir, "nightpress run topics.csv")
	if err != nil {
		t.Fatal(err)
	}
	l, err := f.Listen()
	if err != nil {
		t.Fatal(err)
	}
	server := control.Serve(l, p)
	return sync.OnceFunc(func() {
		if err := errors.Join(server.Close(), f.Close()); err != nil {
			t.Error(err)
		}
	})
}

// show shows a folder on a terminal. closed has what Show returns.
func show(t *testing.T, term *terminal, dir string, environ ...string) (closed chan error) {
	t.Helper()
	v := View{Out: dir, In: term.device, To: term.device, Environ: append([]string{"TERM=xterm-256color"}, environ...), Every: 100 * time.Millisecond, Again: 20 * time.Millisecond}
	ctx, cancel := context.WithCancel(context.Background())
	closed = make(chan error, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, err := v.Show(ctx)
		closed <- err
	}()
	t.Cleanup(func() { cancel(); <-ended })
	return closed
}

func at(clock string) time.Time {
	t, err := time.Parse(time.DateTime, "2026-03-01 "+clock)
	if err != nil {
		panic(err)
	}
	return t
}

// sample is a run of two models on three servers, with texts that a terminal must
// not obey.
func sample() live.Snapshot {
	end, until, since, left := at("23:59:00"), at("23:59:00").Add(7*time.Hour), at("23:02:11"), 2912.0
	s := live.Snapshot{
		Event: "snapshot", Version: live.Version, Time: at("23:10:28"), PID: 7, Since: at("22:00:03"),
		Command: "nightpress run topics.csv", Out: "posts", State: live.Running, Until: &until, End: &end, SecondsLeft: &left,
		Tokens: 412_345, TokensPerSecond: 187.4, PostsPerHour: 841.2,
		Counts: live.Counts{Jobs: 2000, There: 1270, Written: 900, Rejected: 17, Left: 713, Causes: []live.Cause{
			{Code: "field-missing", Jobs: 11}, {Code: "too-short", Jobs: 4}, {Code: "request-failed", Jobs: 2},
		}},
		Models: []live.Model{
			{Label: "llama3.2", Model: "llama3.2", Jobs: 1000, There: 990, Rejected: 10},
			{Label: "qwen3-8b\x1b[2J", Model: "qwen3:8b", Jobs: 1000, There: 280, Rejected: 7, Left: 713},
		},
		Servers: []live.Server{
			{Name: "big", Version: "0.17.4", State: live.Working, Model: "qwen3-8b", Workers: 5, Auto: true, Slots: 4, Streams: 4, Queued: 1, TokensPerSecond: 151.2, Posts: 812, Loads: 2},
			{Name: "attic", Version: "0.17.4", State: live.Away, Reason: "connection\x1b]0;title\x07 refused", Since: &since, Model: "llama3.2", Workers: 2, Posts: 80, Loads: 3, Outages: 2, AwaySeconds: 600},
			{Name: "laptop", Version: "0.17.4", State: live.Working, Model: "qwen3-8b", Workers: 2, Slots: 1, Streams: 1, Queued: 1, TokensPerSecond: 36.2, Posts: 378, Loads: 1},
		},
	}
	for i := range 20 {
		s.Last = append(s.Last, live.Job{Time: s.Time.Add(-time.Duration(i) * 4 * time.Second), Topic: fmt.Sprintf("How to repair a bicycle that has %d wheels", 20-i), Slug: "x", Label: "qwen3-8b", Server: "big", Status: record.Done, Attempts: 1 + i%2})
	}
	s.Last[0].Topic = "Why \x1b[31mcats\x1b[0m purr \u202egnp 猫"
	for i := range 6 {
		s.LastRejected = append(s.LastRejected, live.Job{Time: s.Time.Add(-time.Duration(i) * time.Minute), Topic: fmt.Sprintf("Number %d", 6-i), Label: "qwen3-8b", Server: "laptop", Status: record.Rejected, Attempts: 4, Reason: "4 attempts, the last: the line TITLE: is missing"})
	}
	return s
}

// A run of long posts shows the part that each is at.
func TestTheScreenOfPostsInSections(t *testing.T) {
	run := &pretended{run: sample()}
	for i, n := range []int{3, 7} {
		run.run.Sections = append(run.run.Sections, live.Sections{
			Topic: fmt.Sprintf("How to keep \x1b[2J%d bees in a town with a cold winter", i+1), Slug: "x", Label: "qwen3-8b", Server: "big",
			Step: record.Step{Kind: contract.PartSection, N: n, Of: 9, Heading: "Bees"},
		})
	}
	run.run.Sections = append(run.run.Sections, live.Sections{Topic: "Goats", Slug: "y", Label: "qwen3-8b", Server: "laptop", Step: record.Step{Kind: contract.PartOutline}})
	for _, height := range []int{24, 40} {
		term := newTerminal(t, 80, height)
		dir := t.TempDir()
		closed := show(t, term, dir)
		end := run.begin(t, dir)
		term.shows("section 3 of 9")
		term.golden(fmt.Sprintf("sections_80x%d.txt", height))
		end()
		term.press("q")
		if err := <-closed; err != nil {
			t.Error(err)
		}
	}
}

func TestTheScreen(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			golden := func(name string) string { return fmt.Sprintf("%s_%dx%d.txt", name, size[0], size[1]) }
			run := &pretended{run: sample()}
			dir := t.TempDir()
			run.run.Out = "posts"
			term := newTerminal(t, size[0], size[1])
			closed := show(t, term, dir)
			term.shows("waiting for a run: no run is going on")
			end := run.begin(t, dir)
			term.shows("1,270 of 2,000 posts there")
			term.golden(golden("running"))
			run.change(func(s *live.Snapshot) {
				s.State, s.End = live.Paused, nil
				s.Pause = &live.Pause{Since: at("23:09:00"), Reasons: []string{"by hand", "the command of while fails: exit status 1 (a \x1b[5mgame runs)"}, Unload: true}
				s.Servers[0].State, s.Servers[0].Streams, s.Servers[0].Queued = live.Draining, 1, 0
				s.Servers[2].State, s.Servers[2].Streams, s.Servers[2].Queued = live.Resting, 0, 0
			})
			term.shows("paused since 23:09")
			term.golden(golden("paused"))
			run.change(func(s *live.Snapshot) {
				s.State, s.Pause = live.Over, nil
				s.Ended = &live.Ended{Time: at("23:10:28"), ExitCode: 3, Meaning: "finished, but some posts are missing"}
			})
			end()
			term.shows("the run ended at 23:10 with exit code 3")
			term.golden(golden("ended"))
			term.press("q")
			if err := <-closed; err != nil {
				t.Error(err)
			}
			if raw := term.written(); strings.Contains(raw, "title\x07") || strings.Contains(raw, "\u202e") || strings.Contains(raw, "\x1b[5m") {
				t.Error("a control sequence of a text reached the terminal")
			}
		})
	}
}

// A run that only hands out jobs has no server of its own.
func TestTheScreenOfAFleet(t *testing.T) {
	run := &pretended{run: sample()}
	run.run.Servers = nil
	now := run.run.Time
	run.run.Workers = []live.Member{
		{Name: "attic", Seen: now.Add(-40 * time.Second), Jobs: 2, Model: "llama3.2", Posts: 80},
		{Name: "big\x1b[2J", Seen: now.Add(-time.Second), Jobs: 5, Model: "qwen3-8b", Streams: 5, TokensPerSecond: 151.2, Posts: 812, Rejected: 6},
		{Name: "cellar", Seen: now.Add(-time.Hour), Left: true, Posts: 12},
		{Name: "laptop", Seen: now, Posts: 378},
	}
	dir := t.TempDir()
	term := newTerminal(t, 80, 40)
	closed := show(t, term, dir)
	end := run.begin(t, dir)
	term.shows("1,270 of 2,000 posts there")
	term.golden("fleet_80x40.txt")
	if text := (line{&run.run}).text(); !strings.Contains(text, "5 151 tokens/s; laptop idle 0 0 tokens/s") || strings.Contains(text, "cellar") {
		t.Errorf("as a line: %s", text)
	}
	end()
	term.press("q")
	if err := <-closed; err != nil {
		t.Error(err)
	}
}

// The page of the documents shows the screen as it is.
func TestTheDocumentShowsThisScreen(t *testing.T) {
	screen, err := os.ReadFile("testdata/running_80x24.txt")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/watch.md")
	if err != nil {
		t.Fatal(err)
	}
	top, _, found := strings.Cut(string(screen), "\n  last rejected")
	if !found || !strings.Contains(string(page), top) {
		t.Errorf("docs/watch.md does not show\n%s", top)
	}
}

func TestTheKeys(t *testing.T) {
	run := &pretended{run: sample()}
	dir := t.TempDir()
	defer run.begin(t, dir)()
	term := newTerminal(t, 80, 24)
	closed := show(t, term, dir)
	term.shows("> big")
	for _, c := range []struct{ keys, ask string }{
		{"p", "pause"}, {"u", "pause  +unload"}, {"r", "resume"}, {"+", "workers big +1"}, {"-", "workers big -1"},
		{"d", "drain big"}, {"\x1b[B", ""}, {"d", "drain attic"}, {"3", ""}, {"a", "workers laptop auto"}, {"\x1b[A", ""}, {"-", "workers attic -1"}, {"1", ""},
	} {
		term.press(c.keys)
		if c.ask == "" {
			continue
		}
		want := strings.ReplaceAll(c.ask, "  +", "+")
		term.shows("said " + want)
	}
	run.change(func(s *live.Snapshot) { s.Servers[0].Drained, s.Servers[0].State = true, live.Drained })
	term.shows("> big      drained")
	term.press("d")
	term.shows("said undrain big")
	term.press("s")
	term.shows("not now")
	// A terminal that becomes smaller, and very small, and large again.
	term.resize(40, 12)
	term.until("all lines", func(text string) bool {
		return strings.Contains(text, "p pause") && strings.Count(text, "\n") <= 12
	})
	term.resize(10, 3)
	term.until("what fits", func(text string) bool { return strings.Contains(text, "p pause") && strings.Count(text, "\n") <= 3 })
	term.resize(100, 30)
	term.shows("arrows  q quit")
	term.press("q")
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if run.Snapshot().Ended != nil {
		t.Error("q ended the run")
	}
}

func TestARunThatIsKilledStaysOnTheScreen(t *testing.T) {
	run := &pretended{run: sample()}
	dir := t.TempDir()
	end := run.begin(t, dir)
	term := newTerminal(t, 80, 24)
	closed := show(t, term, dir, "NO_COLOR=1")
	term.shows("> big")
	end() // without a word of how it ended
	term.shows("the run is gone and did not say how it ended")
	term.shows("gone")
	term.press("p")
	term.press("\x03")
	if err := <-closed; err != nil {
		t.Error(err)
	}
	for _, color := range []string{"\x1b[31m", "\x1b[33m", "\x1b[32m", ";31m"} {
		if strings.Contains(term.written(), color) {
			t.Errorf("NO_COLOR is set, and %q was written", color)
		}
	}
}
