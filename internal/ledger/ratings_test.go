package ledger_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/record"
)

// unrated returns a duel of two labels that the rater has not rated.
func unrated(tb testing.TB, l *ledger.Ledger, rater, criterion, a, b string) (ledger.Duel, bool) {
	tb.Helper()
	for d, err := range l.Unrated(tb.Context(), rater, criterion, a, b, "") {
		if err != nil {
			tb.Fatal(err)
		}
		return d, true
	}
	return ledger.Duel{}, false
}

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
				ID: fmt.Sprintf("%s-%d", label, i), Topic: fmt.Sprint("Topic ", i), Slug: fmt.Sprint("topic-", i), Label: label, Status: record.Done, Post: &contract.Post{Words: 100 + i},
			}})
		}
	}
	if err := l.Commit(tb.Context(), 1, entries); err != nil {
		tb.Fatal(err)
	}
	return l
}

// What one rater has answered is still asked of another, and does not count as
// the other's.
func TestARaterIsNotAnother(t *testing.T) {
	l := rated(t, 1, "a", "b")
	d, _ := unrated(t, l, ledger.Person, "", "a", "b")
	if _, err := l.Rate(t.Context(), ledger.Rating{Rater: "somebody else", Duel: d}); err != nil {
		t.Fatal(err)
	}
	if all := tallies(t, l); len(all) != 1 || all[0].Rated != 0 {
		t.Errorf("another's answer counts as %s's: %+v", ledger.Person, all)
	}
	if again, found := unrated(t, l, ledger.Person, "", "a", "b"); !found || again.Slug != d.Slug {
		t.Errorf("the duel is not asked again: %+v, %t", again, found)
	}
	if _, found := unrated(t, l, "somebody else", "", "a", "b"); found {
		t.Error("a rated duel is asked again")
	}
	// By another criterion, it is a new question.
	if _, found := unrated(t, l, "somebody else", "clarity", "a", "b"); !found {
		t.Error("a duel that was rated by one criterion is not asked by another")
	}
	if all, err := l.Tallies(t.Context(), "somebody else", "clarity"); err != nil || len(all) != 1 || all[0].Rated != 0 || all[0].Wins != 0 {
		t.Errorf("by another criterion: %+v, %v", all, err)
	}
	if names, err := l.Raters(t.Context()); err != nil || len(names) != 1 || names[0] != "somebody else" {
		t.Errorf("raters %v, %v", names, err)
	}
	if all, err := l.Tallies(t.Context(), "somebody else", ""); err != nil || len(all) != 1 || all[0].Rated != 1 {
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
			if r.Rater != ledger.Person || r.Time == "" || r.First != "b" || r.Comment != "dull" || r.A.Words == 0 || r.A.Label == r.B.Label || r.Topic == "" {
				t.Errorf("%+v", r)
			}
			n++
		}
		return n
	}
	var ids []int64
	for range 2 {
		d, _ := unrated(t, l, ledger.Person, "", "a", "b")
		id, err := l.Rate(t.Context(), ledger.Rating{Rater: ledger.Person, Duel: d, First: "b", Comment: "dull"})
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
	if _, found := unrated(t, l, ledger.Person, "", "a", "b"); !found {
		t.Error("the new posts are not compared")
	}
}

func tallies(tb testing.TB, l *ledger.Ledger) []ledger.Tally {
	tb.Helper()
	all, err := l.Tallies(tb.Context(), ledger.Person, "")
	if err != nil {
		tb.Fatal(err)
	}
	return all
}

// Five models with 5,000 topics each.
func BenchmarkUnrated(b *testing.B) {
	l := rated(b, 5000, "a", "b", "c", "d", "e")
	for b.Loop() {
		if _, found := unrated(b, l, ledger.Person, "", "a", "b"); !found {
			b.Fatal("no pair")
		}
	}
}
