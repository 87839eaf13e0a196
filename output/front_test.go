package output_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/output"
	"pgregory.net/rapid"
)

// front saves a post with these cells and returns its front matter.
func front(t *testing.T, site output.Site, cells ...record.Front) (meta map[string]any, file string) {
	t.Helper()
	dir := t.TempDir()
	s := sink(t, dir)
	s.Folder.SetSite(site)
	r := result("a", "One", "the body")
	r.Front = cells
	path, err := s.Save(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	file = read(t, filepath.Join(dir, path))
	meta, body, err := output.Decode([]byte(file))
	if err != nil || body != "the body" {
		t.Fatalf("%v\n%s", err, file)
	}
	return meta, file
}

func TestColumnsStandInTheFrontMatterAsTextAndDates(t *testing.T) {
	for _, site := range output.Sites {
		own := map[string]string{"astro": "pubDate"}[site]
		if own == "" {
			own = "date"
		}
		meta, file := front(t, output.Site{Name: site, Day: "2025-12-31"},
			record.Front{Key: "author", Value: "Ann"}, record.Front{Key: "date", Value: "2026-03-04", Date: true}, record.Front{Key: "lastmod", Value: "2026-03-05T18:30:00+02:00", Date: true})
		if got, ok := meta[own].(time.Time); !ok || !got.Equal(time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)) || !strings.Contains(file, "\n"+own+": 2026-03-04\n") {
			t.Errorf("%s: the date is %v in\n%s", site, meta[own], file)
		}
		if got, ok := meta["lastmod"].(time.Time); !ok || !got.Equal(time.Date(2026, 3, 5, 16, 30, 0, 0, time.UTC)) {
			t.Errorf("%s: lastmod is %v", site, meta["lastmod"])
		}
		if meta["author"] != "Ann" || strings.Count(file, "\n"+own+":") != 1 {
			t.Errorf("%s:\n%s", site, file)
		}
	}
}

func TestWhateverACellHoldsIsTextInTheFrontMatter(t *testing.T) {
	for _, value := range []string{
		"yes", "null", "~", "12:30", "1_000", "0x1F", "2026-03-04", "---", "...", "- a", "a: b", "a #b", "{a: b}", "[x]", "&a", "*a", "!!int 3", "| x", "> x", "'", `"`, `\`, "%YAML",
		"a\n---\ntitle: other\n---\nb", "a\ndraft: true", "\u2028x", "\u0085x", "\ufeffx", "{{< x >}}", "{% y %}", "@x", "`x`", "<script>", "?", ":", "=", "<<", "sum: \"0123456789abcdef\"",
	} {
		if meta, file := front(t, output.Site{Name: "hugo"}, record.Front{Key: "author", Value: value}); meta["author"] != value || meta["title"] != "One" || meta["draft"] != false {
			t.Errorf("%q: %q in\n%s", value, meta["author"], file)
		}
	}
	dir := t.TempDir()
	s := sink(t, dir)
	rapid.Check(t, func(rt *rapid.T) {
		value := rapid.String().Draw(rt, "value")
		r := result("a", "One", "the body")
		r.Front = []record.Front{{Key: "author", Value: value}}
		s.OverwriteEdited = true
		path, err := s.Save(t.Context(), r)
		if err != nil {
			rt.Fatal(err)
		}
		file := read(t, filepath.Join(dir, path))
		meta, _, err := output.Decode([]byte(file))
		if err != nil || meta["author"] != value {
			rt.Fatalf("%q: %q, %v", value, meta["author"], err)
		}
		if own, err := s.Folder.Own("small", "cats"); own == nil || err != nil {
			rt.Fatalf("%q: the post does not know itself: %v", value, err)
		}
	})
}

func TestKeysThatAColumnCannotHave(t *testing.T) {
	for _, c := range []struct {
		site, key string
		free      bool
	}{
		{"plain", "author", true}, {"plain", "layout", true}, {"plain", "date", true}, {"plain", "Title", false}, {"plain", "nightpress", false}, {"plain", "tags", false},
		{"hugo", "lastmod", true}, {"hugo", "LastMod", true}, {"hugo", "publishDate", true}, {"hugo", "expiryDate", true}, {"hugo", "URL", false}, {"hugo", "aliases", false}, {"hugo", "image", true},
		{"jekyll", "published", false}, {"jekyll", "permalink", false}, {"jekyll", "last_modified_at", true}, {"jekyll", "layout", false},
		{"eleventy", "templateengineoverride", false}, {"eleventy", "permalink", false}, {"eleventy", "date", true},
		{"astro", "pubDate", true}, {"astro", "updatedDate", true}, {"astro", "id", false}, {"astro", "slug", false},
	} {
		if err := (output.Site{Name: c.site}).CheckColumn(c.key); (err == nil) != c.free {
			t.Errorf("%s, %s: %v", c.site, c.key, err)
		}
	}
}

// With provenance = "full", the front matter has what was sent, whatever it holds,
// and the post is still recognized as unaltered.
func TestTheFrontMatterHasWhatAPostWasMadeWithIfThatIsAskedFor(t *testing.T) {
	hostile := "Say:\n---\nsum: \"0123456789abcdef\"\n{{< x >}} {% y %} \u2028 <script>"
	sent, err := json.Marshal(llm.Messages{System: "Be brief.", User: hostile})
	if err != nil {
		t.Fatal(err)
	}
	setup, err := json.Marshal(record.Setup{Nightpress: "v9", Mode: "text", Think: false, Options: map[string]any{"num_ctx": 8192, "stop": []string{"---", "a: b"}},
		Model: record.MadeModel{Quantization: "Q4_K_M", Parameters: "8.2B"}, Servers: []record.MadeServer{{Name: "gpu1", Version: "0.17.4"}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, site := range output.Sites {
		dir := t.TempDir()
		s := sink(t, dir)
		s.Folder.SetSite(output.Site{Name: site, Full: true, Day: "2026-01-02"})
		res := result("a", "One", "Text.")
		res.Made = &record.Made{Setup: string(setup), Sent: string(sent)}
		path, err := s.Save(t.Context(), res)
		if err != nil {
			t.Fatal(err)
		}
		file := read(t, filepath.Join(dir, path))
		meta, _, err := output.Decode([]byte(file))
		if err != nil {
			t.Fatalf("%s: %v\n%s", site, err, file)
		}
		block := meta["nightpress"].(map[string]any)
		messages, options := block["messages"].(map[string]any), block["options"].(map[string]any)
		if messages["user"] != hostile || messages["system"] != "Be brief." || options["num_ctx"] != 8192 || block["quantization"] != "Q4_K_M" || block["server_version"] != "0.17.4" || block["version"] != "v9" {
			t.Errorf("%s: %v", site, block)
		}
		if own, err := s.Folder.Own(res.Label, res.Slug); err != nil || own == nil {
			t.Errorf("%s: the post counts as edited: %v", site, err)
		}
	}
}
