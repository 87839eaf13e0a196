//go:build unix

package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// notifier is one whose clock the test sets, and the errors that it reported.
type notifier struct {
	*Notifier
	mu     sync.Mutex
	at     time.Time
	failed []string
}

func newNotifier(t *testing.T, command string) *notifier {
	t.Helper()
	t.Chdir(t.TempDir())
	n := &notifier{at: time.Unix(0, 0)}
	n.Notifier = New(command, os.Environ(), func() time.Time {
		n.mu.Lock()
		defer n.mu.Unlock()
		return n.at
	}, func(err error) {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.failed = append(n.failed, err.Error())
	})
	return n
}

func (n *notifier) pass(d time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.at = n.at.Add(d)
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// gate makes a FIFO of this name, from which commands read lines. open writes
// so many.
func gate(t *testing.T) (open func(lines int)) {
	t.Helper()
	if err := syscall.Mkfifo("gate", 0o600); err != nil {
		t.Fatal(err)
	}
	// Open at both ends: it keeps the lines for the next reader.
	f, err := os.OpenFile("gate", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return func(lines int) {
		if _, err := f.WriteString(strings.Repeat("go\n", lines)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestMessagesAreToldOneAtATimeInTheirOrderAndHoldNobodyUp(t *testing.T) {
	n := newNotifier(t, `test ! -e running || echo two at once >> record; : > running; read go < gate; echo "$NIGHTPRESS_MODEL" >> record; rm running`)
	open := gate(t)
	var want strings.Builder
	for i := range 3 {
		// No command can end before the gate is opened: Send returns all the same.
		if !n.Send(Message{Event: ModelSetAside, Model: fmt.Sprint("m", i)}) {
			t.Errorf("message %d is not told", i)
		}
		fmt.Fprintf(&want, "m%d\n", i)
	}
	open(3)
	n.Close(t.Context())
	if got := read(t, "record"); got != want.String() {
		t.Errorf("record: %q", got)
	}
}

func TestTheSameMessageIsToldOnceInAWhile(t *testing.T) {
	n := newNotifier(t, `echo "$NIGHTPRESS_EVENT $NIGHTPRESS_SERVER" >> record`)
	away := func(server string) Message { return Message{Event: ServerAway, Server: server} }
	for i, step := range []struct {
		m    Message
		pass time.Duration
		told bool
	}{
		{away("a"), 0, true},
		{away("a"), Again - 1, false},
		{away("b"), 0, true},
		{Message{Event: ServerBack, Server: "a"}, 0, true},
		{Message{Event: ServerBack, Server: "a"}, 0, true},
		{away("a"), 1, true},
		{away("b"), 0, false},
	} {
		n.pass(step.pass)
		if told := n.Send(step.m); told != step.told {
			t.Errorf("step %d: told %v", i, told)
		}
	}
	n.Close(t.Context())
	if want := "server_away a\nserver_away b\nserver_back a\nserver_back a\nserver_away a\n"; read(t, "record") != want {
		t.Errorf("record: %q", read(t, "record"))
	}
	if n.Send(away("c")) {
		t.Error("told after Close")
	}
}

func TestAStormIsBoundedAndTheEndIsToldAllTheSame(t *testing.T) {
	n := newNotifier(t, `read go < gate; echo "$NIGHTPRESS_EVENT" >> record`)
	open := gate(t)
	told := 0
	for i := range 10 * MostWaiting {
		if n.Send(Message{Event: ModelSetAside, Model: fmt.Sprint(i)}) {
			told++
		}
	}
	if told < MostWaiting || told > MostWaiting+1 {
		t.Errorf("%d are told", told)
	}
	if !n.Send(Message{Event: Done}) {
		t.Error("the end is not told")
	}
	open(told + 1)
	n.Close(t.Context())
	lines := strings.Fields(read(t, "record"))
	if len(lines) != told+1 || lines[told] != "done" {
		t.Errorf("%d lines, the last %q", len(lines), lines[len(lines)-1])
	}
}

func TestAFailureIsReportedOnceAndLoggedEachTime(t *testing.T) {
	n := newNotifier(t, "echo no network >&2; printf '\\033[2J'; exit 7")
	var log bytes.Buffer
	n.SetLog(slog.New(slog.NewTextHandler(&log, nil)))
	for i := range 3 {
		n.Send(Message{Event: AllRejected, Model: fmt.Sprint(i)})
	}
	n.Close(t.Context())
	if want := []string{"on_event: all_rejected: exit status 7: no network [2J"}; !slices.Equal(n.failed, want) {
		t.Errorf("reported: %q", n.failed)
	}
	if got := strings.Count(log.String(), `msg="on_event failed"`); got != 3 {
		t.Errorf("%d failures in the log:\n%s", got, &log)
	}
}

func TestTheEndWaitsForACommandAndNotForever(t *testing.T) {
	for _, end := range []string{"limit", "signal"} {
		n := newNotifier(t, "echo $$ > pid.new; mv pid.new pid; sleep 600")
		ctx, cancel := context.WithCancelCause(t.Context())
		signaled := errors.New("signaled")
		if end == "limit" {
			// A signal that ended the run was not meant for the command.
			cancel(signaled)
			n.limit = 300 * time.Millisecond
		} else {
			context.AfterFunc(started(t), func() { cancel(signaled) })
		}
		n.Send(Message{Event: Done})
		n.Send(Message{Event: Done})
		n.Close(ctx)
		if len(n.failed) != 1 || !strings.Contains(n.failed[0], "context canceled") {
			t.Errorf("%s: reported %q", end, n.failed)
		}
		pid := strings.TrimSpace(read(t, "pid"))
		if stat, err := os.ReadFile("/proc/" + pid + "/stat"); err == nil && !strings.Contains(string(stat), ") Z ") {
			t.Errorf("%s: the command still runs", end)
		}
	}
}

// started returns a context that ends once the command has written pid.
func started(t *testing.T) context.Context {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		defer cancel()
		for again := time.NewTicker(time.Millisecond); ; <-again.C {
			if _, err := os.Stat(filepath.Join(dir, "pid")); err == nil {
				return
			}
		}
	}()
	return ctx
}

// hostile is what a model, a server, or a file could give.
const hostile = "it's \"quoted\" `touch a` $(touch b) ; touch c\n& touch d | %PATH% !x! ^\x00\x1b[2J\u202e\u200b \xff http://me:hunter2@host/?token=hunter2 \\"

func TestAHostileTextReachesTheCommandAsOneWord(t *testing.T) {
	n := newNotifier(t, `printf '%s\n' "$NIGHTPRESS_TEXT" > text; printf '%s\n' "$NIGHTPRESS_MODEL" "$NIGHTPRESS_SERVER" > names; cat > json`)
	n.Send(Message{Event: AllRejected, Text: hostile + strings.Repeat("x", 5000), Model: hostile, Server: hostile, Label: hostile})
	n.Close(t.Context())
	if n.failed != nil {
		t.Fatal(n.failed)
	}
	text := read(t, "text")
	if strings.Count(text, "\n") != 1 || len(text) > mostText+1 || !strings.HasPrefix(text, "it's \"quoted\" `touch a` $(touch b) ; touch c & touch d | %PATH% !x! ^[2J ") {
		t.Errorf("text: %q", text)
	}
	if names := read(t, "names"); strings.Count(names, "\n") != 2 {
		t.Errorf("names: %q", names)
	}
	var m map[string]any
	if err := json.Unmarshal([]byte(read(t, "json")), &m); err != nil || m["text"] != strings.TrimSuffix(text, "\n") || m["jobs"] != 0.0 {
		t.Errorf("JSON: %v (%v)", m, err)
	}
	for _, name := range []string{"text", "names", "json"} {
		if got := read(t, name); regexp.MustCompile("hunter2|[\x00-\x09\x0b-\x1f]|\u202e|\u200b").MatchString(got) {
			t.Errorf("%s: %q", name, got)
		}
	}
	for _, name := range []string{"a", "b", "c", "d"} {
		if _, err := os.Stat(name); err == nil {
			t.Errorf("the text made the file %s", name)
		}
	}
}

func TestEveryVariableIsSetForEveryEvent(t *testing.T) {
	code := 3
	for _, m := range []Message{{Event: ServerAway}, {Event: Done, ExitCode: &code, Counts: Counts{Jobs: 1, Written: 2, AlreadyDone: 3, Kept: 4, Rejected: 5, SetAside: 6, Left: 7}}} {
		n := newNotifier(t, `set -u; echo "$NIGHTPRESS_EVENT,$NIGHTPRESS_TEXT,$NIGHTPRESS_SERVER,$NIGHTPRESS_MODEL,$NIGHTPRESS_EXIT_CODE,`+
			`$NIGHTPRESS_JOBS,$NIGHTPRESS_WRITTEN,$NIGHTPRESS_ALREADY_DONE,$NIGHTPRESS_KEPT,$NIGHTPRESS_REJECTED,$NIGHTPRESS_SET_ASIDE,$NIGHTPRESS_LEFT" > record`)
		n.Send(m)
		n.Close(t.Context())
		want := "server_away,,,,,0,0,0,0,0,0,0\n"
		if m.Event == Done {
			want = "done,,,,3,1,2,3,4,5,6,7\n"
		}
		if got := read(t, "record"); got != want {
			t.Errorf("%q, want %q (%v)", got, want, n.failed)
		}
	}
}

func TestNobodyIsToldWithoutACommand(t *testing.T) {
	n := New("", nil, nil, nil)
	n.SetLog(slog.Default())
	if n.Send(Message{Event: Done}) {
		t.Error("somebody is told")
	}
	n.Close(t.Context())
}
