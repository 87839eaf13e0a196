package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/nightpress/nightpress/internal/ledger"
)

// readers are the commands that only read a ledger.
var readers = []string{
	"status", "status --json", "show tides", "verify", "plan topics.csv -m m", "report --json", "report --csv",
}

// files are the names and contents below a folder.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		all[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	delete(all, "posts/ballast")
	return all
}

func read(t *testing.T, where string, wantRuns int) {
	t.Helper()
	before := files(t, "posts")
	for _, line := range readers {
		code, out, said := tell(t, strings.Fields(line)...)
		if code != 0 {
			t.Errorf("%s: %s: exit %d\n%s", where, line, code, said)
		}
		if line == "status --json" && !strings.Contains(out, fmt.Sprintf(`"runs":%d`, wantRuns)) {
			t.Errorf("%s: not %d runs: %s", where, wantRuns, out)
		}
	}
	after := files(t, "posts")
	if names, now := slices.Sorted(maps.Keys(before)), slices.Sorted(maps.Keys(after)); !slices.Equal(names, now) {
		t.Errorf("%s: %d files, then %d:\n%q", where, len(names), len(now), now)
	}
	for name, text := range before {
		if after[name] != text {
			t.Errorf("%s: %s has changed", where, name)
		}
	}
}

// killed leaves a ledger as a run does that was killed: a run that is committed
// to the log alone.
func killed(t *testing.T) {
	t.Helper()
	l, err := ledger.Open(ledgerPath)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.BeginRun(t.Context(), "nightpress run", "h", "v"); err != nil {
		t.Fatal(err)
	}
	for _, end := range []string{"", "-wal", "-shm"} {
		file, err := os.ReadFile(ledgerPath + end)
		if err == nil {
			err = os.WriteFile("kept"+end, file, 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for _, end := range []string{"", "-wal", "-shm"} {
		file, err := os.ReadFile("kept" + end)
		if err == nil {
			err = os.WriteFile(ledgerPath+end, file, 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestALedgerIsReadOnAFullDiskAndInAFolderThatIsReadOnly(t *testing.T) {
	posted(t)
	read(t, "at rest", 1)
	if os.Geteuid() != 0 {
		t.Skip("only root may mount a small file system")
	}
	move := func(from, to string) {
		if err := os.CopyFS(to, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
	}
	move("posts", "whole")
	if err := syscall.Mount("tmpfs", "posts", "tmpfs", 0, "size=8m"); err != nil {
		t.Skipf("mount: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount("posts", syscall.MNT_DETACH) })
	move("whole", "posts")
	full := func() {
		fill(t, "posts/ballast", 0)
	}
	readOnly := func(how uintptr) {
		if err := syscall.Mount("", "posts", "", syscall.MS_REMOUNT|how, ""); err != nil {
			t.Fatal(err)
		}
	}
	full()
	read(t, "a full disk", 1)
	readOnly(syscall.MS_RDONLY)
	read(t, "a read-only folder", 1)
	readOnly(0)
	if err := os.Remove("posts/ballast"); err != nil {
		t.Fatal(err)
	}
	killed(t)
	full()
	read(t, "after a kill, a full disk", 2)
	readOnly(syscall.MS_RDONLY)
	read(t, "after a kill, a read-only folder", 2)
	readOnly(0)
	for _, gone := range []string{"posts/ballast", ledgerPath + "-shm"} {
		if err := os.Remove(gone); err != nil {
			t.Fatal(err)
		}
	}
	read(t, "after a kill, without the index", 2)
}
