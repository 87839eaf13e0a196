//go:build unix

package output_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/output"
	"golang.org/x/sys/unix"
)

// limitFiles lets no file grow beyond size until the returned function is
// called, as a quota or a full disk would. It needs no privileges.
func limitFiles(t *testing.T, size uint64) (lift func()) {
	t.Helper()
	var was unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	now := was
	now.Cur = size
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &now); err != nil {
		t.Fatal(err)
	}
	lift = func() {
		if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &was); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(lift)
	return lift
}

// alone runs the test in a process of its own, and reports whether it did: a
// limit on files would concern go test's own log too.
func alone(t *testing.T) bool {
	t.Helper()
	const variable = "NIGHTPRESS_TEST_ALONE"
	if os.Getenv(variable) != "" {
		return false
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), variable+"=1")
	if said, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(said), "PASS") {
		t.Errorf("%v\n%s", err, said)
	}
	return true
}

func TestAPostThatFindsNoSpaceLeavesWhatWasThereAndSaysWhatToFree(t *testing.T) {
	if alone(t) {
		return
	}
	dir := t.TempDir()
	s := sink(t, dir)
	if err := save(t, s, result("aaaaaaaaaa", "One", "first")); err != nil {
		t.Fatal(err)
	}
	before := read(t, filepath.Join(dir, "small", "cats.md"))

	lift := limitFiles(t, 4096)
	err := save(t, s, result("bbbbbbbbbb", "Two", strings.Repeat("long ", 5000)))
	lift()
	var full *output.SpaceError
	if !errors.As(err, &full) || full.Free < 0 || full.Need == 0 || !strings.Contains(full.Hint(), dir) || !errors.Is(err, unix.EFBIG) {
		t.Fatalf("error: %v", err)
	}
	if read(t, filepath.Join(dir, "small", "cats.md")) != before {
		t.Error("the post that stood there is no longer the same")
	}
	if left, _ := os.ReadDir(filepath.Join(dir, ".nightpress", "tmp")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if j, err := s.Ledger.Job(t.Context(), "bbbbbbbbbb"); err != nil || j != nil {
		t.Errorf("a row without a file: %+v, %v", j, err)
	}
	r := result("bbbbbbbbbb", "Two", "second")
	if err := save(t, s, r); err != nil || r.Status != record.Done {
		t.Errorf("once there is space: %s, %v", r.Status, err)
	}
}

func TestAnEntryThatFindsNoSpaceIsMadeUpForByThePostItself(t *testing.T) {
	if alone(t) {
		return
	}
	dir := t.TempDir()
	s := sink(t, dir)
	if err := save(t, s, result("aaaaaaaaaa", "One", "first")); err != nil {
		t.Fatal(err)
	}
	r := result("bbbbbbbbbb", "Two", "second")
	// A post is shorter, the ledger's log is longer.
	lift := limitFiles(t, 4096)
	_, err := s.Save(t.Context(), r)
	lift()
	var denied *output.WriteError
	if !errors.As(err, &denied) || denied.Hint() == "" {
		t.Fatalf("error: %v", err)
	}
	// The post is in place, its row is not: the post itself says whose it is.
	own, err := s.Folder.Own("small", "cats")
	if err != nil || own == nil || own.ID != "bbbbbbbbbb" {
		t.Fatalf("%+v, %v", own, err)
	}
	if err := s.Ledger.Integrity(t.Context()); err != nil {
		t.Error(err)
	}
	if err := save(t, s, r); err != nil {
		t.Errorf("once there is space: %v", err)
	}
}

func TestAFolderThatCannotBeWrittenToSaysSo(t *testing.T) {
	if os.Getuid() == 0 {
		// Root may write everywhere, so the reason is told of the error alone.
		err := error(&output.WriteError{Dir: "posts", Err: unix.EROFS})
		if !strings.Contains(err.Error(), "read-only") {
			t.Error(err)
		}
		return
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	var denied *output.WriteError
	if _, err := output.Open(dir, "test"); !errors.As(err, &denied) || denied.Hint() == "" {
		t.Errorf("error: %v", err)
	}
}
