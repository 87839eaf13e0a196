package output

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Site describes the site generator of a folder's posts. It determines names,
// front matter and escapes. The zero value is a plain folder for no particular
// generator.
type Site struct {
	// Name is one of Sites; "" is "plain".
	Name string
	// Flat puts the posts into the folder itself instead of a folder for each
	// label. Such a folder can hold only one label.
	Flat bool
	// Bundle gives each post a folder of its own, with the post as its index.md
	// and room for pictures beside it (Hugo's page bundles).
	Bundle bool
	// Draft marks posts as drafts, in the generator's own way.
	Draft bool
	// Full puts everything that a post was made with into its front matter.
	Full bool
	// Language is the language of new slugs, a code of ISO 639-1; "" is none.
	Language string
	// Day begins the names of posts where the generator wants a date there
	// (Jekyll): YYYY-MM-DD. It belongs to the folder and not to a post, so that
	// a post that is made again has the same name; the front matter has the
	// post's own date, and generators go by that.
	Day string
}

// Sites are the names of the site generators.
var Sites = []string{"plain", "hugo", "jekyll", "eleventy", "astro"}

// DayOf is the Day of a folder that is created at this time.
func DayOf(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// path is the path of a post below the folder, with "/".
func (s Site) path(label, slug string) string {
	name := slug + ".md"
	if s.Bundle {
		name = path.Join(slug, bundled)
	}
	if s.Name == "jekyll" {
		name = s.Day + "-" + name
	}
	return path.Join(s.dir(label), name)
}

// bundled is the name of a post in a folder of its own.
const bundled = "index.md"

// dir is the folder of a label's posts, "." where it is the posts folder itself.
func (s Site) dir(label string) string {
	if s.Flat {
		return "."
	}
	return label
}

// names returns the label and slug in the path of a post. label is "" if the path
// has none.
func (s Site) names(file string) (label, slug string) {
	dir, name := path.Split(file)
	if s.Bundle && name == bundled {
		dir, name = path.Split(path.Clean(dir))
	}
	slug = strings.TrimSuffix(name, ".md")
	if s.Name == "jekyll" {
		slug = strings.TrimPrefix(slug, s.Day+"-")
	}
	if label = path.Base(dir); s.Flat || dir == "" || label == ".." || label == "/" {
		label = ""
	}
	return label, slug
}

// dialect is what a site generator requires of a post's file.
type dialect struct {
	// before and after surround the keys of every post. drop lists those of
	// these keys that the generator does not get.
	before, after []field
	drop          []string
	// date and draft are the generator's names for these keys.
	date, draft string
	// reserved are keys with a meaning for the generator. No field of a
	// contract may have one of them.
	reserved []string
	// escape returns text that the generator renders as the given body.
	// unescape returns the body.
	escape, unescape func(string) string
}

func same(s string) string { return s }

var sites = map[string]dialect{
	"plain": {date: "date", draft: "draft", escape: same, unescape: same},
	"hugo": {
		date: "date", draft: "draft", escape: escapeShortcodes, unescape: unescapeShortcodes,
		reserved: []string{
			"aliases", "build", "cascade", "expirydate", "headless", "kind", "lang", "lastmod", "layout", "markup", "menu", "menus",
			"outputs", "params", "path", "publishdate", "resources", "sitemap", "type", "url", "weight",
		},
	},
	"jekyll": {
		before: []field{{"layout", text("post")}},
		date:   "date", draft: "published", escape: escapeLiquid, unescape: unescapeLiquid,
		reserved: []string{
			"category", "collection", "content", "excerpt", "excerpt_separator", "id", "layout", "next", "output", "path",
			"permalink", "previous", "published", "relative_path", "render_with_liquid", "tag", "url",
		},
	},
	// templateEngineOverride keeps Liquid and Nunjucks, which a site may use for
	// its Markdown, away from the body.
	"eleventy": {
		after: []field{{"templateEngineOverride", text("md")}},
		date:  "date", draft: "draft", escape: same, unescape: same,
		reserved: []string{
			"collections", "content", "eleventy", "eleventyComputed", "eleventyDataSchema", "eleventyExcludeFromCollections",
			"eleventyImport", "eleventyNavigation", "layout", "page", "pagination", "permalink", "pkg", "templateEngineOverride",
		},
	},
	// A slug would become the entry's name in its collection, and two models'
	// posts on the same topic have the same slug.
	"astro": {
		drop: []string{"slug"}, date: "pubDate", draft: "draft", escape: same, unescape: same,
		reserved: []string{"id", "layout", "slug"},
	},
}

func (s Site) name() string {
	if s.Name == "" {
		return "plain"
	}
	return s.Name
}

func (s Site) dialect() dialect { return sites[s.name()] }

// Reserved reports whether the site generator reserves a key of the front matter.
func (s Site) Reserved(key string) bool { return slices.Contains(s.dialect().reserved, key) }

// dateKeys are keys of the front matter that hold a date, in lower case. The
// generators, or the themes that most of their users have, read them as dates.
var dateKeys = []string{"date", "pubdate", "publishdate", "lastmod", "expirydate", "updateddate", "last_modified_at"}

// DateKey reports whether a key holds a date.
func (s Site) DateKey(key string) bool { return slices.Contains(dateKeys, strings.ToLower(key)) }

// isDate reports whether a key is the date of the post itself.
func (s Site) isDate(key string) bool {
	return strings.EqualFold(key, "date") || strings.EqualFold(key, s.dialect().date)
}

// CheckColumn returns an error if a column cannot have this key in the front matter:
// nightpress writes it, or the site generator reserves it. A column may set a date
// that the generator knows. Letter case does not count, because Hugo ignores it.
func (s Site) CheckColumn(key string) error {
	same := func(k string) bool { return strings.EqualFold(k, key) }
	switch own := []string{"title", "description", "slug", "tags", "categories", "draft", "nightpress"}; {
	case s.DateKey(key):
		return nil
	case slices.ContainsFunc(own, same), same(s.dialect().draft), slices.ContainsFunc(s.dialect().after, func(f field) bool { return same(f.key) }):
		return fmt.Errorf("%q is a key that nightpress writes itself", key)
	case slices.ContainsFunc(s.dialect().reserved, same):
		return fmt.Errorf("%q is a key that %s reserves", key, s.name())
	}
	return nil
}

// draftValue is the value of the draft key. Jekyll's key has the opposite meaning.
func (s Site) draftValue() *yaml.Node {
	if s.Draft != (s.Name == "jekyll") {
		return plainNode("!!bool", "true")
	}
	return plainNode("!!bool", "false")
}

// date returns the date in a post's file, if it has a readable one.
func (f *Folder) date(label, slug string) (time.Time, bool) {
	name := f.PostPath(label, slug)
	if info, err := f.lstat(name); info == nil || err != nil || info.Size() > maxPost {
		return time.Time{}, false
	}
	file, err := f.read(name)
	if err != nil {
		return time.Time{}, false
	}
	meta, _, err := Decode(file)
	if err != nil {
		return time.Time{}, false
	}
	return dateOf(meta)
}
