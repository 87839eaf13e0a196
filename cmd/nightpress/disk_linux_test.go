package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/scripted"
)

// command runs one command line in this process.
func command(t *testing.T, args ...string) (code int, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	a := &app{args: append([]string{"nightpress"}, args...), stdin: strings.NewReader(""), stdout: &out, stderr: &errs, getenv: os.Getenv, environ: os.Environ, wall: time.Now}
	return a.run(t.Context()), errs.String()
}

func TestAFullDiskIsNoUsageErrorWhereverItIsMetFirst(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root may mount a small file system")
	}
	server, err := scripted.Start("m:latest", "n:latest")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Away)
	t.Chdir(t.TempDir())
	t.Setenv("OLLAMA_HOST", server.Host())
	for name, text := range map[string]string{
		"topics.csv":  "topic\nCats\n",
		"models.toml": "[run]\non_finish = 'echo saw $NIGHTPRESS_EXIT_CODE >&2'\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir("posts", 0o777); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", "posts", "tmpfs", 0, "size=64m"); err != nil {
		t.Skipf("mount: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount("posts", syscall.MNT_DETACH) })
	if code, said := command(t, "run", "topics.csv", "-m", "m"); code != 0 {
		t.Fatalf("exit %d\n%s", code, said)
	}
	// The pages that are free decide which write is the first to fail.
	for free := range 24 {
		fill(t, filepath.Join("posts", "ballast"), int64(free)*4096)
		code, said := command(t, "run", "topics.csv", "-m", "n", "-q")
		if code != 1 || !strings.Contains(said, "no disk space for more posts in posts") ||
			!strings.Contains(said, "hint: free at least") || !strings.Contains(said, "saw 1") {
			t.Errorf("%d pages free: exit %d\n%s", free, code, said)
		}
		if err := os.Remove(filepath.Join("posts", "ballast")); err != nil {
			t.Fatal(err)
		}
	}
	// A disk that is mounted read-only meanwhile.
	if err := syscall.Mount("", "posts", "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	code, said := command(t, "run", "topics.csv", "-m", "n", "-q")
	if code != 1 || !strings.Contains(said, "mounted read-only") || !strings.Contains(said, "saw 1") {
		t.Errorf("read-only: exit %d\n%s", code, said)
	}
}

// fill writes to path until only so many bytes are free.
func fill(t *testing.T, path string, free int64) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 4096)
	size := int64(0)
	for ; err == nil; size += int64(len(block)) {
		_, err = f.Write(block)
	}
	if err := f.Truncate(max(0, size-int64(len(block))-free)); err != nil {
		t.Fatal(fmt.Errorf("give %d bytes back: %w", free, err))
	}
}

func TestADiskThatIsNearlyFullIsToldOnce(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root may mount a small file system")
	}
	server, err := scripted.Start("m:latest")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Away)
	t.Chdir(topicsFile(t, "Tides", "Waves", "Foam"))
	t.Setenv("OLLAMA_HOST", server.Host())
	if err := os.WriteFile("models.toml", []byte("[run]\non_event = 'echo \"$NIGHTPRESS_EVENT|$NIGHTPRESS_TEXT\" >> events'\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir("posts", 0o777); err != nil {
		t.Fatal(err)
	}
	// Enough for all of the posts, and little more.
	if err := syscall.Mount("tmpfs", "posts", "tmpfs", 0, "size=64m"); err != nil {
		t.Skipf("mount: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount("posts", syscall.MNT_DETACH) })
	// A minute passes each time that somebody looks at the clock.
	var minutes atomic.Int64
	var errs bytes.Buffer
	a := &app{args: []string{"nightpress", "run", "topics.csv", "-m", "m", "-j", "1", "-q"}, stdin: strings.NewReader(""), stdout: &bytes.Buffer{}, stderr: &errs, getenv: os.Getenv, environ: os.Environ,
		wall: time.Now, clock: func() time.Time { return time.Now().Add(time.Duration(minutes.Add(1)) * time.Minute) }}
	if code := a.run(t.Context()); code != 0 {
		t.Fatalf("exit %d\n%s", code, &errs)
	}
	text, err := os.ReadFile("events")
	want := regexp.MustCompile(`^disk_nearly_full\|the disk is nearly full: 3 posts need about [\d.]+ MB, and [\d.]+ MB are free where posts is\ndone\|3 of 3 posts there: everything requested exists\n$`)
	if err != nil || !want.Match(text) {
		t.Errorf("events: %q (%v)", text, err)
	}
}
