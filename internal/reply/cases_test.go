package reply_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/reply"
	"github.com/nightpress/nightpress/prompts"
)

// reported is a reply in a form that users of local models report, with the
// correct verdict.
type reported struct {
	ID     string   `json:"id"`
	File   string   `json:"file"`
	Want   string   `json:"want"` // valid, malformed, or either
	Title  *string  `json:"title"`
	Tags   []string `json:"tags"`
	Absent []string `json:"absent"`
	Note   string   `json:"note"`
}

// The replies are those of testdata/cases, under the built-in blog-post prompt.
func TestReportedRepliesAreJudgedCorrectly(t *testing.T) {
	text, err := os.ReadFile("testdata/cases/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []reported
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	p, err := prompts.Open(t.TempDir()).Get("blog-post")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		t.Run(c.ID, func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join("testdata/cases", c.File))
			if err != nil {
				t.Fatal(err)
			}
			c.check(t, p.For(nil).Contract, string(raw))
		})
	}
}

func (c *reported) check(t *testing.T, under *contract.Contract, raw string) {
	t.Helper()
	v := reply.Read(under, raw, reply.Ended)
	switch {
	case c.Want == "valid" && v.Post == nil:
		t.Errorf("malformed, want a post: %s %v (%s)", codes(v), v.Problems, c.Note)
		return
	case c.Want == "malformed" && v.Post != nil:
		t.Errorf("a post, want it malformed: %s (%s)", codes(v), c.Note)
		return
	case v.Post == nil:
		return
	}
	if c.Title != nil && v.Post.Text("title") != *c.Title {
		t.Errorf("title %q, want %q", v.Post.Text("title"), *c.Title)
	}
	if c.Tags != nil && !slices.Equal(v.Post.List("tags"), c.Tags) {
		t.Errorf("tags %q, want %q", v.Post.List("tags"), c.Tags)
	}
	whole := under.Compose(v.Post.Fields, v.Post.Body)
	for _, s := range c.Absent {
		if strings.Contains(whole, s) {
			t.Errorf("the post holds %q", s)
		}
	}
}
