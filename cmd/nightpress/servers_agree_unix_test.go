//go:build unix

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/control"
	"github.com/nightpress/nightpress/internal/live"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/scripted"
	"github.com/nightpress/nightpress/internal/status"
	"github.com/nightpress/nightpress/output"
)

// did is what a server did in a run, as each of the commands says it.
type did struct{ posts, rejected, loads, outages int }

// asStatus returns what status says, with the state of the folder.
func asStatus(t *testing.T) (servers map[string]did, st status.Report) {
	t.Helper()
	code, out, stderr := tell(t, "status", "--json")
	if err := json.Unmarshal([]byte(out), &st); err != nil || code != 0 {
		t.Fatalf("exit %d, %v\n%s", code, err, stderr)
	}
	servers = map[string]did{}
	for _, s := range st.Servers {
		servers[s.Name] = did{s.Posts, s.Rejected, s.Loads, s.Outages}
	}
	return servers, st
}

// asReport returns what the table of the report's page says.
func asReport(t *testing.T) map[string]did {
	t.Helper()
	to := filepath.Join(t.TempDir(), "report")
	if code, _, stderr := tell(t, "report", "--to", to); code != 0 {
		t.Fatalf("report: exit %d\n%s", code, stderr)
	}
	page, err := os.ReadFile(filepath.Join(to, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	_, grid, found := strings.Cut(string(page), "Servers in the newest run")
	if !found {
		t.Fatal("the report has no servers")
	}
	grid, _, _ = strings.Cut(grid, "</details>")
	servers := map[string]did{}
	text := regexp.MustCompile(`(?s)<[^>]*>`)
	for _, row := range strings.Split(grid, "<tr")[2:] {
		var cells []string
		for _, cell := range regexp.MustCompile(`(?s)<t[hd][^>]*>(.*?)</t[hd]>`).FindAllString(row, -1) {
			cells = append(cells, strings.TrimSpace(text.ReplaceAllString(cell, "")))
		}
		if len(cells) != 6 {
			t.Fatalf("row of %d cells: %q", len(cells), row)
		}
		number := func(i int) int {
			n, err := strconv.Atoi(cells[i])
			if err != nil {
				t.Fatalf("%q: %v", cells, err)
			}
			return n
		}
		servers[cells[0]] = did{number(1), number(2), number(4), number(5)}
	}
	return servers
}

func ofSnapshot(s *live.Snapshot) map[string]did {
	servers := map[string]did{}
	for _, one := range s.Servers {
		servers[one.Name] = did{one.Posts, one.Rejected, one.Loads, one.Outages}
	}
	return servers
}

// snapshot asks the run for what watch shows, until it satisfies enough.
func snapshot(t *testing.T, what string, enough func(*live.Snapshot) bool) *live.Snapshot {
	t.Helper()
	for end := time.Now().Add(storyLimit); ; {
		conn, err := output.Dial(t.Context(), "posts")
		if err == nil {
			reply, err := control.Ask(conn, control.Request{Do: control.Snapshot})
			if err == nil && enough(reply.Snapshot) {
				return reply.Snapshot
			}
		}
		if time.Now().After(end) {
			t.Fatalf("not seen: %s (%v)", what, err)
		}
		<-time.After(10 * time.Millisecond)
	}
}

// agrees compares status with watch while a run goes on, once the snapshot shows
// what is waited for, and nothing changes any more.
func agrees(t *testing.T, what string, enough func(*live.Snapshot) bool) map[string]did {
	t.Helper()
	s := snapshot(t, what, enough)
	servers, st := asStatus(t)
	if seen := ofSnapshot(s); !reflect.DeepEqual(seen, servers) {
		t.Errorf("%s: watch shows %v, status %v", what, seen, servers)
	}
	if st.Running == nil || st.Running.PID != s.PID || st.There != s.There || st.Left != s.Left || st.Jobs != s.Jobs || (st.Running.PausedSince != nil) != (s.Pause != nil) {
		t.Errorf("%s: watch shows %d of %d there, %d left, pause %v; status %+v, %+v", what, s.There, s.Jobs, s.Left, s.Pause, st, st.Running)
	}
	for _, m := range s.Models {
		for _, other := range st.Models {
			if m.Label == other.Label && (m.There != other.Done+other.Kept || m.Rejected != other.Rejected || m.Left != other.Left || m.SetAside != other.SetAside) {
				t.Errorf("%s: watch shows %+v, status %+v", what, m, other)
			}
		}
	}
	return servers
}

func TestSummaryStatusReportAndWatchAgreeOnTheServers(t *testing.T) {
	left, right := scriptedServer(t), scriptedServer(t)
	t.Chdir(topicsFile(t, topicsOf(12)...))
	toml := fmt.Sprintf("[[servers]]\nname = \"left\"\nurl = %q\n\n[[servers]]\nname = \"right\"\nurl = %q\n", left.Host(), right.Host())
	if err := os.WriteFile("models.toml", []byte(toml), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, s := range []*scripted.Server{left, right} {
		s.Hold()
	}
	left.Next(scripted.Reply{Text: "Here is something about the sea, and it has no header line at all. It goes on for a while."})
	run := begin(t, "run", "topics.csv", "-m", "m", "-j", "2", "--attempts", "1", "--no-hedge", "--json")
	streams := func(n int) func(*live.Snapshot) bool {
		return func(s *live.Snapshot) bool { return s.Servers[0].Streams+s.Servers[1].Streams == n }
	}
	agrees(t, "each server holds two replies", streams(4))
	left.Release(2)
	agrees(t, "a rejected job and a post", func(s *live.Snapshot) bool {
		return s.Servers[0].Posts == 1 && s.Servers[0].Rejected == 1 && streams(4)(s)
	})
	right.Away()
	agrees(t, "an outage", func(s *live.Snapshot) bool { return s.Servers[1].Outages == 1 && streams(2)(s) })
	if code, _, stderr := tell(t, "pause"); code != 0 {
		t.Fatalf("pause: %s", stderr)
	}
	agrees(t, "a pause", func(s *live.Snapshot) bool { return s.Pause != nil })
	if code, _, stderr := tell(t, "resume"); code != 0 {
		t.Fatalf("resume: %s", stderr)
	}
	if err := right.Back(); err != nil {
		t.Fatal(err)
	}
	agrees(t, "the server is back", func(s *live.Snapshot) bool { return s.Servers[1].Loads == 2 && s.Servers[1].Streams > 0 })
	conn, err := output.Dial(t.Context(), "posts")
	if err != nil {
		t.Fatal(err)
	}
	left.Release(-1)
	right.Release(-1)
	var last *live.Snapshot
	for s, err := range control.Follow(t.Context(), conn, 50*time.Millisecond) {
		if err != nil {
			t.Fatal(err)
		}
		last = s
	}
	summary := run.summary(t, 3)
	servers, st := asStatus(t)
	bySummary, byReport := map[string]did{}, asReport(t)
	for i, s := range summary.Servers {
		bySummary[s.Name] = did{s.Posts, s.Rejected, s.Loads, s.Outages}
		if s.PerReply <= 0 || s.PerReply != st.Servers[i].TokensPerSecond {
			t.Errorf("%s: %v tokens/s per reply, status %v", s.Name, s.PerReply, st.Servers[i].TokensPerSecond)
		}
	}
	t.Logf("summary %v", bySummary)
	if last.Ended == nil || !reflect.DeepEqual(bySummary, ofSnapshot(last)) || !reflect.DeepEqual(bySummary, servers) || !reflect.DeepEqual(bySummary, byReport) {
		t.Errorf("summary %v\nwatch   %v\nstatus  %v\nreport  %v", bySummary, ofSnapshot(last), servers, byReport)
	}
	if all := bySummary["left"].posts + bySummary["right"].posts; all != 11 || bySummary["right"].outages != 1 || bySummary["left"].rejected != 1 {
		t.Errorf("%v", bySummary)
	}

	// What a run did that was killed, the ledger says alone.
	if err := os.WriteFile("topics.csv", []byte("topic\n"+strings.Join(topicsOf(30), "\n")+"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	left.Hold()
	right.Hold()
	run = begin(t, "run", "topics.csv", "-m", "m", "-j", "2", "--no-hedge", "--json")
	agrees(t, "a second run", streams(4))
	left.Release(3)
	right.Release(1)
	before := agrees(t, "its first posts", func(s *live.Snapshot) bool {
		return s.Servers[0].Posts == 3 && s.Servers[1].Posts == 1 && streams(4)(s)
	})
	run.kill(t)
	if servers, _ = asStatus(t); !reflect.DeepEqual(before, servers) || !reflect.DeepEqual(before, asReport(t)) {
		t.Errorf("before the kill %v\nstatus %v\nreport %v", before, servers, asReport(t))
	}
}

func scriptedServer(t *testing.T) *scripted.Server {
	t.Helper()
	s, err := scripted.Start("m:latest")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Away)
	return s
}

func topicsOf(n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprintf("Sea number %d", i+1))
	}
	return all
}

// begun is a run in a process of its own.
type begun struct {
	cmd    *exec.Cmd
	stdout strings.Builder
	stderr strings.Builder
}

func begin(t *testing.T, args ...string) *begun {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// The test's program is nightpress where it is called that.
	name := filepath.Join(t.TempDir(), "nightpress")
	if err := os.Symlink(self, name); err != nil {
		t.Fatal(err)
	}
	b := &begun{cmd: exec.Command(name, args...)}
	b.cmd.Stdout, b.cmd.Stderr = &b.stdout, &b.stderr
	if err := b.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.cmd.Process.Kill() })
	return b
}

// summary waits for the run's end.
func (b *begun) summary(t *testing.T, code int) (s record.Summary) {
	t.Helper()
	if err := b.cmd.Wait(); b.cmd.ProcessState.ExitCode() != code {
		t.Fatalf("%v\n%s", err, b.stderr.String())
	}
	lines := strings.Split(strings.TrimSpace(b.stdout.String()), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func (b *begun) kill(t *testing.T) {
	t.Helper()
	if err := b.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := b.cmd.Wait(); !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
}
