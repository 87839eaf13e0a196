package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/scripted"
	"github.com/rogpeppe/go-internal/testscript"
)

// The stories in testdata/stories are txtar files: a script and the files that
// it starts with. Beside testscript's own commands they know
//
//	server start [MODEL...]          a scripted server; OLLAMA_HOST and SERVER1, SERVER2 ... are set. Default: m:latest
//	server use N                     the commands after it are about server N
//	server away | back               it breaks every connection and is gone; it is there again
//	server hang | drip [PATH]        it takes requests for PATH, or all, and does not answer, or comes to no end
//	server answer [PATH]             it answers again
//	server salt [TEXT]               its models' manifests have other digests
//	server parameters TEXT           its models' files have these parameters
//	server terse | talkative         it does not say which files a model has; it does so again
//	server think                     its models can think
//	server intrude                   another client has the server load m:latest in its own way
//	server hold                      replies stop before their last piece
//	server release [N]               N of them may end; without N all, and none is held any more
//	server next WHAT                 how the next request is answered: fail STATUS MESSAGE, cut, hang, say FILE
//	server rest WHAT                 how every request after those of next is; "server rest post" is the default
//	waitfor requests|replies|holding N    the server has seen so many (holding: holds exactly so many)
//	waitfor file PATH                PATH is there (a pattern is allowed)
//	waitfor line FILE REGEXP         FILE has a matching line
//	waitfor stdout REGEXP COMMAND    COMMAND prints a matching line
//	exits CODE COMMAND...            COMMAND exits with CODE; stdout and stderr look at its output
//	begin NAME COMMAND...            starts it; its output goes to NAME.stdout and NAME.stderr
//	signal NAME INT|TERM|HUP|...     sends a signal to it
//	ends NAME CODE                   waits for its end
//	requests N                       the server has seen N requests for a reply, neither more nor less
//	count N PATTERN                  so many files match
//	edit FILE OLD NEW                replaces a text in a file
//	folder NAME                      brings testdata/folders/NAME here
//	[dialect:VERSION]                a condition: the server speaks as that version does
//	clock SPAN                       moves the program's time of day, a running one's too; durations stay
func TestStories(t *testing.T) { inEachDialect(t, "testdata/stories") }

// inEachDialect tells the stories once for each dialect of the servers.
func inEachDialect(t *testing.T, dir string) {
	for _, d := range scripted.Dialects {
		t.Run(d.Version, func(t *testing.T) { tellStories(t, dir, d) })
	}
}

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"nightpress": storyMain})
}

// storyMain is main with a time of day that the command clock moves. It runs the
// command of [run] while often.
func storyMain() {
	wall := func() time.Time {
		now := time.Now().Round(0)
		text, err := os.ReadFile(os.Getenv("STORY_CLOCK"))
		if err != nil {
			return now
		}
		d, err := time.ParseDuration(string(text))
		if err != nil {
			panic(err)
		}
		return now.Add(d)
	}
	a := &app{args: os.Args, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, environ: os.Environ, wall: wall, clock: time.Now, whileEvery: 50 * time.Millisecond}
	os.Exit(a.run(context.Background()))
}

func tellStories(t *testing.T, dir string, d scripted.Dialect) {
	folders, err := filepath.Abs("testdata/folders")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Values[storyKey{}] = &story{dialect: d, running: map[string]*exec.Cmd{}}
			// Nothing answers there; a story that wants a server starts one.
			env.Setenv("OLLAMA_HOST", "127.0.0.1:1")
			env.Setenv("STORY_FOLDERS", folders)
			env.Setenv("STORY_CLOCK", filepath.Join(env.WorkDir, ".clock"))
			return nil
		},
		Condition: func(name string) (bool, error) {
			version, ok := strings.CutPrefix(name, "dialect:")
			if !ok {
				return false, fmt.Errorf("unknown condition %q", name)
			}
			return strings.HasPrefix(d.Version, version), nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"server": serverCmd, "waitfor": waitforCmd, "exits": exitsCmd, "begin": beginCmd, "signal": signalCmd,
			"ends": endsCmd, "requests": requestsCmd, "count": countCmd, "edit": editCmd, "clock": clockCmd, "folder": folderCmd,
		},
	})
}

type storyKey struct{}

// story is the state of one script.
type story struct {
	// server is the one that commands are about, servers are all, as they were started.
	server  *scripted.Server
	servers []*scripted.Server
	dialect scripted.Dialect
	running map[string]*exec.Cmd
}

func of(ts *testscript.TestScript) *story { return ts.Value(storyKey{}).(*story) }
