//go:build linux

package chaos

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// A disk that is full before the run begins: the run says what to free, exits
// with 1, and on_finish is run; what only reads goes on reading, and leaves
// nothing of its own. The disk is full up to a few blocks, so that another write
// is the first to fail each time.
func TestADiskThatIsFullAtTheStartEndsTheRunAndIsStillRead(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Log("no root: no disk of its own can be mounted")
		return
	}
	s, d := newServer(t), dice(t)
	for _, again := range []bool{false, true} {
		for n := range rounds(2, 24) {
			blocks := 0
			if n > 0 {
				blocks = d.IntN(rounds(8, 24))
			}
			t.Run(fmt.Sprintf("with posts %v, %d blocks free", again, blocks), func(t *testing.T) { s.fullAtStart(t, again, blocks) })
		}
	}
}

func (s *server) fullAtStart(t *testing.T, again bool, blocks int) {
	const before, jobs = 3, 8
	dir := t.TempDir()
	posts, finished := filepath.Join(dir, "posts"), filepath.Join(dir, "finished")
	if err := os.Mkdir(posts, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", posts, "tmpfs", 0, "size=64m"); err != nil {
		t.Fatalf("mount: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(posts, syscall.MNT_DETACH) })
	f := newFolder(t, dir, jobs, "[run]\non_finish = 'echo $NIGHTPRESS_EXIT_CODE > finished'\n", steady)
	c := newCounter(t, s)
	if again {
		f.start(t, c.addr, "--limit", fmt.Sprint(before)).wantExit(t, 4)
		if err := os.Remove(finished); err != nil {
			t.Fatal(err)
		}
	}
	asked := c.requests()
	ballast := filepath.Join(posts, "ballast")
	fill(t, ballast, blocks*4096)
	f.readsOnly(t, c.addr, again)
	r := f.start(t, c.addr)
	r.wantExit(t, 1)
	if !strings.Contains(r.output.String(), "\nhint: ") {
		t.Errorf("the run does not say what to free:\n%s", r.tail())
	}
	if code, err := os.ReadFile(finished); err != nil || string(code) != "1\n" {
		t.Errorf("on_finish saw %q, %v\n%s", code, err, r.tail())
	}
	if n := c.requests() - asked; n > 0 {
		t.Errorf("%d posts were asked for that the disk had no space for", n)
	}
	f.readsOnly(t, c.addr, again)
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	last := f.start(t, c.addr)
	last.wantExit(t, 0)
	if got := f.done(t); got != jobs || c.requests() != jobs {
		t.Errorf("%d posts of %d, %d requests\n%s", got, jobs, c.requests(), last.tail())
	}
}

// readsOnly runs the commands that only read, and holds them to that.
func (f *folder) readsOnly(t *testing.T, addr string, ledger bool) {
	t.Helper()
	if !ledger {
		// There is nothing to read but a plan of what would be made.
		f.reads(t, addr, "plan", "topics.csv")
		return
	}
	for _, args := range [][]string{
		{"status"}, {"show", "chaos-topic-1000"}, {"verify"}, {"plan", "topics.csv"}, {"report", "--to", filepath.Join(f.temp, "report")},
		{"report", "--json"},
	} {
		f.reads(t, addr, args...)
	}
}

func (f *folder) reads(t *testing.T, addr string, args ...string) {
	t.Helper()
	before := f.listing(t)
	cmd := exec.Command(program, args...)
	cmd.Dir = f.dir
	cmd.Env = f.command(addr).Env
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("nightpress %s on a full disk: %v\n%s", strings.Join(args, " "), err, out)
	}
	if after := f.listing(t); !slices.Equal(before, after) {
		t.Errorf("nightpress %s changed the folder from %q to %q", strings.Join(args, " "), before, after)
	}
}

// listing names every file below the posts, with its size.
func (f *folder) listing(t *testing.T) (all []string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(f.dir, "posts"), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			all = append(all, fmt.Sprintf("%s %d", path, info.Size()))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
