package ledger_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/record"
)

func TestAFolderWithPostsStaysWithItsSite(t *testing.T) {
	l, err := ledger.Open(filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx := t.Context()
	claim := func(name string, flat bool, labels ...string) (ledger.Site, error) {
		return l.ClaimSite(ctx, ledger.Site{Name: name, Flat: flat, Day: "2026-01-02"}, labels)
	}
	// Without a post the folder may still become another's.
	for _, name := range []string{"hugo", "jekyll"} {
		if _, err := claim(name, true, "small"); err != nil {
			t.Fatal(err)
		}
	}
	res := &record.Result{ID: "a", Slug: "cats", Label: "small", Status: record.Done}
	if err := l.Commit(ctx, 1, []ledger.Entry{{Result: res}}); err != nil {
		t.Fatal(err)
	}
	if site, err := l.ClaimSite(ctx, ledger.Site{Name: "jekyll", Flat: true, Day: "2027-01-01"}, []string{"small"}); err != nil || site.Day != "2026-01-02" {
		t.Errorf("the folder's day is not kept: %+v, %v", site, err)
	}
	var other *ledger.SiteError
	if _, err := claim("hugo", true, "small"); !errors.As(err, &other) || other.Hint() == "" {
		t.Errorf("another site: %v", err)
	}
	if _, err := claim("jekyll", false, "small"); !errors.As(err, &other) {
		t.Errorf("another layout: %v", err)
	}
	var full *ledger.FlatError
	if _, err := claim("jekyll", true, "large"); !errors.As(err, &full) {
		t.Errorf("a second model in a flat folder: %v", err)
	}
	if site, err := l.Site(ctx); err != nil || site.Name != "jekyll" || !site.Flat {
		t.Errorf("%+v, %v", site, err)
	}
}
