package reply_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/reply"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares text with a file, or writes it with -update.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v\nhint: go test ./internal/reply -update", err)
	}
	if got != strings.ReplaceAll(string(want), "\r\n", "\n") {
		t.Errorf("%s differs\ngot:\n%s\nhint: go test ./internal/reply -update", path, got)
	}
}

const codesHead = `# Problems and repairs

What ` + "`nightpress validate`, `nightpress show`, `run --json`" + ` and the summary call by a code. The codes are stored in ledgers and do
not change their meaning. This page is written from the program's own list.
`

func TestTheDocumentedCodesAreThoseOfTheProgram(t *testing.T) {
	var b strings.Builder
	b.WriteString(codesHead)
	table := func(title, lead string, codes []reply.Code) {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| code | meaning |\n|---|---|\n", title, lead)
		for _, c := range codes {
			fmt.Fprintf(&b, "| `%s` | %s |\n", c.Code, c.Means)
		}
	}
	table("Problems", "A reply with a problem is no post. Each has the line of the raw reply at which it stands (0: the reply as a whole)\nand a message that the model is told when it is asked again.", reply.ProblemCodes())
	table("Repairs", "A repair needs no model and makes no reply malformed. Each is recorded once for a reply, with the first line that needed\nit; a post's front matter lists them.", reply.RepairCodes())
	golden(t, "../../docs/codes.md", b.String())
}

// A code in the source that no list has would be missing in the docs, and one
// in the lists that the source lacks would promise too much.
func TestEveryCodeInTheSourceIsListed(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	source := ""
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") || f == "codes.go" {
			continue
		}
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		source += string(text)
	}
	for _, c := range []struct {
		call string
		list []reply.Code
	}{{`(?:problem\(|Problem\{)"([a-z0-9-]+)"`, reply.ProblemCodes()}, {`repair\("([a-z0-9-]+)"`, reply.RepairCodes()}} {
		used := map[string]bool{}
		for _, m := range regexp.MustCompile(c.call).FindAllStringSubmatch(source, -1) {
			used[m[1]] = true
			if !slices.ContainsFunc(c.list, func(k reply.Code) bool { return k.Code == m[1] }) {
				t.Errorf("%s is not listed", m[1])
			}
		}
		for _, k := range c.list {
			if !used[k.Code] {
				t.Errorf("%s is listed and nothing says it", k.Code)
			}
		}
	}
}
