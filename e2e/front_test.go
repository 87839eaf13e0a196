package e2e

import (
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/scripted"
)

// Each site shows a post's date, when it was changed, and its author.
var columnPages = map[string]map[string]string{
	"hugo":     {"layouts/single.html": `<p class="date">{{ .Date.Format "2006-01-02" }}</p><p class="changed">{{ .Lastmod.Format "2006-01-02T15:04" }}</p><p class="author">{{ .Params.author }}</p>`},
	"eleventy": {"_includes/post.liquid": `<p class="date">{{ page.date | date: "%Y-%m-%d" }}</p><p class="changed">{{ lastmod | date: "%Y-%m-%dT%H:%M" }}</p><p class="author">{{ author | escape }}</p>`},
}

func TestColumnsReachThePagesOfASite(t *testing.T) {
	authors := []string{`Ann "the" O'Neil: #1 & <b>`, "yes", "12:30", "{{< x >}} {% y %} {{ z }}", "---", "- [a, b]", "0x1F", "null"}
	for _, s := range sites(t) {
		pages := columnPages[s.name]
		if pages == nil || s.bundle {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			for name, text := range pages {
				s.files[name] = "<!doctype html><html><body>" + text + "</body></html>\n"
			}
			dir := t.TempDir()
			s.write(t, dir)
			topics := filepath.Join(dir, "..", "topics.csv")
			file, err := os.Create(topics)
			if err != nil {
				t.Fatal(err)
			}
			w := csv.NewWriter(file)
			rows := [][]string{{"topic", "Published", "author", "lastmod"}}
			for i, a := range authors {
				rows = append(rows, []string{fmt.Sprintf("Topic %d", i+1), fmt.Sprintf("%d/3/2020", i+10), a, "March 4, 2021 6:30 PM"})
			}
			if err := w.WriteAll(rows); err != nil {
				t.Fatal(err)
			}
			if err := file.Close(); err != nil {
				t.Fatal(err)
			}
			models := filepath.Join(dir, "models.toml")
			text, err := os.ReadFile(models)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(models, append(text, "front_matter = [\"date\", \"author\", \"lastmod\"]\n"...), 0o666); err != nil {
				t.Fatal(err)
			}
			server, err := scripted.Start("small")
			if err != nil {
				t.Fatal(err)
			}
			defer server.Away()
			for i := range authors {
				server.Next(scripted.Reply{Text: scripted.Post(i)})
			}
			cmd := command(dir, "run", topics, "-m", "small", "-j", "1", "--column", "date=Published", "--json")
			cmd.Env = append(cmd.Env, "OLLAMA_HOST="+server.Host())
			if r := finish(cmd); r.code != 0 {
				t.Fatalf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
			}
			build := exec.Command(s.build[0], s.build[1:]...)
			build.Dir = dir
			build.Env = append(os.Environ(), "TZ=UTC")
			if out, err := build.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			for i, a := range authors {
				page, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(s.page("small", fmt.Sprintf("topic-%d", i+1)))))
				if err != nil {
					t.Fatal(err)
				}
				got := textsOf(t, page)
				want := map[string]string{"date": fmt.Sprintf("2020-03-%d", i+10), "changed": "2021-03-04T18:30", "author": a}
				for key, w := range want {
					if !slices.Equal(got[key], []string{strings.TrimSpace(typographer.Replace(w))}) {
						t.Errorf("%s of %q is %q, want %q", key, a, got[key], w)
					}
				}
			}
		})
	}
}
