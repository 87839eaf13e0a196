package reply_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/reply"
	"github.com/nightpress/nightpress/prompts"
)

// family tells under which contract the replies of a folder are judged: a
// built-in prompt's, with a lower bound on the words so that the replies can be
// short.
func family(t *testing.T, name string) *contract.Contract {
	t.Helper()
	prompt, words := "blog-post", 30
	switch name {
	case "product":
		prompt, words = "product-description", 20
	case "faq":
		prompt, words = "faq", 40
	}
	p, err := prompts.Open(t.TempDir()).Get(prompt)
	if err != nil {
		t.Fatal(err)
	}
	c := *p.Contract
	c.Body.MinWords = words
	switch name {
	case "edges":
		c.Language = "English"
	case "rules":
		c.Body.Require = []contract.Rule{{Text: "shoebox full"}}
	case "invented", "invented-strict":
		c.Given = &contract.Given{Addresses: reply.Addresses("https://example.org/backup")}
		c.Body.URLs, c.Body.Code = contract.FromTopic, contract.Parses
		if name == "invented-strict" {
			c.Body.UnknownURLs = contract.RejectURLs
		}
	}
	return &c
}

// The replies under testdata/replies are written in the manners of many
// families of models, a folder each. What is found in them stands in the
// folder's verdicts.golden. Those whose name begins with "cut" used up their
// tokens; all others ended by themselves.
func TestRepliesOfManyModels(t *testing.T) {
	folders, err := os.ReadDir("testdata/replies")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, f := range folders {
		t.Run(f.Name(), func(t *testing.T) {
			c := family(t, f.Name())
			dir := filepath.Join("testdata/replies", f.Name())
			files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			for _, path := range files {
				n++
				text, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				r := reply.NewReader(c)
				r.Feed(string(text))
				end := reply.Ended
				if strings.HasPrefix(filepath.Base(path), "cut") {
					end = reply.Length
				}
				describe(&b, filepath.Base(path), r, r.Close(end), end)
			}
			golden(t, filepath.Join(dir, "verdicts.golden"), b.String())
		})
	}
	if n < 120 {
		t.Errorf("%d replies, want 120 at least", n)
	}
}

// describe writes a verdict as a golden file has it.
func describe(b *strings.Builder, name string, r *reply.Reader, v contract.Verdict, end reply.End) {
	what := reply.Diagnose(v, end).String()
	if v.Post != nil {
		what = fmt.Sprintf("post, %d words", v.Post.Words)
	}
	fmt.Fprintf(b, "%s: %s", name, what)
	if why := r.Stopped(); why != "" && why != reply.StoppedMarker {
		fmt.Fprintf(b, ", given up: %s", why)
	}
	b.WriteString("\n")
	for _, x := range v.Repairs {
		fmt.Fprintf(b, "  %d: repair %s\n", x.Line, x.Code)
	}
	for _, x := range v.Problems {
		fmt.Fprintf(b, "  %d: problem %s\n", x.Line, x.Code)
	}
}

// Every repair stands alone in one of the replies, and every problem in one at
// least.
func TestTheRepliesShowEveryCode(t *testing.T) {
	folders, err := filepath.Glob("testdata/replies/*/verdicts.golden")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	// part_test.go shows the codes of parts of a post.
	for _, name := range []string{"outline-missing", "outline-sections", "outline-points", "outline-repeated", "other-section", "closing-words",
		"phrases-repeated", "outline-form", "budgets", "section-heading", "heading-level", "run-on", "sum-up"} {
		seen[name] = true
	}
	for _, path := range folders {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var repairs []string
		for _, line := range append(strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n"), "end") {
			_, code, isRepair := strings.Cut(line, ": repair ")
			_, problem, isProblem := strings.Cut(line, ": problem ")
			switch {
			case isRepair:
				repairs = append(repairs, code)
			case isProblem:
				seen[problem] = true
				repairs = nil
			default:
				if len(repairs) == 1 {
					seen[repairs[0]] = true
				}
				repairs = nil
			}
		}
	}
	for _, m := range contract.ProblemCodes() {
		if (&contract.Problem{Code: m.Code}).InBatch() {
			continue // it is in no reply alone
		}
		if !seen[m.Code.String()] {
			t.Errorf("no reply shows %s", m.Code)
		}
	}
	for _, m := range contract.RepairCodes() {
		if !seen[m.Code.String()] {
			t.Errorf("no reply shows %s", m.Code)
		}
	}
}
