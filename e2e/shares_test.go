//go:build e2e

package e2e

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/rehearsal"
)

// What the real sampler draws must agree with the share of malformed replies
// that each rehearsal model is written with: within four standard errors, at
// n = 320, so that a right model fails once in 15,000 tests. The seeds are
// fixed, so a test that passed goes on passing. The prompt is short, because
// the models do not read it and the server does.
func TestTheRehearsalModelsAreMalformedAsOftenAsTheySay(t *testing.T) {
	const n = 320
	for _, m := range rehearsal.Models() {
		t.Run(m.Name, func(t *testing.T) {
			dir := t.TempDir()
			var topics strings.Builder
			topics.WriteString("topic\n")
			for i := range n {
				fmt.Fprintf(&topics, "Trying the machinery, part %d\n", i)
			}
			write(t, filepath.Join(dir, "topics.csv"), topics.String())
			write(t, filepath.Join(dir, "prompts", "blog-post.md"), shortPrompt(t))
			write(t, filepath.Join(dir, "models.toml"), fmt.Sprintf("[[model]]\nname = %q\nnum_ctx = 4096\nnum_predict = 1500\nthink = %v\n",
				m.Name, m.Name == "rehearsal-thinking"))
			r := nightpress(dir, "run", "topics.csv", "--attempts", "1", "--json", "--quiet")
			_, sum := lines(t, r.stdout)
			if sum.Jobs != n || sum.Written+sum.Rejected != n {
				t.Fatalf("exit %d, summary %+v\n%s", r.code, sum, r.stderr)
			}
			got, want := float64(sum.Rejected)/n, m.MalformedShare()
			slack := 4 * math.Sqrt(want*(1-want)/n)
			if math.Abs(got-want) > slack {
				t.Errorf("%.3f malformed of %d, written as %.3f (slack %.3f)", got, n, want, slack)
			}
			t.Logf("%.3f malformed of %d, written as %.3f", got, n, want)
		})
	}
}

// shortPrompt is the built-in prompt's contract with hardly a prompt.
func shortPrompt(t *testing.T) string {
	t.Helper()
	r := mustRun(t, 0, t.TempDir(), "prompts", "show", "blog-post")
	_, rest, _ := strings.Cut(r.stdout, "+++\n")
	front, _, ok := strings.Cut(rest, "\n+++\n")
	if !ok {
		t.Fatalf("no front matter in:\n%s", r.stdout)
	}
	return "+++\n" + front + "\n+++\n{{.topic}}\n"
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}
