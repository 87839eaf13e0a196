package output_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/output"
)

// bundles opens a folder whose posts are bundles.
func bundles(t *testing.T, dir string, site output.Site) *output.Sink {
	t.Helper()
	s := sink(t, dir)
	p := &output.Posts{Folder: s.Folder, Ledger: s.Ledger}
	if err := p.Claim(t.Context(), site, []output.Claim{{Label: "small", Prompt: "p"}}); err != nil {
		t.Fatal(err)
	}
	return s
}

// differences are the kinds and paths that verify finds.
func differences(t *testing.T, s *output.Sink) (all []string) {
	t.Helper()
	v := &output.Verifier{Folder: s.Folder, Ledger: s.Ledger}
	for d, err := range v.Differences(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, d.Kind+" "+d.Path)
	}
	slices.Sort(all)
	return all
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, []byte(text), 0o666)); err != nil {
		t.Fatal(err)
	}
}

func TestABundleIsReplacedKeptAndVerifiedAsAPostIs(t *testing.T) {
	for name, site := range map[string]output.Site{
		"per-model": {Name: "hugo", Bundle: true, Day: "2026-01-02"},
		"flat":      {Name: "plain", Bundle: true, Flat: true, Day: "2026-01-02"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := bundles(t, dir, site)
			base := "small/"
			if site.Flat {
				base = ""
			}
			post, picture := filepath.Join(dir, base+"cats", "index.md"), filepath.Join(dir, base+"cats", "cat.png")
			if err := save(t, s, result("aaaaaaaaaa", "One", "first")); err != nil {
				t.Fatal(err)
			}
			// A person's pictures and notes belong to the bundle.
			writeFile(t, picture, "png")
			writeFile(t, filepath.Join(dir, base+"cats", "notes.md"), "mine")
			if got := differences(t, s); got != nil {
				t.Errorf("differences %q", got)
			}
			if err := save(t, s, result("bbbbbbbbbb", "Two", "second")); err != nil {
				t.Fatal(err)
			}
			if got, want := read(t, filepath.Join(dir, ".nightpress/replaced/small/cats-aaaaaaaa.md")), "first"; !strings.Contains(got, want) {
				t.Errorf("replaced: %s", got)
			}
			if got := read(t, post); !strings.Contains(got, "second") || read(t, picture) != "png" {
				t.Errorf("the post is\n%s", got)
			}
			// Files that no run wrote.
			writeFile(t, filepath.Join(dir, base+"stray", "index.md"), "stray")
			writeFile(t, filepath.Join(dir, base+"loose.md"), "loose")
			writeFile(t, filepath.Join(dir, base+"robots.txt"), "none of ours")
			if got, want := differences(t, s), []string{"extra " + base + "loose.md", "extra " + base + "stray/index.md"}; !slices.Equal(got, want) {
				t.Errorf("differences %q, want %q", got, want)
			}
			writeFile(t, post, "my own")
			r := result("cccccccccc", "Three", "third")
			if err := save(t, s, r); err != nil || r.Status != record.Kept {
				t.Errorf("%s, %v", r.Status, err)
			}
			if err := os.Remove(post); err != nil {
				t.Fatal(err)
			}
			if got, want := differences(t, s)[2], "missing "+base+"cats/index.md"; got != want {
				t.Errorf("%q, want %q", got, want)
			}
			if s.Folder.LabelsChanged() {
				t.Error("the label's folder is said to have changed")
			}
		})
	}
}

func TestAFolderStaysWithItsBundles(t *testing.T) {
	dir := t.TempDir()
	s := bundles(t, dir, output.Site{Name: "plain", Bundle: true, Day: "2026-01-02"})
	if err := save(t, s, result("aaaaaaaaaa", "One", "first")); err != nil {
		t.Fatal(err)
	}
	p := &output.Posts{Folder: s.Folder, Ledger: s.Ledger}
	var other *ledger.SiteError
	err := p.Claim(t.Context(), output.Site{Name: "plain"}, []output.Claim{{Label: "small", Prompt: "p"}})
	if !errors.As(err, &other) || err.Error() != "the folder has posts for the site plain, bundle, but plain is requested" {
		t.Errorf("%v", err)
	}
}

func TestALinkInABundlesPlaceSetsItsPostAside(t *testing.T) {
	dir := t.TempDir()
	s := bundles(t, dir, output.Site{Bundle: true, Day: "2026-01-02"})
	writeFile(t, filepath.Join(dir, "small", "dogs", "index.md"), "a post on dogs")
	if err := os.Symlink("dogs", filepath.Join(dir, "small", "cats")); err != nil {
		t.Skip(err)
	}
	r := result("aaaaaaaaaa", "One", "first")
	if err := save(t, s, r); err != nil || r.Status != record.SetAside {
		t.Errorf("%s, %v", r.Status, err)
	}
	if got := read(t, filepath.Join(dir, "small", "dogs", "index.md")); got != "a post on dogs" {
		t.Error(got)
	}
	if _, _, _, err := s.Folder.Stat("small", "cats"); !errors.As(err, new(*output.BlockedError)) {
		t.Errorf("stat: %v", err)
	}
}
