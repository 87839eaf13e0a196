package output_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/output"
	"pgregory.net/rapid"
)

func sink(t *testing.T, dir string) *output.Sink {
	t.Helper()
	f, err := output.Open(dir, "test")
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.Open(f.LedgerPath())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(l.Close(), f.Close()); err != nil {
			t.Error(err)
		}
	})
	return &output.Sink{Folder: f, Ledger: l, RunID: 1, KeepReplies: true, Now: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }}
}

func result(id, title, body string) *record.Result {
	return &record.Result{
		ID: id, Topic: "Cats", Slug: "cats", Label: "small", Model: "small:latest", Digest: "d", Prompt: "p", Status: record.Done,
		Post: &contract.Post{Fields: []contract.Value{
			{Key: "title", Text: title}, {Key: "description", Text: title}, {Key: "tags", List: []string{title, "yes"}}, {Key: "mood", Text: "null"},
		}, Body: body, Words: 2},
		Attempts: []record.Attempt{{N: 1, Seed: 7, Reply: "raw " + title}},
	}
}

// save saves a result.
func save(t *testing.T, s *output.Sink, r *record.Result) error {
	t.Helper()
	_, err := s.Save(t.Context(), r)
	return err
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAnyTitleSurvivesTheFrontMatter(t *testing.T) {
	titles := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
		`"quoted": and: colons`, "---", "@at", "%percent", "yes", "null", "12:30:45", "1_000", "2026-01-01", "=", "~", "- item", "# no comment",
		"emoji 🎉", "{{< x >}}", "tab\there", "back\\slash", "'single'", "[list]", "!tag", "&anchor", "*alias", "|", ">",
	}))
	s := sink(t, t.TempDir())
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		title := strings.ToValidUTF8(titles.Draw(rt, "title"), "?")
		dir, err := os.MkdirTemp(t.TempDir(), "x")
		if err != nil {
			rt.Fatal(err)
		}
		f, err := output.Open(dir, "test")
		if err != nil {
			rt.Fatal(err)
		}
		defer f.Close()
		n++
		res := result(strings.Repeat("a", n%50+1)+string(rune('a'+n%26)), title, "Body\n\n---\n\nmore")
		if _, err := (&output.Sink{Folder: f, Ledger: s.Ledger, RunID: 1}).Save(context.Background(), res); err != nil {
			rt.Fatal(err)
		}
		file, err := os.ReadFile(filepath.Join(dir, "small", "cats.md"))
		if err != nil {
			rt.Fatal(err)
		}
		meta, body, err := output.Decode(file)
		if err != nil {
			rt.Fatalf("%v\n%s", err, file)
		}
		if title != "" && meta["title"] != title || meta["mood"] != "null" || body != "Body\n\n---\n\nmore" {
			rt.Fatalf("title %q came back as %#v, body %q", title, meta["title"], body)
		}
	})
}

func TestASecondJobReplacesThePostAndTheFirstIsKept(t *testing.T) {
	dir := t.TempDir()
	s := sink(t, dir)
	for _, r := range []*record.Result{result("aaaaaaaaaa", "One", "first"), result("bbbbbbbbbb", "Two", "second")} {
		if err := save(t, s, r); err != nil {
			t.Fatal(err)
		}
	}
	if got := read(t, filepath.Join(dir, "small", "cats.md")); !strings.Contains(got, "second") {
		t.Error(got)
	}
	if got := read(t, filepath.Join(dir, ".nightpress", "replaced", "small", "cats-aaaaaaaa.md")); !strings.Contains(got, "first") {
		t.Error(got)
	}
}

