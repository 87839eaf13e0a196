//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/config"
	"github.com/nightpress/nightpress/internal/notify"
	"github.com/nightpress/nightpress/internal/scripted"
	"github.com/nightpress/nightpress/internal/word"
)

// heard is a local server in the place of one that sends messages on.
type heard struct {
	*httptest.Server
	mu       sync.Mutex
	requests []request
}

type request struct {
	method, path, body string
	header             http.Header
}

func listenForMessages(t *testing.T) *heard {
	h := &heard{}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body bytes.Buffer
		if _, err := body.ReadFrom(r.Body); err != nil {
			t.Error(err)
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		h.requests = append(h.requests, request{r.Method, r.URL.Path, body.String(), r.Header})
	}))
	t.Cleanup(h.Close)
	return h
}

// docBlocks returns the code blocks of one language in a page of docs.
func docBlocks(t *testing.T, page, language string) (blocks []string) {
	t.Helper()
	text, err := os.ReadFile("../../docs/" + page)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```").FindAllSubmatch(text, -1) {
		blocks = append(blocks, string(b[1]))
	}
	return blocks
}

// hostileText is what a server could say: no shell may take a part of it for a
// command.
const hostileText = "5 of 9 posts there: \"x\"; touch harm `touch harm` $(touch harm) @/etc/passwd ~! touch harm"

// Each example of docs/notify.md is run with every event. A server of ours is in
// the place of the ones that they name, and programs that write down what they
// were told are in the place of mail and notify-send.
func TestTheExamplesOfNotifyTell(t *testing.T) {
	blocks := docBlocks(t, "notify.md", "toml")
	h := listenForMessages(t)
	bin := t.TempDir()
	for _, name := range []string{"mail", "notify-send"} {
		put(t, bin, name, `{ printf '%s\n' "$(basename "$0")" "$@"; case $0 in *mail) cat ;; esac; } >> record`)
	}
	put(t, bin, "powershell", `printf '%s\n' "powershell $*" "$NIGHTPRESS_TEXT" >> record`)
	t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	t.Setenv("HOOK_TOKEN", "t0ken")
	seen := map[string]bool{}
	for _, block := range blocks {
		dir := t.TempDir()
		t.Chdir(dir)
		local := regexp.MustCompile(`https://(ntfy\.sh|hooks\.example\.org)`).ReplaceAllString(block, h.URL)
		if err := os.WriteFile("models.toml", []byte(local), 0o666); err != nil {
			t.Fatal(err)
		}
		c, err := config.Load("models.toml")
		if err != nil || c.Run.OnEvent == "" {
			t.Fatalf("%v\n%s", err, block)
		}
		for _, event := range notify.Events {
			_ = os.Remove("record")
			h.requests = nil
			n := notify.New(c.Run.OnEvent, os.Environ(), time.Now, func(err error) { t.Errorf("%v\n%s", err, block) })
			n.Send(notify.Message{Event: event, Text: hostileText})
			n.Close(t.Context())
			if what := told(t, block, event, h.requests); what != "" {
				seen[what] = true
			}
			if _, err := os.Stat("harm"); err == nil {
				t.Errorf("the text did harm:\n%s", block)
			}
		}
	}
	for _, what := range []string{"ntfy", "webhook", "mail", "notify-send", "file", "toast"} {
		if !seen[what] {
			t.Errorf("no example for %s", what)
		}
	}
}

// told checks what an example did with an event, and returns which it is.
func told(t *testing.T, block string, event notify.Event, requests []request) (what string) {
	t.Helper()
	one := func() request {
		if len(requests) != 1 || requests[0].method != http.MethodPost {
			t.Fatalf("%s: requests %q\n%s", event, requests, block)
		}
		return requests[0]
	}
	record := func(want string) {
		if text, err := os.ReadFile("record"); err != nil || string(text) != want {
			t.Errorf("%s: record %q (%v), want %q", event, text, err, want)
		}
	}
	switch {
	case strings.Contains(block, "ntfy.sh"):
		if strings.Contains(block, "case ") && event == notify.ServerBack {
			if len(requests) > 0 {
				t.Errorf("%s: %q", event, requests)
			}
			return "ntfy"
		}
		if r := one(); r.body != hostileText || r.path != "/my-secret-topic" || strings.Contains(block, "Title") && !strings.HasPrefix(r.header.Get("Title"), "nightpress") {
			t.Errorf("%s: %q\n%s", event, r, block)
		}
		return "ntfy"
	case strings.Contains(block, "hooks.example.org"):
		var m notify.Message
		if r := one(); json.Unmarshal([]byte(r.body), &m) != nil || m.Event != event || m.Text != hostileText || r.header.Get("Authorization") != "Bearer t0ken" || r.header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %q", event, r)
		}
		return "webhook"
	case strings.Contains(block, "mail -s"):
		record("mail\n-s\nnightpress: " + event.String() + "\nme@localhost\n" + hostileText + "\n")
		return "mail"
	case strings.Contains(block, "notify-send"):
		record("notify-send\n-a\nnightpress\nnightpress: " + event.String() + "\n" + hostileText + "\n")
		return "notify-send"
	case strings.Contains(block, "events.jsonl"):
		text, err := os.ReadFile("events.jsonl")
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		var m notify.Message
		if err != nil || json.Unmarshal([]byte(lines[len(lines)-1]), &m) != nil || m.Event != event {
			t.Errorf("%s: %q (%v)", event, text, err)
		}
		return "file"
	case strings.Contains(block, "powershell"):
		record("powershell -NoProfile -ExecutionPolicy Bypass -File toast.ps1\n" + hostileText + "\n")
		return "toast"
	}
	t.Errorf("nobody looks at this example:\n%s", block)
	return ""
}

