package output

import (
	"path"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Site is what the site generator wants that a folder's posts are for: names,
// front matter and escapes. The zero value is a plain folder for no generator
// in particular.
type Site struct {
	// Name is one of Sites; "" is "plain".
	Name string
	// Flat puts the posts into the folder itself, which then has room for one
	// label alone, instead of into a folder for each label.
	Flat bool
	// Bundle gives each post a folder of its own, with the post as its index.md
	// and room for pictures beside it (Hugo's page bundles).
	Bundle bool
	// Draft marks posts as drafts, in the generator's own way.
	Draft bool
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

// DayOf is the Day of a folder that is begun at this time.
func DayOf(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// path is where a post is, below the folder and with "/".
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

// names are the label and slug of the post with this path; label is "" where
// the path does not say it.
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

// manners are what is special to a site generator.
type manners struct {
	// before and after stand around the keys that every post has; drop are
	// those of them that this generator is not given.
	before, after []field
	drop          []string
	// date and draft are the generator's names for these keys.
	date, draft string
	// reserved are keys that mean something to the generator, so that no field
	// of a contract can have them.
	reserved []string
	// escape makes a body mean to the generator what it means without one;
	// unescape gives the body back.
	escape, unescape func(string) string
}

func same(s string) string { return s }

var sites = map[string]manners{
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
	// Markdown alone: neither Liquid nor Nunjucks looks at the body, whichever
	// of them the site has for its Markdown.
	"eleventy": {
		after: []field{{"templateEngineOverride", text("md")}},
		date:  "date", draft: "draft", escape: same, unescape: same,
		reserved: []string{
			"collections", "content", "eleventy", "eleventyComputed", "eleventyDataSchema", "eleventyExcludeFromCollections",
			"eleventyImport", "eleventyNavigation", "layout", "page", "pagination", "permalink", "pkg", "templateEngineOverride",
		},
	},
	// A slug would be the entry's name in its collection, and two models'
	// posts on one topic have the same.
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

func (s Site) manners() manners { return sites[s.name()] }

// Reserved tells whether the site generator keeps a key of the front matter to
// itself.
func (s Site) Reserved(key string) bool { return slices.Contains(s.manners().reserved, key) }

// draftValue says whether a post is a draft; Jekyll says the opposite.
func (s Site) draftValue() *yaml.Node {
	if s.Draft != (s.Name == "jekyll") {
		return plainNode("!!bool", "true")
	}
	return plainNode("!!bool", "false")
}

// date returns the date in a post's file, where there is one that can be read.
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
