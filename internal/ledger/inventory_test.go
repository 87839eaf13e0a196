package ledger

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/record"
)

func TestAnInventoryHasThePostsOfDoneJobsAlone(t *testing.T) {
	l, err := Open(filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var entries []Entry
	for _, id := range []string{"a", "b", "c"} {
		entries = append(entries, Entry{Files: Files{Path: id, SHA256: "s", Size: 5, Modified: 7}, Result: &record.Result{ID: id, Slug: id, Topic: id, Label: "small", Status: record.Done, Post: &contract.Post{}}})
	}
	if err := l.Commit(t.Context(), 1, append(entries, result("rejected"))); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{`UPDATE jobs SET status = 'pending' WHERE id = 'b'`, `UPDATE posts SET size = 'large' WHERE slug = 'c'`} {
		if _, err := l.writer.ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	i, err := l.Inventory(t.Context(), "small", 4)
	if err != nil {
		t.Fatal(err)
	}
	if !i.Has("a", "a", 5, 7) || i.Has("a", "a", 5, 8) || i.Has("a", "a", 4, 7) {
		t.Error("it does not have the post as it was written, or has another")
	}
	for _, none := range [][2]string{{"a", "other"}, {"b", "b"}, {"c", "c"}, {"rejected", "rejected"}, {"none", "none"}} {
		if i.Has(none[0], none[1], 5, 7) {
			t.Errorf("it has %v", none)
		}
	}
	if other, err := l.Inventory(t.Context(), "large", 4); err != nil {
		t.Error(err)
	} else if other.Has("a", "a", 5, 7) {
		t.Error("another label has the post")
	}
}

// Slugs come from memory or from the ledger, and are the same.
func TestHeldSlugsAreThoseOfTheLedger(t *testing.T) {
	l, err := Open(filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ident := func(n int) TopicIdent {
		slug := fmt.Sprint("slug-", n%7)
		return TopicIdent{Key: fmt.Sprint("key-", n), Text: fmt.Sprint(n), Slug: slug, Clash: fmt.Sprint(slug, "-", n)}
	}
	var some, all []TopicIdent
	for n := range 20 {
		if all = append(all, ident(n)); n%2 == 0 {
			some = append(some, ident(n))
		}
	}
	if _, err := l.GiveSlugs(t.Context(), some); err != nil {
		t.Fatal(err)
	}
	want, err := l.PreviewSlugs().Slugs(t.Context(), all)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.HoldSlugs(t.Context(), len(all), nil); err != nil {
		t.Fatal(err)
	}
	if got, err := l.PreviewSlugs().Slugs(t.Context(), all); err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v\nwant %v, %v", got, want, err)
	}
	if got, err := l.GiveSlugs(t.Context(), all); err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v\nwant %v, %v", got, want, err)
	}
	corrected := TopicIdent{Key: "new", Text: "new", Slug: "slug-0", Clash: "x", Corrects: "key-0"}
	if got, err := l.GiveSlugs(t.Context(), []TopicIdent{corrected}); err != nil || got[0] != "slug-0" {
		t.Errorf("%v, %v", got, err)
	}
	if got, _, err := l.slugs(t.Context(), []TopicIdent{ident(0), corrected}); err != nil || got[0] != "" || got[1] != "slug-0" {
		t.Errorf("%q, %v", got, err)
	}
}