func TestAFileOfSomebodyElseStaysAndIsNoPost(t *testing.T) {
	dir := t.TempDir()
	s := sink(t, dir)
	post := filepath.Join(dir, "small", "cats.md")
	if err := os.MkdirAll(filepath.Dir(post), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(post, []byte("my own"), 0o666); err != nil {
		t.Fatal(err)
	}
	r := result("a", "One", "first")
	if err := save(t, s, r); err != nil || r.Status != record.SetAside || read(t, post) != "my own" {
		t.Errorf("%s, %v", r.Status, err)
	}
	if !strings.Contains(r.Reason, "cats.md is a file that nightpress did not write") {
		t.Errorf("the reason is %q", r.Reason)
	}
	s.OverwriteEdited = true
	r = result("b", "One", "first")
	if err := save(t, s, r); err != nil || r.Status != record.Done || read(t, post) == "my own" {
		t.Errorf("%s, %v", r.Status, err)
	}
	if read(t, filepath.Join(dir, ".nightpress", "replaced", "small", "cats-edited.md")) != "my own" {
		t.Error("the edited post is lost")
	}
}

func TestARejectedJobLeavesItsRepliesAndALaterPostTakesThemAway(t *testing.T) {
	dir := t.TempDir()
	s := sink(t, dir)
	r := result("a", "One", "first")
	r.Status, r.Post = record.Rejected, nil
	r.Attempts[0].Problems = []contract.Problem{{Code: contract.ProblemBodyShort, Line: 3, Message: "too short"}}
	if err := save(t, s, r); err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(dir, ".nightpress", "rejected", "small", "cats")
	if read(t, filepath.Join(kept, "attempt-1.txt")) != "raw One" || !strings.Contains(read(t, filepath.Join(kept, "attempt-1.problems.txt")), "line 3: body-short") {
		t.Error("what is kept is not what came")
	}
	attempts, err := s.Ledger.Attempts(t.Context(), "a")
	if err != nil || len(attempts) != 1 || attempts[0].Reply != "raw One" || attempts[0].Seed != 7 {
		t.Errorf("%+v, %v", attempts, err)
	}
	if err := save(t, s, result("a", "One", "first")); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(kept); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("still there: %v", err)
	}
}

func TestABlockedLocationSetsTheJobAsideAndKeepsItsReply(t *testing.T) {
	dir := t.TempDir()
	s := sink(t, dir)
	// A file where the label's folder should be: nothing can be written there,
	// not even by root.
	if err := os.WriteFile(filepath.Join(dir, "small"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	r := result("a", "One", "first")
	if err := save(t, s, r); err != nil || r.Status != record.SetAside || !strings.Contains(r.Reason, filepath.Join(dir, "small")+" is a file, not a folder") {
		t.Fatalf("%s, %q, %v", r.Status, r.Reason, err)
	}
	if got := read(t, filepath.Join(dir, ".nightpress", "rejected", "small", "cats", "attempt-1.txt")); got != "raw One" {
		t.Errorf("the reply that is kept: %q", got)
	}
	if left, _ := os.ReadDir(filepath.Join(dir, ".nightpress", "tmp")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	// The next run makes it, with all its attempts.
	if past, err := s.Ledger.Past(t.Context(), "a"); err != nil || len(past) != 0 {
		t.Errorf("past attempts: %+v, %v", past, err)
	}
	if err := os.Remove(filepath.Join(dir, "small")); err != nil {
		t.Fatal(err)
	}
	if err := save(t, s, result("a", "One", "first")); err != nil {
		t.Error(err)
	}
	if j, err := s.Ledger.Job(t.Context(), "a"); err != nil || j.Status != record.Done {
		t.Errorf("%+v, %v", j, err)
	}
}

func TestNoPathLeadsOutOfTheFolder(t *testing.T) {
	outside := t.TempDir()
	for _, to := range []string{outside, "other"} {
		dir := t.TempDir()
		s := sink(t, dir)
		if err := errors.Join(os.Mkdir(filepath.Join(dir, "other"), 0o777), os.Symlink(to, filepath.Join(dir, "small"))); err != nil {
			t.Fatal(err)
		}
		r := result("a", "One", "first")
		if err := save(t, s, r); err != nil || r.Status != record.SetAside || !strings.Contains(r.Reason, "is a symbolic link") {
			t.Errorf("%s, %q, %v", r.Status, r.Reason, err)
		}
		for _, d := range []string{outside, filepath.Join(dir, "other")} {
			if found, _ := os.ReadDir(d); len(found) > 0 {
				t.Errorf("written through the link: %v", found)
			}
		}
	}
}

func TestOpenRemovesTheTemporaryFilesOfAKilledRun(t *testing.T) {
	dir := t.TempDir()
	left := filepath.Join(dir, ".nightpress", "tmp", "abc.tmp")
	own := filepath.Join(dir, "small", "notes.tmp")
	for _, p := range []string{left, own} {
		if err := os.MkdirAll(filepath.Dir(p), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte("half"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	f, err := output.Open(dir, "test")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := os.Stat(left); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("still there: %v", err)
	}
	if _, err := os.Stat(own); err != nil {
		t.Errorf("somebody's own file: %v", err)
	}
}
