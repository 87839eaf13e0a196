package output_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/output"
)

const hostileBody = "## The {{< x >}} of {% y %}\n\n```\n{{ z }} {{% w %}}\n```\n\n---\n\ntitle: no front matter"

func TestEachSiteGetsItsNamesItsKeysAndTheBodyBack(t *testing.T) {
	for _, c := range []struct {
		site       output.Site
		path       string
		with, none []string
	}{
		{output.Site{}, "small/cats.md", []string{"date: 2026-01-02T03:04:05Z", "draft: false", `slug: "cats"`}, []string{"layout:"}},
		{output.Site{Name: "hugo", Draft: true}, "small/cats.md", []string{"draft: true", "{{</* x */>}}"}, []string{"{{< x"}},
		{output.Site{Name: "jekyll", Day: "2025-12-31"}, "small/2025-12-31-cats.md", []string{`layout: "post"`, "published: true", `{{ "{%" }} y`}, []string{"draft:"}},
		{output.Site{Name: "jekyll", Flat: true, Draft: true, Day: "2025-12-31"}, "2025-12-31-cats.md", []string{"published: false"}, nil},
		{output.Site{Name: "eleventy", Flat: true}, "cats.md", []string{`templateEngineOverride: "md"`, "{{< x >}}"}, nil},
		{output.Site{Name: "hugo", Bundle: true}, "small/cats/index.md", []string{`slug: "cats"`}, nil},
		{output.Site{Name: "eleventy", Flat: true, Bundle: true}, "cats/index.md", nil, nil},
		{output.Site{Name: "astro"}, "small/cats.md", []string{"pubDate: 2026-01-02T03:04:05Z"}, []string{"\ndate:", "slug:"}},
	} {
		dir := t.TempDir()
		s := sink(t, dir)
		s.Folder.SetSite(c.site)
		path, err := s.Save(t.Context(), result("a", "One", hostileBody))
		if err != nil || path != c.path {
			t.Errorf("%+v: %s, %v", c.site, path, err)
			continue
		}
		file := read(t, filepath.Join(dir, path))
		for _, w := range c.with {
			if !strings.Contains(file, w) {
				t.Errorf("%+v: no %s in\n%s", c.site, w, file)
			}
		}
		for _, w := range c.none {
			if strings.Contains(file, w) {
				t.Errorf("%+v: %s is in\n%s", c.site, w, file)
			}
		}
		if _, body, err := output.Decode([]byte(file)); err != nil || body != hostileBody {
			t.Errorf("%+v: the body came back as %q, %v", c.site, body, err)
		}
	}
}

func TestAPostThatIsMadeAgainKeepsItsPlaceAndItsDate(t *testing.T) {
	dir := t.TempDir()
	s := sink(t, dir)
	s.Folder.SetSite(output.Site{Name: "jekyll", Day: "2025-12-31"})
	if _, err := s.Save(t.Context(), result("a", "One", "first")); err != nil {
		t.Fatal(err)
	}
	s.Now = func() time.Time { return time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC) }
	r := result("b", "Two", "second")
	path, err := s.Save(t.Context(), r)
	if err != nil || r.Status != record.Done {
		t.Fatal(r.Status, err)
	}
	if got := read(t, filepath.Join(dir, path)); !strings.Contains(got, "second") || !strings.Contains(got, "date: 2026-01-02T03:04:05Z") {
		t.Error(got)
	}
	if files, err := filepath.Glob(filepath.Join(dir, "small", "*")); err != nil || len(files) != 1 {
		t.Errorf("%v, %v", files, err)
	}
	// An edit is found under the generator's name too.
	if err := os.WriteFile(filepath.Join(dir, path), []byte("my own"), 0o666); err != nil {
		t.Fatal(err)
	}
	r = result("c", "Three", "third")
	if _, err := s.Save(t.Context(), r); err != nil || r.Status != record.Kept {
		t.Errorf("%s, %v", r.Status, err)
	}
}

func TestAFileOfAPostSaysWhoseItIs(t *testing.T) {
	jekyll := output.Site{Name: "jekyll", Day: "2026-11-24"}
	flat := jekyll
	flat.Flat = true
	t.Chdir(t.TempDir())
	for _, c := range []struct {
		site                       output.Site
		dir, file, in, label, slug string
	}{
		{output.Site{}, "posts", "posts/llama3.2/why-cats-purr.md", ".", "llama3.2", "why-cats-purr"},
		{output.Site{}, "posts", "./posts/../posts/m/why-cats-purr.md", ".", "m", "why-cats-purr"},
		{output.Site{}, "posts", "m/why-cats-purr.md", ".", "m", "why-cats-purr"},
		{output.Site{}, "posts", "why-cats-purr.md", ".", "", "why-cats-purr"},
		{output.Site{}, "posts", "../why-cats-purr.md", ".", "", "why-cats-purr"},
		{output.Site{}, "posts", "why-cats-purr", ".", "", "why-cats-purr"},
		{output.Site{}, "..", "./why-cats-purr.md", "posts/m", "m", "why-cats-purr"},
		{output.Site{}, "..", "why-cats-purr.md", "posts/m", "m", "why-cats-purr"},
		{output.Site{Flat: true}, "content", "content/why-cats-purr.md", ".", "", "why-cats-purr"},
		{jekyll, "_posts", "_posts/m/2026-11-24-why-cats-purr.md", ".", "m", "why-cats-purr"},
		{output.Site{Bundle: true}, "posts", "posts/m/why-cats-purr/index.md", ".", "m", "why-cats-purr"},
		{output.Site{Bundle: true}, "posts", "posts/m/why-cats-purr/", ".", "m", "why-cats-purr"},
		{output.Site{Bundle: true, Flat: true}, "posts", "posts/why-cats-purr/index.md", ".", "", "why-cats-purr"},
		{output.Site{Bundle: true}, "../..", "index.md", "posts/m/why-cats-purr", "m", "why-cats-purr"},
		{flat, "_posts", "_posts/2026-11-24-why-cats-purr.md", ".", "", "why-cats-purr"},
	} {
		t.Run(c.in+" "+c.file, func(t *testing.T) {
			if err := os.MkdirAll(c.in, 0o777); err != nil {
				t.Fatal(err)
			}
			t.Chdir(c.in)
			folder, err := output.View(c.dir)
			if err != nil {
				t.Fatal(err)
			}
			defer folder.Close()
			folder.SetSite(c.site)
			if label, slug := folder.Names(filepath.FromSlash(c.file)); label != c.label || slug != c.slug {
				t.Errorf("%q of %q, want %q of %q", slug, label, c.slug, c.label)
			}
		})
	}
}
