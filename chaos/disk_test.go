//go:build linux

package chaos

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A disk that fills up while the run is in progress: a small tmpfs where tests
// may mount one. The run ends or waits; once there is room, the same command
// goes on, and no request was made whose post could not be kept.
func TestADiskThatIsFullEndsTheRunWithEverythingWhole(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Log("no root: the limit on a file's size alone is tested")
		return
	}
	s, d := newServer(t), dice(t)
	for range rounds(1, 12) {
		const jobs = 24
		dir := t.TempDir()
		posts := filepath.Join(dir, "posts")
		if err := os.Mkdir(posts, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Mount("tmpfs", posts, "tmpfs", 0, "size=64m"); err != nil {
			t.Fatalf("mount: %v", err)
		}
		unmount := func() { _ = syscall.Unmount(posts, syscall.MNT_DETACH) }
		t.Cleanup(unmount)
		f := newFolder(t, dir, jobs, "", steady)
		c := newCounter(t, s)
		r := f.start(t, c.addr)
		ballast := filepath.Join(posts, "ballast")
		blows(t, r, c, 1, func() {}, func() { fill(t, ballast, d.IntN(3)*4096) })
		r.wantExit(t, 1)
		if !strings.Contains(r.output.String(), "hint: ") {
			t.Errorf("the run does not say what to free:\n%s", r.tail())
		}
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
		before, _ := f.check(t)
		if lost := c.requests() - len(before); lost > hit {
			t.Errorf("%d requests made %d posts", c.requests(), len(before))
		}
		last := f.start(t, c.addr)
		last.wantExit(t, 0)
		if got := f.done(t); got != jobs {
			t.Errorf("%d posts of %d\n%s", got, jobs, last.tail())
		}
		unmount()
	}
}

// fill writes until the disk is full and then gives room back.
func fill(t *testing.T, path string, room int) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	block := make([]byte, 4096)
	for size := int64(0); ; size += int64(len(block)) {
		if _, err := file.Write(block); err != nil {
			if err := file.Truncate(max(0, size-int64(room))); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
}

func TestALimitOnTheSizeOfFilesEndsTheRunWithEverythingWhole(t *testing.T) {
	s := newServer(t)
	const jobs = 30
	f := newFolder(t, t.TempDir(), jobs, "", steady)
	c := newCounter(t, s)
	run := f.command(c.addr)
	// In blocks of 512 or 1,024 bytes, as the shell has it: enough for a post,
	// too little for the ledger.
	cmd := exec.Command("/bin/sh", "-c", `ulimit -f 200; exec "$@"`, "sh")
	cmd.Args = append(cmd.Args, run.Args...)
	cmd.Dir, cmd.Env = run.Dir, run.Env
	out, _ := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != 1 {
		t.Fatalf("exit %d, want 1\n%s", code, out)
	}
	before, _ := f.check(t)
	if lost := c.requests() - len(before); lost > hit {
		t.Errorf("%d requests made %d posts\n%s", c.requests(), len(before), out)
	}
	last := f.start(t, c.addr)
	last.wantExit(t, 0)
	if got := f.done(t); got != jobs {
		t.Errorf("%d posts of %d\n%s", got, jobs, last.tail())
	}
}

func TestAFolderThatCannotBeWrittenIsToldBeforeAnythingIsAsked(t *testing.T) {
	s := newServer(t)
	f := newFolder(t, t.TempDir(), 5, "", steady)
	posts := filepath.Join(f.dir, "posts")
	if err := os.Mkdir(posts, 0o555); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		// Modes do not stop root; a file system that is read-only does.
		if err := syscall.Mount("tmpfs", posts, "tmpfs", syscall.MS_RDONLY, "size=1m"); err != nil {
			t.Fatalf("mount: %v", err)
		}
		defer func() { _ = syscall.Unmount(posts, syscall.MNT_DETACH) }()
	}
	c := newCounter(t, s)
	r := f.start(t, c.addr)
	r.wantExit(t, 1)
	if c.requests() != 0 || !strings.Contains(r.output.String(), "posts") {
		t.Errorf("%d requests\n%s", c.requests(), r.tail())
	}
}

func TestASecondRunOverTheSameFolderIsTurnedAway(t *testing.T) {
	s := newServer(t)
	const jobs = 30
	f := newFolder(t, t.TempDir(), jobs, "", steady)
	c := newCounter(t, s)
	first := f.start(t, c.addr)
	blows(t, first, c, 1, func() {}, func() {
		second := f.start(t, c.addr)
		second.wantExit(t, 1)
		if !strings.Contains(second.output.String(), "process") {
			t.Errorf("the second run does not say who holds the folder:\n%s", second.tail())
		}
	})
	first.wantExit(t, 0)
	if got := f.done(t); got != jobs || c.requests() != jobs {
		t.Errorf("%d posts of %d, %d requests", got, jobs, c.requests())
	}
	// A holder that was killed holds nothing.
	if err := os.RemoveAll(filepath.Join(f.dir, "posts", steady)); err != nil {
		t.Fatal(err)
	}
	third := f.start(t, c.addr)
	blows(t, third, c, 1, func() {}, func() { third.kill() })
	last := f.start(t, c.addr)
	last.wantExit(t, 0)
	if got := f.done(t); got != jobs {
		t.Errorf("%d posts of %d\n%s", got, jobs, last.tail())
	}
}
