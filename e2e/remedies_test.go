//go:build unix

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/output"
)

const everyModel = `
[defaults]
num_predict = 600
[[model]]
name = "rehearsal-steady"
[[model]]
name = "rehearsal-sloppy"
[[model]]
name = "rehearsal-looping"
[[model]]
name = "rehearsal-cut"
[[model]]
name = "rehearsal-thinking"
think = true
[[model]]
name = "rehearsal-forgetful"
[[model]]
name = "rehearsal-small"
[[model]]
name = "rehearsal-small"
label = "structured"
mode = "structured"
`

// judged is a job of a run with its attempts as the ledger keeps them.
type judged struct {
	line
	attempts []record.Attempt
}

// text is what the job's last attempt left.
func (j judged) text() string {
	last := j.attempts[len(j.attempts)-1]
	if last.Joined != "" {
		return last.Joined
	}
	return last.Reply
}

// runEveryModel runs fifty topics for eight entries, which are all rehearsal
// models and one of them twice.
func runEveryModel(t *testing.T, dir string) []judged {
	t.Helper()
	writeTopics(t, filepath.Join(dir, "topics.csv"), 50)
	if err := os.WriteFile(filepath.Join(dir, "models.toml"), []byte(everyModel), 0o666); err != nil {
		t.Fatal(err)
	}
	r := nightpress(dir, "run", "topics.csv", "--json", "--quiet")
	if r.code != 0 && r.code != 3 {
		t.Fatalf("exit %d\n%s", r.code, r.stderr)
	}
	jobs, sum := lines(t, r.stdout)
	if len(jobs) != 400 || sum.Written+sum.Rejected != 400 {
		t.Fatalf("%d job lines, summary %+v", len(jobs), sum)
	}
	l, err := ledger.Open(output.LedgerPath(filepath.Join(dir, "posts")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	var all []judged
	for _, j := range jobs {
		attempts, err := l.Attempts(context.Background(), j.ID)
		if err != nil || len(attempts) != j.Attempts {
			t.Fatalf("%s: %d attempts of %d: %v", j.Slug, len(attempts), j.Attempts, err)
		}
		all = append(all, judged{j, attempts})
	}
	return all
}

func TestFourHundredJobsAreMendedByCauseAndNoneIsAcceptedWrongly(t *testing.T) {
	dir := t.TempDir()
	jobs := runEveryModel(t, dir)
	validateAgrees(t, dir, jobs)
	remedies, done := map[string]int{}, map[string]int{}
	for _, j := range jobs {
		for _, a := range j.attempts {
			remedies[a.Remedy.String()]++
			if a.Remedy != contract.RemedyFirst && a.Started.IsZero() {
				t.Errorf("%s, attempt %d: %+v", j.Slug, a.N, a)
			}
		}
		if j.Status == "done" {
			done[j.Label]++
			readsAsOne(t, filepath.Join(dir, "posts", j.Path), j)
		}
	}
	t.Logf("attempts by remedy %v, posts by model %v", remedies, done)
	for _, remedy := range []string{"first", "again", "continue", "finish", "fields", "extend", "schema", "body"} {
		if remedies[remedy] == 0 {
			t.Errorf("no attempt was a %q", remedy)
		}
	}
	if done["rehearsal-steady"] != 50 || done["structured"] < 48 || done["structured"] <= done["rehearsal-small"] {
		t.Errorf("posts by model: %v", done)
	}
}

// validateAgrees has the program check every stored text again.
func validateAgrees(t *testing.T, dir string, jobs []judged) {
	t.Helper()
	args := []string{"validate", "--json"}
	accepted := map[string]bool{}
	for i, j := range jobs {
		path := filepath.Join(dir, fmt.Sprintf("kept-%03d.txt", i))
		if err := os.WriteFile(path, []byte(j.text()), 0o666); err != nil {
			t.Fatal(err)
		}
		accepted[path] = j.Status == "done"
		args = append(args, path)
	}
	r := nightpress(dir, args...)
	seen := 0
	for _, text := range strings.Split(strings.TrimSpace(r.stdout), "\n") {
		var v struct {
			File  string `json:"file"`
			Valid bool   `json:"valid"`
		}
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Fatalf("%v in %q\n%s", err, text, r.stderr)
		}
		want, known := accepted[v.File]
		if known {
			seen++
		}
		if known && v.Valid != want {
			t.Errorf("%s: accepted %t, and a fresh validate says valid %t", v.File, want, v.Valid)
		}
	}
	if seen != len(jobs) {
		t.Errorf("validate judged %d of %d texts", seen, len(jobs))
	}
}

var (
	// glued is the end of a sentence with no blank behind it, or two blanks in
	// one.
	glued = regexp.MustCompile(`[a-z][.!?][A-Z]|[a-z]  +[a-z]`)
	// torn is a sentence that a paragraph ends in.
	torn = regexp.MustCompile(`[a-z,]\n\n[a-z]`)
)

// readsAsOne looks for the seams that mending could leave in a post: a line
// said twice, a heading twice, header lines or a marker in the middle, a word
// or a sentence torn apart.
func readsAsOne(t *testing.T, path string, j judged) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Error(err)
		return
	}
	_, body, _ := strings.Cut(strings.TrimPrefix(string(raw), "---\n"), "\n---\n")
	said := map[string]bool{}
	for _, l := range strings.Split(body, "\n") {
		if len(l) > 20 || strings.HasPrefix(l, "#") {
			if said[l] {
				t.Errorf("%s/%s: twice: %s", j.Label, j.Slug, l)
			}
			said[l] = true
		}
	}
	for _, s := range []string{"EndOFText", "TITLE:", "META_DESCRIPTION:", "CATEGORIES:"} {
		if strings.Contains(body, s) {
			t.Errorf("%s/%s: %q is in the body", j.Label, j.Slug, s)
		}
	}
	for _, seam := range []*regexp.Regexp{glued, torn} {
		if at := seam.FindStringIndex(body); at != nil {
			t.Errorf("%s/%s: a seam in %q", j.Label, j.Slug, body[max(0, at[0]-30):min(len(body), at[1]+30)])
		}
	}
}
