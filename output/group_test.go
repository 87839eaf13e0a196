package output_test

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/output"
)

// numbered is a result with an ID, topic and slug of its own.
func numbered(n int) *record.Result {
	r := result(fmt.Sprintf("%010d", n), "One", fmt.Sprint("body ", n))
	r.Topic, r.Slug = fmt.Sprint("Topic ", n), fmt.Sprint("topic-", n)
	return r
}

// saveTogether saves results at the same time and returns their errors.
func saveTogether(t *testing.T, s *output.Sink, all []*record.Result) []error {
	t.Helper()
	errs := make([]error, len(all))
	var group sync.WaitGroup
	for i, r := range all {
		group.Go(func() { _, errs[i] = s.Save(t.Context(), r) })
	}
	group.Wait()
	return errs
}

// durable checks that a result has its file, and that the ledger knows it.
func durable(t *testing.T, s *output.Sink, r *record.Result) {
	t.Helper()
	sum, exists, err := s.Folder.Hash(r.Label, r.Slug)
	place, placeErr := s.Ledger.Post(t.Context(), r.Label, r.Slug)
	if err := errors.Join(err, placeErr); err != nil || !exists || place.Job != r.ID || place.SHA256 != sum {
		t.Errorf("%s: there is a file: %v, with the checksum %s; the ledger says %+v; %v", r.ID, exists, sum, place, err)
	}
}

func TestWhatIsSavedTogetherHasEachItsFileAndItsEntry(t *testing.T) {
	s := sink(t, t.TempDir())
	var all []*record.Result
	for n := range 40 {
		r := numbered(n)
		if r.Label = fmt.Sprint("label-", n%3); n%5 == 0 {
			r.Status, r.Post = record.Rejected, nil
		}
		all = append(all, r)
	}
	for i, err := range saveTogether(t, s, all) {
		r := all[i]
		if err != nil {
			t.Fatal(err)
		}
		if r.Status == record.Done {
			durable(t, s, r)
			continue
		}
		kept := filepath.Join(s.Folder.RejectedDir(r.Label), r.Slug)
		if read(t, filepath.Join(kept, "attempt-1.txt")) != "raw One" || !strings.Contains(read(t, filepath.Join(kept, "attempt-1.problems.txt")), r.Topic) {
			t.Errorf("%s: what is kept is not what came", r.ID)
		}
		if j, err := s.Ledger.Job(t.Context(), r.ID); err != nil || j.Status != record.Rejected || j.Attempts != 1 {
			t.Errorf("%+v, %v", j, err)
		}
	}
	if left, _ := os.ReadDir(filepath.Join(s.Folder.Dir(), ".nightpress", "tmp")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestWhatKeepsOneResultFromBeingSavedKeepsNoOther(t *testing.T) {
	dir := t.TempDir()
	s := sink(t, dir)
	foreign := filepath.Join(dir, "small", "topic-1.md")
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "small"), 0o777), os.WriteFile(foreign, []byte("my own"), 0o666), os.WriteFile(filepath.Join(dir, "blocked"), nil, 0o666)); err != nil {
		t.Fatal(err)
	}
	var all []*record.Result
	for n := range 30 {
		all = append(all, numbered(n))
	}
	all[2].Label = "blocked"
	all[3].Attempts[0].Seconds = math.NaN() // cannot be recorded
	errs := saveTogether(t, s, all)
	for i, r := range all {
		switch i {
		case 1, 2:
			if errs[i] != nil || r.Status != record.SetAside {
				t.Errorf("%d: %s, %v", i, r.Status, errs[i])
			}
		case 3:
			if errs[i] == nil || !strings.Contains(errs[i].Error(), r.ID) {
				t.Errorf("error: %v", errs[i])
			}
			if own, err := s.Folder.Own("small", r.Slug); err != nil || own == nil || own.ID != r.ID {
				t.Errorf("the next run does not find the post: %+v, %v", own, err)
			}
		default:
			if errs[i] != nil {
				t.Errorf("%d: %v", i, errs[i])
			}
			durable(t, s, r)
		}
	}
	if read(t, foreign) != "my own" {
		t.Error("the foreign file is gone")
	}
}

func TestResultsForOneLocationFollowEachOther(t *testing.T) {
	dir := t.TempDir()
	s := sink(t, dir)
	var all []*record.Result
	for n := range 12 {
		r := numbered(n)
		r.ID, r.Slug = fmt.Sprintf("%08d", n), "cats"
		all = append(all, r)
	}
	if err := errors.Join(saveTogether(t, s, all)...); err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	now, err := s.Folder.Own("small", "cats")
	if err != nil || now == nil {
		t.Fatalf("%+v, %v", now, err)
	}
	there[now.ID] = true
	files, err := filepath.Glob(filepath.Join(dir, ".nightpress", "replaced", "small", "cats-*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		there[strings.TrimSuffix(strings.TrimPrefix(filepath.Base(f), "cats-"), ".md")] = true
	}
	if len(there) != len(all) {
		t.Errorf("%d of %d posts are there: %v", len(there), len(all), there)
	}
	if place, err := s.Ledger.Post(t.Context(), "small", "cats"); err != nil || place.Job != now.ID {
		t.Errorf("%+v, %v; the post is %s's", place, err, now.ID)
	}
}

func TestAFolderThatWasRemovedEndsEverySave(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "posts")
	s := sink(t, dir)
	if err := os.Rename(dir, dir+"-moved"); err != nil {
		t.Skip(err) // Windows
	}
	var all []*record.Result
	for n := range 8 {
		all = append(all, numbered(n))
	}
	for _, err := range saveTogether(t, s, all) {
		if moved := new(output.MovedError); !errors.As(err, &moved) || !moved.Whole {
			t.Errorf("error: %v", err)
		}
	}
	if left, _ := os.ReadDir(filepath.Join(dir+"-moved", ".nightpress", "tmp")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
