package output_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/output"
)

// crash saves a result whose process ends between the file and its entry, and
// returns the sink of the next process.
func crash(t *testing.T, s *output.Sink, r *record.Result) *output.Sink {
	t.Helper()
	gone, err := ledger.Open(filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := gone.Close(); err != nil {
		t.Fatal(err)
	}
	killed := &output.Sink{Folder: s.Folder, Ledger: gone, RunID: s.RunID}
	if _, err := killed.Save(t.Context(), r); err == nil {
		t.Fatal("the entry was written to a ledger that is closed")
	}
	return &output.Sink{Folder: s.Folder, Ledger: s.Ledger, RunID: s.RunID + 1, KeepReplies: s.KeepReplies, Now: s.Now}
}

func TestAPostWhoseRunWasKilledBeforeTheCommitIsKnownAsOurs(t *testing.T) {
	dir := t.TempDir()
	s := sink(t, dir)
	s = crash(t, s, result("aaaaaaaaaa", "One", "first"))
	own, err := s.Folder.Own("small", "cats")
	if err != nil || own == nil || own.ID != "aaaaaaaaaa" || own.Words != 1 {
		t.Fatalf("%+v, %v", own, err)
	}
	j := &batch.Job{ID: "aaaaaaaaaa", Topic: "Cats", Slug: "cats", Model: llm.Model{Name: "small:latest", Label: "small", Digest: "d"}}
	m := s.Reconciler()
	if err := m.Adopt(j, own); err != nil {
		t.Fatal(err)
	}
	if err := m.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	row, err := s.Ledger.Current(t.Context(), "small", "cats")
	if err != nil || row == nil || row.Status != record.Done || row.SHA256 != own.Files.SHA256 {
		t.Errorf("%+v, %v", row, err)
	}
}

func TestAnotherJobsUncommittedPostIsReplacedAndNotTakenForAnEdit(t *testing.T) {
	dir := t.TempDir()
	s := sink(t, dir)
	s = crash(t, s, result("aaaaaaaaaa", "One", "first"))
	r := result("bbbbbbbbbb", "Two", "second")
	if err := save(t, s, r); err != nil || r.Status != record.Done {
		t.Fatalf("%s, %v", r.Status, err)
	}
	if got := read(t, filepath.Join(dir, ".nightpress", "replaced", "small", "cats-aaaaaaaa.md")); !strings.Contains(got, "first") {
		t.Error(got)
	}
}

func TestAnyChangeToAPostMakesItThePersons(t *testing.T) {
	dir := t.TempDir()
	s := sink(t, dir)
	if err := save(t, s, result("a", "One", "first  sum: \"0123456789abcdef\"")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "small", "cats.md")
	whole := read(t, path)
	for i := range whole {
		if i%7 != 0 {
			continue
		}
		edited := whole[:i] + string(whole[i]^1) + whole[i+1:]
		if err := os.WriteFile(path, []byte(edited), 0o666); err != nil {
			t.Fatal(err)
		}
		if own, err := s.Folder.Own("small", "cats"); own != nil || err != nil {
			t.Fatalf("changed at byte %d: %+v, %v", i, own, err)
		}
	}
}

func TestNoReplacedPostIsEverLost(t *testing.T) {
	dir := t.TempDir()
	s := sink(t, dir)
	s.OverwriteEdited = true
	for _, mine := range []string{"my first", "my second"} {
		if err := save(t, s, result("aaaaaaaaaa", "One", "first")); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "small", "cats.md"), []byte(mine), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := save(t, s, result("aaaaaaaaaa", "One", "first")); err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(dir, ".nightpress", "replaced", "small")
	if read(t, filepath.Join(kept, "cats-edited.md")) != "my first" || read(t, filepath.Join(kept, "cats-edited-2.md")) != "my second" {
		t.Error("an edited post is lost")
	}
}

func TestAPostThatWasReplacedComesBackWithoutARequest(t *testing.T) {
	dir := t.TempDir()
	s := sink(t, dir)
	for _, r := range []*record.Result{result("aaaaaaaaaa", "One", "first"), result("bbbbbbbbbb", "Two", "second")} {
		if err := save(t, s, r); err != nil {
			t.Fatal(err)
		}
	}
	old, err := s.Ledger.Job(t.Context(), "aaaaaaaaaa")
	if err != nil {
		t.Fatal(err)
	}
	from, err := s.Folder.Replaced("small", "cats", old.ID, old.SHA256)
	if err != nil || from == "" {
		t.Fatalf("%q, %v", from, err)
	}
	j := &batch.Job{ID: old.ID, Topic: "Cats", Slug: "cats", Model: llm.Model{Name: "small:latest", Label: "small", Digest: "d"}}
	m := s.Reconciler()
	if err := m.Restore(t.Context(), j, from); err != nil {
		t.Fatal(err)
	}
	if err := m.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := read(t, filepath.Join(dir, "small", "cats.md")); !strings.Contains(got, "first") {
		t.Error(got)
	}
	if got := read(t, filepath.Join(dir, ".nightpress", "replaced", "small", "cats-bbbbbbbb.md")); !strings.Contains(got, "second") {
		t.Error(got)
	}
	if row, err := s.Ledger.Current(t.Context(), "small", "cats"); err != nil || row.ID != "aaaaaaaaaa" {
		t.Errorf("%+v, %v", row, err)
	}
}
