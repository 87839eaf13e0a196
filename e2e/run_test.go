package e2e

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nightpress/nightpress/output"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
	"go.yaml.in/yaml/v3"
)

// examples returns the path of the example topics, 24 or more.
func examples(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../examples/topics.csv")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// line is one JSON line of a run: a job or the summary.
type line struct {
	Event    string   `json:"event"`
	ID       string   `json:"id"`
	Slug     string   `json:"slug"`
	Label    string   `json:"label"`
	Status   string   `json:"status"`
	Path     string   `json:"path"`
	Attempts int      `json:"attempts"`
	Problems codes    `json:"problems"`
	Jobs     int      `json:"jobs"`
	Written  int      `json:"written"`
	Already  int      `json:"already_done"`
	Rejected int      `json:"rejected"`
	SetAside int      `json:"set_aside"`
	Reasons  []string `json:"set_aside_reasons"`
}

// codes are the problems of a job. A summary counts problems under the same
// name, and those are left out here.
type codes []string

func (c *codes) UnmarshalJSON(text []byte) error {
	var all []json.RawMessage
	err := json.Unmarshal(text, &all)
	for _, one := range all {
		if one[0] == '"' {
			var code string
			err = errors.Join(err, json.Unmarshal(one, &code))
			*c = append(*c, code)
		}
	}
	return err
}

func lines(t *testing.T, stdout string) (jobs []line, summary line) {
	t.Helper()
	s := bufio.NewScanner(strings.NewReader(stdout))
	for s.Scan() {
		var l line
		if err := json.Unmarshal(s.Bytes(), &l); err != nil {
			t.Fatalf("%v in %q", err, s.Text())
		}
		switch l.Event {
		case "job":
			jobs = append(jobs, l)
		case "summary":
			summary = l
		}
	}
	return jobs, summary
}

func TestTopicsTimesModelsBecomeFilesAndTheRestIsExplained(t *testing.T) {
	dir := t.TempDir()
	r := nightpress(dir, "run", examples(t), "-m", "rehearsal-steady,rehearsal-sloppy", "--json", "--quiet")
	jobs, sum := lines(t, r.stdout)
	if sum.Jobs < 48 || len(jobs) != sum.Jobs || sum.Written+sum.Rejected != sum.Jobs {
		t.Fatalf("%d job lines, summary %+v\n%s", len(jobs), sum, r.stderr)
	}
	if want := map[bool]int{true: 0, false: 3}[sum.Rejected == 0]; r.code != want {
		t.Errorf("exit %d with %d rejected", r.code, sum.Rejected)
	}
	again := 0
	for _, j := range jobs {
		if j.Attempts > 1 {
			again++
		}
		if j.Label == "rehearsal-steady" && (j.Status != "done" || j.Attempts != 1) {
			t.Errorf("steady: %+v", j)
		}
		switch j.Status {
		case "done":
			checkPost(t, filepath.Join(dir, "posts", j.Path), j)
		case "rejected":
			checkRejected(t, filepath.Join(dir, "posts"), j)
		default:
			t.Errorf("%+v", j)
		}
	}
	if again == 0 {
		t.Error("no job needed a second attempt: the sloppy model was not sloppy")
	}
	if temp := tempFiles(t, filepath.Join(dir, "posts")); len(temp) > 0 {
		t.Errorf("left behind: %v", temp)
	}

	before := tree(t, filepath.Join(dir, "posts"))
	r = nightpress(dir, "run", examples(t), "-m", "rehearsal-steady,rehearsal-sloppy", "--json", "--quiet")
	jobs, second := lines(t, r.stdout)
	if len(jobs) != 0 || second.Written != 0 || second.Already != sum.Written || second.Rejected != sum.Rejected {
		t.Errorf("the second run: %d jobs, %+v", len(jobs), second)
	}
	if after := tree(t, filepath.Join(dir, "posts")); after != before {
		t.Error("the second run changed a post")
	}
}

// frontMatter is what the site generators read.
type frontMatter struct {
	Title       string    `yaml:"title"`
	Description string    `yaml:"description"`
	Date        time.Time `yaml:"date"`
	Slug        string    `yaml:"slug"`
	Tags        []string  `yaml:"tags"`
	Categories  []string  `yaml:"categories"`
	Draft       *bool     `yaml:"draft"`
	Nightpress  struct {
		Model    string   `yaml:"model"`
		Digest   string   `yaml:"digest"`
		Prompt   string   `yaml:"prompt"`
		Seed     int64    `yaml:"seed"`
		Attempts int      `yaml:"attempts"`
		Repairs  []string `yaml:"repairs"`
	} `yaml:"nightpress"`
}

// checkPost reads a post back with a YAML and a Markdown library.
func checkPost(t *testing.T, path string, j line) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Error(err)
		return
	}
	head, body, ok := strings.Cut(strings.TrimPrefix(string(raw), "---\n"), "\n---\n")
	if !ok {
		t.Errorf("%s: no front matter", path)
		return
	}
	var fm frontMatter
	if err := yaml.Unmarshal([]byte(head), &fm); err != nil {
		t.Errorf("%s: %v", path, err)
		return
	}
	if fm.Title == "" || fm.Description == "" || len(fm.Tags) < 2 || len(fm.Categories) == 0 || fm.Date.IsZero() || fm.Draft == nil {
		t.Errorf("%s: front matter %+v", path, fm)
	}
	if fm.Slug != j.Slug || fm.Nightpress.Prompt != "blog-post" || len(fm.Nightpress.Digest) != 64 ||
		fm.Nightpress.Attempts != j.Attempts || !strings.HasPrefix(fm.Nightpress.Model, j.Label) {
		t.Errorf("%s: %+v, job %+v", path, fm, j)
	}
	headings, words := markdown([]byte(body))
	if headings < 2 || words < 300 {
		t.Errorf("%s: %d headings, %d words", path, headings, words)
	}
	for _, s := range []string{"EndOFText", "TITLE:", "META_DESCRIPTION:"} {
		if strings.Contains(body, s) {
			t.Errorf("%s: %q is in the body", path, s)
		}
	}
}

