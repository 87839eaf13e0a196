package reply_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/contract"
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

The codes that ` + "`nightpress validate`, `nightpress show`, `run --json`" + `, and the summary print. They are stored in ledgers, and their
meanings do not change. This page is generated from the program's own list.
`

func TestTheDocumentedCodesAreThoseOfTheProgram(t *testing.T) {
	var b strings.Builder
	b.WriteString(codesHead)
	writeTable(&b, "Problems", "A reply with a problem is no post. Each problem has its line in the raw reply (0: the reply as a whole), a message for a\nperson, and an instruction for the model in the next request.", contract.ProblemCodes())
	writeTable(&b, "Repairs", "A repair needs no model, and a repaired reply is well-formed. Each repair is recorded once for a reply, with the first line\nthat needed it. A post's front matter lists its repairs.", contract.RepairCodes())
	golden(t, "../../docs/codes.md", b.String())
}

// docs/reader.md has the table of the repairs between two comments.
func TestTheTableOfRepairsIsThatOfTheProgram(t *testing.T) {
	const path, begin, end = "../../docs/reader.md", "-update writes this table -->\n", "<!-- repairs: end -->"
	page := strings.ReplaceAll(read(t, path), "\r\n", "\n")
	head, rest, ok := strings.Cut(page, begin)
	_, tail, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no place for the table", path)
	}
	var b strings.Builder
	b.WriteString("\n| what is repaired | code |\n|---|---|\n")
	for _, m := range contract.RepairCodes() {
		fmt.Fprintf(&b, "| %s | `%s` |\n", cell(m.Means), m.Code)
	}
	golden(t, path, head+begin+b.String()+"\n"+end+tail)
}

// cell is a text as a table of Markdown takes it, in code spans too.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

func writeTable[C contract.ProblemCode | contract.RepairCode](b *strings.Builder, title, lead string, all []contract.Meaning[C]) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n\n| code | meaning |\n|---|---|\n", title, lead)
	for _, m := range all {
		fmt.Fprintf(b, "| `%s` | %s |\n", m.Code, cell(m.Means))
	}
}

// A code that no list has would be missing in the docs, and one that nothing
// uses would promise too much.
func TestEveryCodeIsListedAndUsed(t *testing.T) {
	declared := regexp.MustCompile(`(?m)^\s+((?:Problem|Repair)\w+)\s+= (?:Problem|Repair)Code\{word\.New\("([a-z0-9-]+)"\)\}$`)
	listed := map[string]bool{}
	for _, m := range contract.ProblemCodes() {
		listed[m.Code.String()] = true
	}
	for _, m := range contract.RepairCodes() {
		listed[m.Code.String()] = true
	}
	vocabulary := read(t, "../contract/problem.go") + read(t, "../contract/repair.go")
	source := ""
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range append(files, "../../batch/structured.go", "../../output/taken.go") {
		if !strings.HasSuffix(f, "_test.go") {
			source += read(t, f)
		}
	}
	all := declared.FindAllStringSubmatch(vocabulary, -1)
	if len(all) != len(listed) {
		t.Errorf("%d codes are declared and %d listed", len(all), len(listed))
	}
	for _, m := range all {
		if !listed[m[2]] {
			t.Errorf("%s is not listed", m[2])
		}
		if !regexp.MustCompile(`contract\.` + m[1] + `\b`).MatchString(source) {
			t.Errorf("%s is listed and nothing says it", m[2])
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
