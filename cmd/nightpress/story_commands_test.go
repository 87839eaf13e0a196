package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/nightpress/nightpress/internal/scripted"
	"github.com/rogpeppe/go-internal/testscript"
)

// storyLimit ends a story that waits for what never comes.
const storyLimit = time.Minute

func (s *story) mustServer(ts *testscript.TestScript) *scripted.Server {
	if s.server == nil {
		ts.Fatalf("no server was started: server start")
	}
	return s.server
}

func number(ts *testscript.TestScript, text string) int {
	n, err := strconv.Atoi(text)
	ts.Check(err)
	return n
}

func want(ts *testscript.TestScript, ok bool, usage string) {
	if !ok {
		ts.Fatalf("usage: %s", usage)
	}
}

func serverCmd(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) > 0, "server start|away|back|hold|release|next|rest ...")
	s := of(ts)
	what, args := args[0], args[1:]
	if what == "start" {
		if len(args) == 0 {
			args = []string{"m:latest"}
		}
		var err error
		s.server, err = scripted.Start(args...)
		ts.Check(err)
		s.server.Speak(s.dialect)
		ts.Defer(s.server.Away)
		ts.Setenv("OLLAMA_HOST", s.server.Host())
		s.servers = append(s.servers, s.server)
		ts.Setenv(fmt.Sprint("SERVER", len(s.servers)), s.server.Host())
		return
	}
	if what == "use" {
		s.server = s.servers[number(ts, args[0])-1]
		return
	}
	server := s.mustServer(ts)
	switch what {
	case "away":
		server.Away()
	case "back":
		ts.Check(server.Back())
	case "hang", "drip", "answer":
		path := ""
		if len(args) > 0 {
			path = args[0]
		}
		server.Mute(path, map[string]scripted.Mode{"hang": scripted.Hangs, "drip": scripted.Drips, "answer": scripted.Answers}[what])
	case "salt":
		server.Salt(strings.Join(args, " "))
	case "parameters":
		server.Parameters(strings.Join(args, " "))
	case "terse":
		server.Terse(true)
	case "talkative":
		server.Terse(false)
	case "think":
		server.Think()
	case "intrude":
		server.Intrude("m:latest")
	case "hold":
		server.Hold()
	case "release":
		n := -1
		if len(args) > 0 {
			n = number(ts, args[0])
		}
		server.Release(n)
	case "next":
		server.Next(answer(ts, args))
	case "rest":
		r := answer(ts, args)
		server.Rest(&r)
	default:
		ts.Fatalf("server: unknown %q", what)
	}
}

// answer reads how a request is to be answered.
func answer(ts *testscript.TestScript, args []string) scripted.Reply {
	const usage = "server next|rest post | cut | hang | say FILE | fail STATUS MESSAGE"
	want(ts, len(args) > 0, usage)
	switch {
	case args[0] == "post":
		return scripted.Reply{}
	case args[0] == "cut":
		return scripted.Reply{Cut: true}
	case args[0] == "hang":
		return scripted.Reply{Hang: true}
	case args[0] == "say" && len(args) == 2:
		return scripted.Reply{Text: ts.ReadFile(args[1])}
	case args[0] == "fail" && len(args) == 3:
		return scripted.Reply{Status: number(ts, args[1]), Error: args[2]}
	}
	ts.Fatalf("usage: %s", usage)
	return scripted.Reply{}
}

func waitforCmd(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) >= 2, "waitfor requests|replies|holding N | file PATH | line FILE REGEXP | stdout REGEXP COMMAND")
	ctx, cancel := context.WithTimeout(context.Background(), storyLimit)
	defer cancel()
	s := of(ts)
	seen := func(enough func(scripted.Seen, int) bool) {
		n := number(ts, args[1])
		ts.Check(s.mustServer(ts).Wait(ctx, func(seen scripted.Seen) bool { return enough(seen, n) }))
	}
	switch args[0] {
	case "requests":
		seen(func(s scripted.Seen, n int) bool { return s.Requests >= n })
	case "replies":
		seen(func(s scripted.Seen, n int) bool { return s.Replies >= n })
	case "holding":
		seen(func(s scripted.Seen, n int) bool { return s.Holding == n })
	case "hanging":
		seen(func(s scripted.Seen, n int) bool { return s.Hanging == n })
	case "file":
		path := ts.MkAbs(args[1])
		until(ctx, ts, path, func() bool { found, err := filepath.Glob(path); return err == nil && len(found) > 0 })
	case "line":
		want(ts, len(args) == 3, "waitfor line FILE REGEXP")
		path, re := ts.MkAbs(args[1]), regexp.MustCompile("(?m)"+args[2])
		until(ctx, ts, args[1]+" ~ "+args[2], func() bool { text, err := os.ReadFile(path); return err == nil && re.Match(text) })
	case "stdout":
		want(ts, len(args) >= 3, "waitfor stdout REGEXP COMMAND")
		re := regexp.MustCompile("(?m)" + args[1])
		until(ctx, ts, args[1], func() bool {
			return ts.Exec(args[2], args[3:]...) == nil && re.MatchString(ts.ReadFile("stdout"))
		})
	default:
		ts.Fatalf("waitfor: unknown %q", args[0])
	}
}

