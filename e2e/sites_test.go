package e2e

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/scripted"
	"github.com/nightpress/nightpress/output"
	"github.com/yuin/goldmark"
	"golang.org/x/net/html"
)

// site is a site generator: how a folder of posts becomes pages.
type site struct {
	name string
	// files are the generator's own files, beside those of docs/publishing.md.
	files map[string]string
	// build is the command, run in the site's folder.
	build []string
	// page is the file of a post's page, below the site's folder.
	page func(label, slug string) string
	// bundle: each post has a folder of its own.
	bundle bool
	// flat: the folder takes the posts of one model.
	flat bool
}

// article is a page in the template language of a generator, which differs in
// a few words.
const article = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>%[1]s</title></head><body>
<h1>%[1]s</h1><p class="description">%[2]s</p>%[3]s%[4]s<article>%[5]s</article></body></html>
`

func sites(t *testing.T) []site {
	liquid := func(content string) string {
		list := func(key string) string {
			return fmt.Sprintf(`{%% for one in %s %%}<b class="%s">{{ one | escape }}</b>{%% endfor %%}`, key, key)
		}
		return fmt.Sprintf(article, "{{ title | escape }}", "{{ description | escape }}", list("tags"), list("categories"), content)
	}
	list := func(key string) string {
		return fmt.Sprintf(`{{ range .Params.%s }}<b class="%s">{{ . }}</b>{{ end }}`, key, key)
	}
	all := []site{
		{
			name: "hugo",
			files: map[string]string{
				"layouts/single.html": fmt.Sprintf(article, "{{ .Title }}", "{{ .Description }}", list("tags"), list("categories"), "{{ .Content }}"),
				"layouts/list.html":   "<!doctype html><title>{{ .Title }}</title>{{ range .Pages }}<a>{{ .Title }}</a>{{ end }}\n",
			},
			build: []string{needed(t, "NIGHTPRESS_TEST_HUGO"), "--destination", "site"},
			page:  func(label, slug string) string { return "site/posts/" + label + "/" + slug + "/index.html" },
		},
		{
			name:  "eleventy",
			files: map[string]string{"package.json": `{"type":"module"}`, "_includes/post.liquid": liquid("{{ content }}")},
			build: []string{"node", needed(t, "NIGHTPRESS_TEST_ELEVENTY"), "--output=site", "--quiet"},
			page:  func(label, slug string) string { return "site/posts/" + label + "/" + slug + "/index.html" },
		},
	}
	for _, s := range all {
		s.bundle = true
		all = append(all, s)
	}
	// Jekyll comes with a system or not at all: there is no module of it.
	if jekyll := os.Getenv("NIGHTPRESS_TEST_JEKYLL"); jekyll != "" {
		layout := strings.NewReplacer("{{ title", "{{ page.title", "{{ description", "{{ page.description", "in tags", "in page.tags", "in categories", "in page.categories")
		all = append(all, site{
			name:  "jekyll",
			flat:  true,
			files: map[string]string{"_layouts/post.html": layout.Replace(liquid("{{ content }}"))},
			build: []string{jekyll, "build", "--destination", "site", "--quiet"},
			// The day stands before the slug in the file's name.
			page: func(_, slug string) string {
				return "site/posts/" + strings.TrimLeft(slug, "0123456789-") + "/index.html"
			},
		})
	}
	return all
}

// needed is a program that the tests cannot do without.
func needed(t *testing.T, variable string) string {
	t.Helper()
	path := os.Getenv(variable)
	if path == "" {
		t.Fatalf("%s is not set: make test sets it", variable)
	}
	return path
}

// hostile are replies that would break a build, or a page, if nothing was
// escaped.
var hostile = []string{
	hostileReply("{{< title >}} and {% title %} of {{ title }}", "{{< unknown >}}, {{% other %}}, C++",
		"## The shortcode {{< unknown >}} and {{% other %}}\n\nAn unclosed {{< here and {{% there.\n\n"+
			"```go-html-template\n{{< figure src=\"x\" >}} {{%/* commented */%}} {{</* escaped */>}}\n{{{< three >}}} {{< a {{< b >}} >}}\n```\n"),
	hostileReply("Liquid: {{ page.title }}, {% include x.html %} & 'quotes' #1", "{{ tag }}, {% tag %}, a/b",
		"## Liquid {{ page.title }} and {% include x.html %} {# note #}\n\n{% raw %} {% endraw %} {{ \"{{\" }} {%- if x -%} {{{ three }}} {{ }} {%}\n\n"+
			"```html\n{% for post in collections.all %}{{ post.title }}{% endfor %}\n{% endraw %}{% raw %}{% unknown %}\n```\n"),
	hostileReply("- a list? [yes]: \"no\" | > @at %percent", "yes, null, 12:30, #hash",
		"## Not the end\n\n---\ntitle: \"no front matter\"\ndraft: true\n\n---\n\n## Raw parts\n\n<div onclick=\"x()\">\nraw\n</div>\n\n"+
			"`{{< code >}}` and ``{% code %}``.\n\n[a]: {{x}}\n"),
}

// hostileReply is a reply that meets the contract of blog-post.
func hostileReply(title, tags, part string) string {
	_, rest, _ := strings.Cut(scripted.Post(1), "\n\n")
	return "TITLE: " + title + "\nMETA_DESCRIPTION: Not what it seems, {{< x >}} {% y %}: read it and see for yourself.\n" +
		"TAGS: " + tags + "\nCATEGORIES: How-to Guides, Internet of Things (IoT)\n\nHow it begins.\n\n" + part + "\n" + rest
}