// markdown counts headings and words as a Markdown parser sees them.
func markdown(body []byte) (headings, words int) {
	doc := goldmark.DefaultParser().Parse(text.NewReader(body))
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if h, ok := n.(*ast.Heading); ok && entering && h.Level >= 2 {
			headings++
		}
		if txt, ok := n.(*ast.Text); ok && entering {
			words += len(strings.Fields(string(txt.Segment.Value(body))))
		}
		return ast.WalkContinue, nil
	})
	return headings, words
}

// checkRejected looks for the raw reply and the problems of every attempt.
func checkRejected(t *testing.T, posts string, j line) {
	t.Helper()
	if len(j.Problems) == 0 {
		t.Errorf("rejected without a problem: %+v", j)
	}
	if _, err := os.Stat(filepath.Join(posts, j.Label, j.Slug+".md")); err == nil {
		t.Errorf("rejected, and yet there is a post: %+v", j)
	}
	kept, err := filepath.Glob(filepath.Join(filepath.Dir(output.LedgerPath(posts)), "rejected", j.Label, j.Slug, "*"))
	if err != nil || len(kept) < 2*j.Attempts {
		t.Errorf("%s: %d files kept of %d attempts (%v)", j.Slug, len(kept), j.Attempts, err)
	}
}

// tree is the names, sizes and times of the posts, the ledger and the lock left out.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.Contains(d.Name(), "ledger.db") || d.Name() == "lock" {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		b.WriteString(path + " " + info.ModTime().String() + "\n")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func tempFiles(t *testing.T, dir string) (temp []string) {
	t.Helper()
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(d.Name(), ".tmp") {
			temp = append(temp, path)
		}
		return nil
	})
	return temp
}
