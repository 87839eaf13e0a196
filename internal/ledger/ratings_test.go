package ledger_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/record"
)

func nothingSkipped(ledger.Duel) bool { return false }

// rated opens a ledger with posts of n topics by each label.
func rated(tb testing.TB, n int, labels ...string) *ledger.Ledger {
	tb.Helper()
	l, err := ledger.Open(filepath.Join(tb.TempDir(), "ledger.db"))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = l.Close() })
	var entries []ledger.Entry
	for _, label := range labels {
		for i := range n {
			entries = append(entries, ledger.Entry{Result: &record.Result{
				ID: fmt.Sprintf("%s-%d", label, i), Topic: fmt.Sprint("Topic ", i), Slug: fmt.Sprint("topic-", i), Label: label, Status: record.Done,
			}})
		}
	}
	if err := l.Commit(tb.Context(), 1, entries); err != nil {
		tb.Fatal(err)
	}
	return l
}

func TestRatersAreGivenEachDuelOnceAndAllModelsAlike(t *testing.T) {
	l := rated(t, 3, "a", "b", "c")
	times := map[string]int{}
	for n := range 9 {
		d, found, err := l.Next(t.Context(), ledger.Person, tallies(t, l), nothingSkipped)
		if err != nil || !found {
			t.Fatal(n, err)
		}
		times[d.A.Label+d.B.Label]++
		for _, k := range times {
			if k > n/3+1 {
				t.Errorf("after %d duels: %v", n+1, times)
			}
		}
		if _, err := l.Rate(t.Context(), ledger.Rating{Rater: ledger.Person, Duel: d, Tie: n == 0}); err != nil {
			t.Fatal(err)
		}
	}
	if d, found, err := l.Next(t.Context(), ledger.Person, tallies(t, l), nothingSkipped); found || err != nil {
		t.Errorf("a tenth duel of nine: %+v, %v", d, err)
	}
}

// What one rater has answered is still asked of another, and does not count as
// the other's.
func TestARaterIsNotAnother(t *testing.T) {
	l := rated(t, 1, "a", "b")
	d, found, err := l.Next(t.Context(), ledger.Person, tallies(t, l), nothingSkipped)
	if err != nil || !found {
		t.Fatal(found, err)
	}
	if _, err := l.Rate(t.Context(), ledger.Rating{Rater: "somebody else", Duel: d}); err != nil {
		t.Fatal(err)
	}
	if all := tallies(t, l); len(all) != 1 || all[0].Rated != 0 {
		t.Errorf("another's answer counts as %s's: %+v", ledger.Person, all)
	}
	if again, found, err := l.Next(t.Context(), ledger.Person, tallies(t, l), nothingSkipped); err != nil || !found || again.Slug != d.Slug {
		t.Errorf("the duel is not asked again: %+v, %t, %v", again, found, err)
	}
	if all, err := l.Tallies(t.Context(), "somebody else"); err != nil || len(all) != 1 || all[0].Rated != 1 {
		t.Errorf("the other has %+v, %v", all, err)
	}
}

func TestARatingIsKeptUntilItsPostIsMadeAgainOrItIsTakenBack(t *testing.T) {
	l := rated(t, 2, "a", "b")
	count := func() (n int) {
		for r, err := range l.Ratings(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if r.Rater != ledger.Person || r.Time == "" || r.A.Label == r.B.Label || r.Topic == "" {
				t.Errorf("%+v", r)
			}
			n++
		}
		return n
	}
	var ids []int64
	for range 2 {
		d, _, err := l.Next(t.Context(), ledger.Person, tallies(t, l), nothingSkipped)
		if err != nil {
			t.Fatal(err)
		}
		id, err := l.Rate(t.Context(), ledger.Rating{Rater: ledger.Person, Duel: d})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	if n := count(); n != 2 {
		t.Fatalf("%d ratings", n)
	}
	if err := l.Unrate(t.Context(), ids[1]); err != nil || count() != 1 {
		t.Errorf("%d ratings after one was taken back, %v", count(), err)
	}
	for i := range 2 {
		again := &record.Result{ID: fmt.Sprint("new", i), Slug: fmt.Sprint("topic-", i), Label: "a", Status: record.Done}
		if err := l.Commit(t.Context(), 2, []ledger.Entry{{Result: again}}); err != nil {
			t.Fatal(err)
		}
	}
	if n := count(); n != 0 {
		t.Errorf("%d ratings of posts that do not stand any more", n)
	}
	if d, found, err := l.Next(t.Context(), ledger.Person, tallies(t, l), nothingSkipped); !found || err != nil {
		t.Errorf("the new posts are not compared: %+v, %v", d, err)
	}
}

func TestSkippedDuelsAndUnwantedModelsAreNotDrawn(t *testing.T) {
	l := rated(t, 4, "a", "b", "c")
	d, found, err := l.Next(t.Context(), ledger.Person, tallies(t, l)[1:2], func(d ledger.Duel) bool { return d.Slug != "topic-2" })
	if !found || err != nil || d.Slug != "topic-2" || d.A.Label != "a" || d.B.Label != "c" {
		t.Errorf("%+v, %v", d, err)
	}
}

func tallies(tb testing.TB, l *ledger.Ledger) []ledger.Tally {
	tb.Helper()
	all, err := l.Tallies(tb.Context(), ledger.Person)
	if err != nil {
		tb.Fatal(err)
	}
	return all
}

// Five models with 5,000 topics each.
func BenchmarkNext(b *testing.B) {
	l := rated(b, 5000, "a", "b", "c", "d", "e")
	all := tallies(b, l)
	for b.Loop() {
		if _, found, err := l.Next(b.Context(), ledger.Person, all, nothingSkipped); !found || err != nil {
			b.Fatal(err)
		}
	}
}
