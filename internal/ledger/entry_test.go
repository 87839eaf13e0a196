package ledger_test

import (
	"path/filepath"
	"testing"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
)

func open(t testing.TB) (*ledger.Ledger, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ledger.db")
	l, err := ledger.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l, path
}

func job(id string) *batch.Job {
	return &batch.Job{ID: id, Topic: "Cats", Slug: "cats", Model: llm.Model{Name: "small:latest", Label: "small", Digest: "d"}}
}

func kept(id string, n int) ledger.Entry {
	return ledger.Entry{Job: job(id), Attempt: &record.Attempt{N: n, Seed: int64(n), Reply: "raw", Error: "cut"}}
}

// ended is a job's result, with a post when done.
func ended(id string, status record.Status, earlier int, attempts ...record.Attempt) ledger.Entry {
	res := &record.Result{ID: id, Topic: "Cats", Slug: "cats", Label: "small", Model: "small:latest", Digest: "d", Prompt: "p", Status: status, Attempts: attempts, Earlier: earlier}
	r := ledger.Entry{Result: res}
	if status == record.Done {
		res.Post = &contract.Post{Words: 3}
		r.Files = ledger.Files{Path: "small/cats.md", SHA256: "abc", Size: 10, Modified: 5}
	}
	return r
}

func commit(t testing.TB, l *ledger.Ledger, run int64, records ...ledger.Entry) {
	t.Helper()
	if err := l.Commit(t.Context(), run, records); err != nil {
		t.Fatal(err)
	}
}

func past(t *testing.T, l *ledger.Ledger, id string) []record.Attempt {
	t.Helper()
	p, err := l.Past(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAttemptsOfAnInterruptedJobCountOverRunsUntilItHasEnded(t *testing.T) {
	l, _ := open(t)
	commit(t, l, 1, kept("a", 1))
	commit(t, l, 2, kept("a", 2))
	p := past(t, l, "a")
	if len(p) != 2 || p[0].N != 1 || p[1].N != 2 || p[1].Reply != "raw" {
		t.Fatalf("past: %+v", p)
	}
	if j, err := l.Job(t.Context(), "a"); err != nil || j.Status != record.Pending || j.Attempts != 2 {
		t.Errorf("%+v, %v", j, err)
	}
	commit(t, l, 3, ended("a", record.Rejected, 2, append(p, record.Attempt{N: 3, Reply: "raw 3"})...))
	if p := past(t, l, "a"); len(p) != 0 {
		t.Errorf("the attempts of an ended job still count: %+v", p)
	}
	if j, err := l.Job(t.Context(), "a"); err != nil || j.Status != record.Rejected || j.Attempts != 3 {
		t.Errorf("%+v, %v", j, err)
	}
	if all, err := l.Attempts(t.Context(), "a"); err != nil || len(all) != 3 || all[2].Reply != "raw 3" {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestAJobThatIsBegunAnewHasAllItsAttempts(t *testing.T) {
	l, _ := open(t)
	commit(t, l, 1, kept("a", 1), ended("a", record.Done, 0, record.Attempt{N: 1}, record.Attempt{N: 2}))
	commit(t, l, 2, kept("a", 1))
	if p := past(t, l, "a"); len(p) != 1 || p[0].N != 1 {
		t.Errorf("past: %+v", p)
	}
	commit(t, l, 3, ended("a", record.SetAside, 1, past(t, l, "a")...))
	if p := past(t, l, "a"); len(p) != 1 {
		t.Errorf("past of a job whose model was set aside: %+v", p)
	}
}

func TestRepliesOfAJobWithAPostAreKeptOnlyWhereAllAre(t *testing.T) {
	for _, keepAll := range []bool{false, true} {
		l, _ := open(t)
		commit(t, l, 1, kept("a", 1))
		r := ended("a", record.Done, 0, record.Attempt{N: 1, Reply: "raw"}, record.Attempt{N: 2, Reply: "raw"})
		r.KeepReplies = keepAll
		commit(t, l, 1, r)
		all, err := l.Attempts(t.Context(), "a")
		if err != nil || len(all) != 2 {
			t.Fatalf("%+v, %v", all, err)
		}
		for _, a := range all {
			if (a.Reply != "") != keepAll {
				t.Errorf("keep all %t: attempt %d has reply %q", keepAll, a.N, a.Reply)
			}
		}
	}
}