func TestASiteIsBuiltFromThePostsAndNothingInThemIsLost(t *testing.T) {
	for _, s := range sites(t) {
		name := s.name
		if s.bundle {
			name += ", bundle"
		}
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s.write(t, dir)
			steady := 0
			if !s.flat {
				steady = 6
				mustRun(t, 0, dir, "run", topicFile(t, steady), "-m", "rehearsal-steady", "--quiet")
			}
			s.runHostile(t, dir)
			s.check(t, dir, steady+len(hostile))
		})
	}
}

// write makes the site's folder: the files of the manual and its templates.
func (s site) write(t *testing.T, dir string) {
	t.Helper()
	files := manual(t, s.name)
	for name, text := range s.files {
		files[name] = text
	}
	if s.bundle {
		files["models.toml"] += "bundle = true\n"
	}
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// manual returns the files that docs/publishing.md gives for a site.
func manual(t *testing.T, site string) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../docs/publishing.md")
	if err != nil {
		t.Fatal(err)
	}
	_, part, found := strings.Cut(string(text), "\n## "+strings.ToUpper(site[:1])+site[1:]+"\n")
	if !found {
		t.Fatalf("the manual has nothing about %s", site)
	}
	part, _, _ = strings.Cut(part, "\n## ")
	files := map[string]string{}
	for {
		name, rest, found := strings.Cut(part, "`:\n\n```")
		if !found {
			break
		}
		name = name[strings.LastIndex(name, "`")+1:]
		_, rest, _ = strings.Cut(rest, "\n")
		files[name], part, _ = strings.Cut(rest, "```\n")
	}
	if len(files) < 2 {
		t.Fatalf("the manual gives %d files for %s", len(files), site)
	}
	return files
}

// runHostile adds the hostile replies as a second model's posts, through the
// whole program.
func (s site) runHostile(t *testing.T, dir string) {
	t.Helper()
	server, err := scripted.Start("hostile")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Away()
	for _, text := range hostile {
		server.Next(scripted.Reply{Text: text})
	}
	cmd := command(dir, "run", topicFile(t, len(hostile)), "-m", "hostile", "-j", "1", "--attempts", "1", "--json")
	cmd.Env = append(cmd.Env, "OLLAMA_HOST="+server.Host())
	// One attempt each: what is written is what was sent.
	if r := finish(cmd); r.code != 0 {
		t.Fatalf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
}

// check builds the site and reads every post's page.
func (s site) check(t *testing.T, dir string, want int) {
	t.Helper()
	cmd := exec.Command(s.build[0], s.build[1:]...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", s.name, err, out)
	}
	posts := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && path == filepath.Dir(output.LedgerPath(dir)) {
			return fs.SkipDir
		}
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".md") {
			posts++
			s.checkPage(t, dir, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if posts != want {
		t.Errorf("%d posts, want %d", posts, want)
	}
	pages, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(s.page("*", "*"))))
	if err != nil || len(pages) != posts {
		t.Errorf("%d pages of %d posts (%v)", len(pages), posts, err)
	}
}

func (s site) checkPage(t *testing.T, dir, path string) {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	meta, body, err := output.Decode(file)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if s.bundle && filepath.Base(path) != "index.md" {
		t.Errorf("%s is no bundle", path)
	}
	at := strings.TrimSuffix(strings.TrimSuffix(path, string(filepath.Separator)+"index.md"), ".md")
	label, slug := filepath.Base(filepath.Dir(at)), filepath.Base(at)
	built, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(s.page(label, slug))))
	if err != nil {
		t.Error(err)
		return
	}
	got := textsOf(t, built)
	for key, want := range map[string][]string{
		"title": {meta["title"].(string)}, "h1": {meta["title"].(string)}, "description": {meta["description"].(string)},
		"tags": strs(meta["tags"]), "categories": strs(meta["categories"]),
	} {
		if !slices.Equal(got[key], want) {
			t.Errorf("%s: %s is %q, want %q", path, key, got[key], want)
		}
	}
	var rendered bytes.Buffer
	if err := goldmark.Convert([]byte(body), &rendered); err != nil {
		t.Fatal(err)
	}
	want := textsOf(t, rendered.Bytes())
	for _, key := range []string{"h2", "h3", "pre", "code"} {
		if !slices.Equal(got[key], want[key]) {
			t.Errorf("%s: %s\n got %q\nwant %q", path, key, got[key], want[key])
		}
	}
	if len(want["h2"]) < 2 {
		t.Errorf("%s: the body has only the headings %q", path, want["h2"])
	}
}

func strs(v any) (all []string) {
	list, _ := v.([]any)
	for _, one := range list {
		all = append(all, one.(string))
	}
	return all
}

// typographer undoes what generators do to quotes and dashes, and takes away
// the character that parts brackets.
var typographer = strings.NewReplacer("“", `"`, "”", `"`, "‘", "'", "’", "'", "–", "--", "—", "---", "…", "...", "«", "<<", "»", ">>", "\u2060", "")

// textsOf returns the texts of a page's elements by their class, or else by
// their name.
func textsOf(t *testing.T, page []byte) map[string][]string {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	var text func(*html.Node) string
	text = func(n *html.Node) string {
		if n.Type == html.TextNode {
			return n.Data
		}
		var b strings.Builder
		for c := range n.ChildNodes() {
			b.WriteString(text(c))
		}
		return b.String()
	}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		key := n.Data
		for _, a := range n.Attr {
			if a.Key == "class" && (n.Data == "b" || n.Data == "p") {
				key = a.Val
			}
		}
		all[key] = append(all[key], strings.TrimSpace(typographer.Replace(text(n))))
	}
	return all
}