// The script is parsed by PowerShell where there is one. Everywhere, it takes the
// text from the environment and never as a part of a command or of XML.
func TestTheToastOfNotifyIsAScriptThatTheTextCannotChange(t *testing.T) {
	blocks := docBlocks(t, "notify.md", "powershell")
	if len(blocks) != 1 {
		t.Fatalf("%d scripts", len(blocks))
	}
	script := blocks[0]
	if regexp.MustCompile(`(?i)invoke-expression|\biex\b|LoadXml|&\s|\$\(`).MatchString(script) {
		t.Errorf("the script could run the text:\n%s", script)
	}
	if strings.Count(script, "CreateTextNode(") != 2 || !strings.Contains(script, "CreateTextNode($env:NIGHTPRESS_TEXT)") {
		t.Errorf("the text is no text node:\n%s", script)
	}
	for i, line := range strings.Split(script, "\n") {
		bare := regexp.MustCompile(`'[^']*'|"[^"]*"`).ReplaceAllString(line, "")
		if strings.ContainsAny(bare, `'"`) {
			t.Errorf("line %d: a quote is open: %s", i+1, line)
		}
		for _, pair := range []string{"()", "[]", "{}"} {
			if strings.Count(bare, pair[:1]) != strings.Count(bare, pair[1:]) {
				t.Errorf("line %d: %s do not match: %s", i+1, pair, line)
			}
		}
	}
	pwsh, err := exec.LookPath("pwsh")
	if err != nil {
		t.Log("no pwsh on PATH: its parser did not read the script")
		return
	}
	path := filepath.Join(t.TempDir(), "toast.ps1")
	if err := os.WriteFile(path, []byte(script), 0o666); err != nil {
		t.Fatal(err)
	}
	parse := "$errors = $null; $null = [System.Management.Automation.Language.Parser]::ParseFile('" + path + "', [ref]$null, [ref]$errors); $errors; exit $errors.Count"
	if out, err := exec.Command(pwsh, "-NoProfile", "-Command", parse).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// told while it runs: lines are the events that a run wrote down so far.
func eventLines() []string {
	text, _ := os.ReadFile("events")
	return strings.FieldsFunc(string(text), func(r rune) bool { return r == '\n' })
}

func TestAServerThatIsAwayForLongIsToldAndThatItIsBack(t *testing.T) {
	server, err := scripted.Start("m:latest")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Away)
	t.Chdir(topicsFile(t, "Tides", "Waves"))
	t.Setenv("OLLAMA_HOST", server.Host())
	if err := os.WriteFile("models.toml", []byte("[run]\non_event = 'echo \"$NIGHTPRESS_EVENT|$NIGHTPRESS_SERVER|$NIGHTPRESS_LEFT|$NIGHTPRESS_TEXT\" >> events'\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	// Hours pass when the test says so.
	var passed atomic.Int64
	var errs bytes.Buffer
	a := &app{args: []string{"nightpress", "run", "topics.csv", "-m", "m", "-j", "1"}, stdin: strings.NewReader(""), stdout: &bytes.Buffer{}, stderr: &locked{w: &errs}, getenv: os.Getenv, environ: os.Environ,
		wall: time.Now, clock: func() time.Time { return time.Now().Add(time.Duration(passed.Load())) }}
	server.Hold()
	ended := make(chan int)
	go func() { ended <- a.run(t.Context()) }()
	if err := server.Wait(t.Context(), func(s scripted.Seen) bool { return s.Holding == 1 }); err != nil {
		t.Fatal(err)
	}
	server.Away()
	wait(t, "the outage", func() bool { return strings.Contains(a.stderr.(*locked).String(), "retrying until") })
	if lines := eventLines(); len(lines) > 0 {
		t.Errorf("told at once: %q", lines)
	}
	// It is there and does not answer: while a probe waits for it, time passes.
	server.Mute("", scripted.Hangs)
	if err := server.Back(); err != nil {
		t.Fatal(err)
	}
	if err := server.Wait(t.Context(), func(s scripted.Seen) bool { return s.Hanging > 0 }); err != nil {
		t.Fatal(err)
	}
	passed.Store(int64(notify.LongAway))
	server.Away()
	wait(t, "server_away", func() bool { return len(eventLines()) == 1 })
	server.Mute("", scripted.Answers)
	server.Release(-1)
	if err := server.Back(); err != nil {
		t.Fatal(err)
	}
	if code := <-ended; code != 0 {
		t.Fatalf("exit %d\n%s", code, &errs)
	}
	for i, want := range []string{
		`^server_away\|` + server.Host() + `\|2\|Ollama at \S+ has been away for 10 min \d s: .`,
		`^server_back\|` + server.Host() + `\|2\|Ollama at \S+ answers again after 10 min \d s$`,
		`^done\|\|0\|2 of 2 posts there: everything requested exists$`,
	} {
		if lines := eventLines(); len(lines) != 3 || !regexp.MustCompile(want).MatchString(lines[i]) {
			t.Errorf("events %q, want %q", lines, want)
		}
	}
}

// wait looks again and again: files and output tell nobody that they have changed.
func wait(t *testing.T, what string, there func() bool) {
	t.Helper()
	limit := time.NewTimer(storyLimit)
	defer limit.Stop()
	for again := time.NewTicker(5 * time.Millisecond); !there(); {
		select {
		case <-again.C:
		case <-limit.C:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// A server that is away from the beginning, and alone has a model, is waited for
// when the other posts are made.
func TestAServerThatAloneHasAModelAndIsAwayForLongIsTold(t *testing.T) {
	var servers []*scripted.Server
	for _, model := range []string{"m:latest", "k:latest"} {
		server, err := scripted.Start(model)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(server.Away)
		servers = append(servers, server)
	}
	absent := servers[1].Host()
	servers[1].Away()
	t.Chdir(topicsFile(t, "Tides"))
	if err := os.WriteFile("models.toml", []byte("[run]\non_event = 'echo \"$NIGHTPRESS_EVENT|$NIGHTPRESS_SERVER|$NIGHTPRESS_LEFT|$NIGHTPRESS_TEXT\" >> events'\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	var passed atomic.Int64
	var errs bytes.Buffer
	a := &app{args: []string{"nightpress", "run", "topics.csv", "-m", "m,k", "--server", servers[0].Host(), "--server", absent}, stdin: strings.NewReader(""), stdout: &bytes.Buffer{}, stderr: &locked{w: &errs}, getenv: os.Getenv, environ: os.Environ,
		wall: time.Now, clock: func() time.Time { return time.Now().Add(time.Duration(passed.Load())) }}
	ended := make(chan int)
	go func() { ended <- a.run(t.Context()) }()
	wait(t, "the wait", func() bool {
		return strings.Contains(a.stderr.(*locked).String(), "no other server has k; retrying until")
	})
	passed.Store(int64(notify.LongAway))
	wait(t, "server_away", func() bool { return len(eventLines()) == 1 })
	if err := servers[1].Back(); err != nil {
		t.Fatal(err)
	}
	if code := <-ended; code != 0 {
		t.Fatalf("exit %d\n%s", code, &errs)
	}
	for i, want := range []string{
		`^server_away\|` + absent + `\|1\|server ` + absent + ` has been away for 10 min \d s: no other server has k$`,
		`^server_back\|` + absent + `\|1\|server ` + absent + ` answers again after 10 min \d s$`,
		`^done\|\|0\|2 of 2 posts there: everything requested exists$`,
	} {
		if lines := eventLines(); len(lines) != 3 || !regexp.MustCompile(want).MatchString(lines[i]) {
			t.Errorf("events %q, want %q", lines, want)
		}
	}
}

// locked is a buffer for several goroutines.
type locked struct {
	mu sync.Mutex
	w  *bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.String()
}

// The words of docs/notify.md are those of the program.
func TestNotifyListsEveryEventAndVariable(t *testing.T) {
	text, err := os.ReadFile("../../docs/notify.md")
	if err != nil {
		t.Fatal(err)
	}
	var events []notify.Event
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\|").FindAllSubmatch(text, -1) {
		events = append(events, word.Of[notify.Event](string(m[1])))
	}
	if !slices.Equal(events, notify.Events) {
		t.Errorf("the page has %q, the program %q", events, notify.Events)
	}
	var variables []string
	for _, line := range regexp.MustCompile("(?m)^\\| `NIGHTPRESS_.*\\|$").FindAllString(string(text), -1) {
		names, _, _ := strings.Cut(line[2:], " | ")
		variables = append(variables, regexp.MustCompile("NIGHTPRESS_[A-Z_]+").FindAllString(names, -1)...)
	}
	variables = variables[1:] // the head of the table of events
	var want []string
	for _, v := range (notify.Message{}).Environ() {
		name, _, _ := strings.Cut(v, "=")
		want = append(want, name)
	}
	if !slices.Equal(variables, want) {
		t.Errorf("the page has %q, the program %q", variables, want)
	}
}
