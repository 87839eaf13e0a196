//go:build unix

package output_test

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/output"
)

// irregular makes one of each kind of file that is not regular.
var irregular = map[string]func(t *testing.T, path string) error{
	"is a folder":     func(_ *testing.T, path string) error { return os.Mkdir(path, 0o777) },
	"is a named pipe": func(_ *testing.T, path string) error { return syscall.Mkfifo(path, 0o666) },
	"is a symbolic link": func(t *testing.T, path string) error {
		target := filepath.Join(t.TempDir(), "mine.md")
		return errors.Join(os.WriteFile(target, []byte("mine"), 0o666), os.Symlink(target, path))
	},
	"is a socket": func(t *testing.T, path string) error {
		// A socket's path may have 104 bytes.
		t.Chdir(filepath.Dir(path))
		l, err := net.Listen("unix", filepath.Base(path))
		if err == nil {
			t.Cleanup(func() { _ = l.Close() })
		}
		return err
	},
}

func TestAnythingButAFileInAPostsLocationConcernsThatPostAlone(t *testing.T) {
	for what, put := range irregular {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			s := sink(t, dir)
			if err := save(t, s, result("aaaaaaaaaa", "One", "first")); err != nil {
				t.Fatal(err)
			}
			post := filepath.Join(dir, "small", "cats.md")
			if err := errors.Join(os.Remove(post), put(t, post)); err != nil {
				t.Fatal(err)
			}
			_, _, _, statErr := s.Folder.Stat("small", "cats")
			_, _, hashErr := s.Folder.Hash("small", "cats")
			_, ownErr := s.Folder.Own("small", "cats")
			_, _, readErr := s.Folder.Read("small", "cats")
			for _, err := range []error{statErr, hashErr, ownErr, readErr} {
				var blocked *output.BlockedError
				if !errors.As(err, &blocked) || blocked.What != what || !strings.Contains(err.Error(), post) || blocked.Hint() == "" {
					t.Errorf("error: %v", err)
				}
			}
			r := result("bbbbbbbbbb", "Two", "second")
			s.OverwriteEdited = true
			if err := save(t, s, r); err != nil || r.Status != record.SetAside || !strings.Contains(r.Reason, what) {
				t.Errorf("%s, %q, %v", r.Status, r.Reason, err)
			}
			other := result("cccccccccc", "Three", "third")
			other.Slug = "dogs"
			if err := save(t, s, other); err != nil || other.Status != record.Done {
				t.Errorf("another job: %s, %v", other.Status, err)
			}
			var found []output.Difference
			v := &output.Verifier{Folder: s.Folder, Ledger: s.Ledger}
			for d, err := range v.Differences(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				found = append(found, d)
			}
			if len(found) != 1 || found[0].Kind != output.Blocked || found[0].Slug != "cats" || found[0].Text != what {
				t.Errorf("differences: %+v", found)
			}
		})
	}
}

func TestLinksInsideTheInnerFolderAreNeverFollowed(t *testing.T) {
	for _, name := range []string{"", "tmp", "rejected", "replaced", "lock", "ledger.db", "ledger.db-wal"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			mine := filepath.Join(dir, "mine")
			target := filepath.Join(mine, "note.md")
			at := filepath.Join(dir, ".nightpress", name)
			if err := errors.Join(os.Mkdir(mine, 0o777), os.WriteFile(target, []byte("mine"), 0o666), os.MkdirAll(filepath.Dir(at), 0o777)); err != nil {
				t.Fatal(err)
			}
			to := mine
			if strings.HasPrefix(name, "l") {
				to = target
			}
			rel, err := filepath.Rel(filepath.Dir(at), to)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(rel, at); err != nil {
				t.Fatal(err)
			}
			for _, open := range []func() error{
				func() error { _, err := output.OpenToWrite(t.Context(), dir, "test"); return err },
				func() error { _, err := output.Look(t.Context(), dir); return err },
			} {
				if err := open(); !errors.As(err, new(*output.BlockedError)) || !strings.Contains(err.Error(), "is a symbolic link") {
					t.Errorf("error: %v", err)
				}
			}
			if got := read(t, target); got != "mine" {
				t.Errorf("what the link leads to: %q", got)
			}
		})
	}
}

func TestNoLinkDeepInsideTheInnerFolderIsFollowed(t *testing.T) {
	dir := t.TempDir()
	s := sink(t, dir)
	mine := filepath.Join(dir, "mine", "cats")
	if err := errors.Join(os.MkdirAll(mine, 0o777), os.WriteFile(filepath.Join(mine, "note.md"), []byte("mine"), 0o666)); err != nil {
		t.Fatal(err)
	}
	for _, in := range []string{"rejected", "replaced"} {
		at := filepath.Join(dir, ".nightpress", in)
		if err := errors.Join(os.MkdirAll(at, 0o777), os.Symlink("../../mine", filepath.Join(at, "small"))); err != nil {
			t.Fatal(err)
		}
	}
	r := result("a", "One", "first")
	r.Status, r.Post = record.Rejected, nil
	if err := save(t, s, r); err != nil {
		t.Error(err)
	}
	for _, r := range []*record.Result{result("aaaaaaaaaa", "One", "first"), result("bbbbbbbbbb", "Two", "second")} {
		if err := save(t, s, r); err != nil {
			t.Error(err)
		}
	}
	if found, _ := os.ReadDir(filepath.Join(dir, "mine")); len(found) != 1 {
		t.Errorf("written through a link: %v", found)
	}
	if read(t, filepath.Join(mine, "note.md")) != "mine" {
		t.Error("removed through a link")
	}
}