// until looks again and again: files tell nobody that they have changed.
func until(ctx context.Context, ts *testscript.TestScript, what string, there func() bool) {
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for !there() {
		select {
		case <-again.C:
		case <-ctx.Done():
			for name := range of(ts).running {
				ts.Logf("%s.stderr:\n%s", name, ts.ReadFile(name+".stderr"))
			}
			ts.Fatalf("waited in vain for %s", what)
		}
	}
}

// settle waits, once nothing runs, until the server has noticed that nobody
// asks it for anything any more: a request of a program that has ended must not
// be taken for one of the next.
func (s *story) settle(ts *testscript.TestScript) {
	if s.server == nil || len(s.running) > 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), storyLimit)
	defer cancel()
	ts.Check(s.server.Wait(ctx, func(seen scripted.Seen) bool { return seen.Hanging == 0 && seen.Holding == 0 }))
}

func exitsCmd(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) >= 2, "exits CODE COMMAND...")
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := err.(*exec.ExitError)
		if !ok {
			ts.Fatalf("%v", err)
		}
		code = exit.ExitCode()
	}
	of(ts).settle(ts)
	if code != number(ts, args[0]) {
		ts.Fatalf("%s exited with %d, not with %s", args[1], code, args[0])
	}
}

func requestsCmd(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 1, "requests N")
	var have int
	ts.Check(of(ts).mustServer(ts).Wait(context.Background(), func(s scripted.Seen) bool { have = s.Requests; return true }))
	if have != number(ts, args[0]) {
		ts.Fatalf("the server has seen %d requests", have)
	}
}

func countCmd(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 2, "count N PATTERN")
	found, err := filepath.Glob(ts.MkAbs(args[1]))
	ts.Check(err)
	if len(found) != number(ts, args[0]) {
		ts.Fatalf("%d files match %s: %v", len(found), args[1], found)
	}
}

func editCmd(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 3, "edit FILE OLD NEW")
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s has no %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(text, args[1], args[2])), 0o666))
}

func folderCmd(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 1, "folder NAME")
	ts.Check(os.CopyFS(ts.MkAbs("."), os.DirFS(filepath.Join(ts.Getenv("STORY_FOLDERS"), args[0]))))
}

func clockCmd(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 1, "clock SPAN")
	_, err := time.ParseDuration(args[0])
	ts.Check(err)
	ts.Check(writeWhole(ts.Getenv("STORY_CLOCK"), args[0]))
}

// writeWhole replaces a file that another process may be reading.
func writeWhole(path, text string) error {
	temp := path + ".new"
	if err := os.WriteFile(temp, []byte(text), 0o666); err != nil {
		return err
	}
	return os.Rename(temp, path)
}

// beginCmd starts a command whose output can be read while it runs.
func beginCmd(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) >= 2, "begin NAME COMMAND...")
	name := args[0]
	cmd := exec.Command(lookPath(ts, args[1]), args[2:]...)
	cmd.Dir, cmd.Env = ts.MkAbs("."), environ(ts)
	stdout, err := os.Create(ts.MkAbs(name + ".stdout"))
	ts.Check(err)
	defer stdout.Close()
	stderr, err := os.Create(ts.MkAbs(name + ".stderr"))
	ts.Check(err)
	defer stderr.Close()
	cmd.Stdout, cmd.Stderr = stdout, stderr
	ts.Check(cmd.Start())
	of(ts).running[name] = cmd
	ts.Defer(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
}

// lookPath finds a command on the script's own PATH, where testscript puts the
// program.
func lookPath(ts *testscript.TestScript, name string) string {
	if strings.ContainsRune(name, filepath.Separator) {
		return ts.MkAbs(name)
	}
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		for _, suffix := range []string{"", ".exe"} {
			path := filepath.Join(dir, name+suffix)
			if info, err := os.Stat(path); err == nil && !info.IsDir() {
				return path
			}
		}
	}
	ts.Fatalf("%s is not on PATH", name)
	return ""
}

// environ is the script's environment as far as a command needs it.
func environ(ts *testscript.TestScript) []string {
	var env []string
	for _, key := range []string{"PATH", "HOME", "TMPDIR", "OLLAMA_HOST", "WORK", "STORY_CLOCK", "NO_COLOR", "TERM", "SystemRoot"} {
		env = append(env, key+"="+ts.Getenv(key))
	}
	return env
}

func (s *story) process(ts *testscript.TestScript, name string) *exec.Cmd {
	cmd := s.running[name]
	if cmd == nil {
		ts.Fatalf("nothing was begun by the name %s", name)
	}
	return cmd
}

func signalCmd(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 2, "signal NAME SIGNAL")
	sig, known := signals[args[1]]
	want(ts, known, fmt.Sprintf("signal NAME SIGNAL, and %s is none here", args[1]))
	ts.Check(of(ts).process(ts, args[0]).Process.Signal(sig))
}

func endsCmd(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 2, "ends NAME CODE")
	s := of(ts)
	cmd := s.process(ts, args[0])
	timeout := time.AfterFunc(storyLimit, func() { _ = cmd.Process.Kill() })
	defer timeout.Stop()
	_ = cmd.Wait()
	delete(s.running, args[0])
	s.settle(ts)
	if code := cmd.ProcessState.ExitCode(); code != number(ts, args[1]) {
		ts.Fatalf("%s ended with %v, not with %s\n%s", args[0], cmd.ProcessState, args[1], ts.ReadFile(args[0]+".stderr"))
	}
}
