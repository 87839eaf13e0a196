package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/scripted"
)

// ungrouped matches a number over 999 without commas, with the word before it.
var ungrouped = regexp.MustCompile(`(?m)(\S*)[ (]([0-9]{4,})([ ,.;:)%]|$)`)

// named are words before numbers that are not counts.
var named = map[string]bool{"num_ctx": true, "num_predict": true, "seed": true, "process": true, "row": true}

// wantGrouped fails where a count of a text has no commas.
func wantGrouped(t *testing.T, command, text string, want ...string) {
	t.Helper()
	if strings.HasPrefix(command, "plan") {
		// Before the table are a prompt and the settings as they are written.
		_, text, _ = strings.Cut(text, "\nmodel ")
	}
	for _, m := range ungrouped.FindAllStringSubmatch(text, -1) {
		if !named[m[1]] {
			t.Errorf("%s: %q is not grouped:\n%s", command, m[0], text)
		}
	}
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("%s: no %q:\n%s", command, w, text)
		}
	}
}

func TestCountsAreGroupedTheSameWayEverywhere(t *testing.T) {
	server, err := scripted.Start("m:latest")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Away)
	t.Chdir(t.TempDir())
	t.Setenv("OLLAMA_HOST", server.Host())
	const posts = 1003
	var topics strings.Builder
	topics.WriteString("topic,state\n")
	for i := range posts {
		fmt.Fprintf(&topics, "What a gardener does in week w%d,on\n", i)
	}
	for i := range 1050 {
		fmt.Fprintf(&topics, "What a gardener leaves in week w%d,off\n", i)
	}
	for range 1010 {
		topics.WriteString(",on\n")
	}
	if err := os.WriteFile("topics.csv", []byte(topics.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	said := func(line string) string {
		t.Helper()
		code, out, err := tell(t, strings.Fields(line)...)
		if code != 0 && code != 3 {
			t.Fatalf("%s: exit %d\n%s", line, code, err)
		}
		return out + err
	}
	const rows = " topics.csv -m m --where state=on --skip-bad-rows"
	wantGrouped(t, "plan", said("plan"+rows), "1,003", "1,050 rows left out", "1,010 bad rows")
	wantGrouped(t, "run", said("run -j 8"+rows), "1,003 of 1,003 posts there", "1,050 rows left out", "1,010 bad rows")
	wantGrouped(t, "run again", said("run"+rows), "1,003 from earlier runs")
	wantGrouped(t, "plan again", said("plan"+rows), "1,003")
	wantGrouped(t, "status", said("status"), "1,003 posts there", "1,010 bad rows")
	wantGrouped(t, "verify", said("verify"), "1,003 posts")
	wantGrouped(t, "report", said("report --to report"), "")
	wantGrouped(t, "lint", said("lint"), "1,003 posts")
	wantGrouped(t, "redo", said("redo what-a-gardener-does-in-week-w1"), "")
	paths, err := filepath.Glob("posts/m/*.md")
	if err != nil || len(paths) != posts {
		t.Fatalf("%d posts, %v", len(paths), err)
	}
	for _, path := range paths[:1001] {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	wantGrouped(t, "verify without most posts", said("verify"), "1,001")
	wantGrouped(t, "plan without most posts", said("plan"+rows), "1,001 ", "1,000 missing")
}
