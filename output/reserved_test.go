package output_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/output"
)

func TestNamesThatMeanSomethingToASiteAreNoSlugs(t *testing.T) {
	for _, c := range []struct {
		site       output.Site
		text, want string
	}{
		{output.Site{}, "Index", "index"},
		{output.Site{Name: "hugo"}, "Index", "index-post"},
		{output.Site{Name: "hugo"}, "_index", "index-post"},
		{output.Site{Name: "hugo"}, "INDEX!", "index-post"},
		{output.Site{Name: "hugo"}, "Index funds", "index-funds"},
		{output.Site{Name: "hugo"}, "Tags", "tags"},
		{output.Site{Name: "hugo", Flat: true}, "Tags", "tags-post"},
		{output.Site{Name: "eleventy"}, "Index", "index-post"},
		{output.Site{Name: "eleventy"}, "README", "readme"},
		{output.Site{Name: "jekyll", Day: "2026-01-02"}, "404", "404-post"},
		{output.Site{Name: "astro"}, "500", "500-post"},
	} {
		folder, err := output.View(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		folder.SetSite(c.site)
		if got := folder.Slug(c.text); got != c.want {
			t.Errorf("%+v: %q: %q, want %q", c.site, c.text, got, c.want)
		}
		if err := folder.Close(); err != nil {
			t.Error(err)
		}
	}
}

// An older version gave the topic "Index" the file index.md.
func TestAPostWithAReservedNameIsRenamedAndNotMadeAgain(t *testing.T) {
	dir := t.TempDir()
	claims := []output.Claim{{Label: "small", Prompt: "p"}}
	hugo := output.Site{Name: "hugo", Day: "2026-01-02"}
	p, err := output.OpenToWrite(t.Context(), dir, "test")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Claim(t.Context(), hugo, claims); err != nil {
		t.Fatal(err)
	}
	topic := []ledger.TopicIdent{{Key: "k", Text: "Index", Slug: "index", Clash: "index-1"}}
	if _, err := p.Ledger.GiveSlugs(t.Context(), topic); err != nil {
		t.Fatal(err)
	}
	r := result("aaaaaaaaaa", "One", "first")
	r.Slug = "index"
	if err := save(t, p.Sink(1), r); err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time nothing is left to do
		if p, err = output.OpenToWrite(t.Context(), dir, "test"); err != nil {
			t.Fatal(err)
		}
		if err := p.Claim(t.Context(), hugo, claims); err != nil {
			t.Fatal(err)
		}
		if files, err := filepath.Glob(filepath.Join(dir, "small", "*")); err != nil || len(files) != 1 || filepath.Base(files[0]) != "index-post.md" {
			t.Errorf("%v, %v", files, err)
		}
		if slugs, err := p.Ledger.Slugs(t.Context(), topic); err != nil || slugs[0] != "index-post" {
			t.Errorf("%v, %v", slugs, err)
		}
		if j, err := p.Ledger.Current(t.Context(), "small", "index-post"); err != nil || j == nil || j.Path != "small/index-post.md" {
			t.Errorf("%+v, %v", j, err)
		}
		v := &output.Verifier{Folder: p.Folder, Ledger: p.Ledger}
		for d, err := range v.Differences(t.Context()) {
			t.Errorf("%+v, %v", d, err)
		}
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestARenameThatWasInterruptedIsCompleted(t *testing.T) {
	dir := t.TempDir()
	s := sink(t, dir)
	s.Folder.SetSite(output.Site{Name: "hugo"})
	r := result("aaaaaaaaaa", "One", "first")
	r.Slug = "index"
	if _, err := s.Ledger.GiveSlugs(t.Context(), []ledger.TopicIdent{{Key: "k", Text: "Index", Slug: "index", Clash: "x"}}); err != nil {
		t.Fatal(err)
	}
	hugo := ledger.Site{Name: "hugo", Day: "2026-01-02"}
	if _, err := s.Ledger.ClaimSite(t.Context(), hugo, []string{"small"}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Ledger.ClaimLabel(t.Context(), "small", "p"), save(t, s, r),
		os.Rename(filepath.Join(dir, "small", "index.md"), filepath.Join(dir, "small", "index-post.md"))); err != nil {
		t.Fatal(err)
	}
	p := &output.Posts{Folder: s.Folder, Ledger: s.Ledger}
	if err := p.Claim(t.Context(), output.Site{Name: "hugo"}, []output.Claim{{Label: "small", Prompt: "p"}}); err != nil {
		t.Fatal(err)
	}
	if j, err := s.Ledger.Current(t.Context(), "small", "index-post"); err != nil || j == nil {
		t.Errorf("%+v, %v", j, err)
	}
}
