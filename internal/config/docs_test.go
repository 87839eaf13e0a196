package config_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/config"
)

var update = flag.Bool("update", false, "write docs/models-toml.md")

// The page has the keys, defaults, and meanings of the file that init writes.
func TestThePageOfModelsTomlIsThatOfTheStarter(t *testing.T) {
	const path, head = "../../docs/models-toml.md", "<!-- The tables are made by: go test ./internal/config -update -->\n"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, listed, ok := strings.Cut(string(text), head)
	if !ok {
		t.Fatal("the page does not say how its tables are made")
	}
	want := tables(t)
	if *update {
		if err := os.WriteFile(path, []byte(before+head+want), 0o666); err != nil {
			t.Fatal(err)
		}
	} else if listed != want {
		t.Errorf("the tables are not those of the program: go test ./internal/config -update\n%s", want)
	}
}

// tables returns a table for each section of the starter.
func tables(t *testing.T) string {
	section := regexp.MustCompile(`^(?:# )?(\[+[\w.-]+\]+)(?:\s+# (.*))?$`)
	key := regexp.MustCompile(`^(?:# )?(\w+) = (.*?)(?:\s+# (.*))?$`)
	cell := strings.NewReplacer("|", `\|`)
	var b strings.Builder
	n := 0
	for line := range strings.Lines(string(config.Starter(nil))) {
		line = strings.TrimRight(line, "\n")
		if m := section.FindStringSubmatch(line); m != nil {
			fmt.Fprintf(&b, "\n## `%s`\n\n", m[1])
			if m[2] != "" {
				b.WriteString(strings.ToUpper(m[2][:1]) + m[2][1:] + ".\n\n")
			}
			b.WriteString("| key | default or example | meaning |\n|---|---|---|\n")
		} else if m := key.FindStringSubmatch(line); m != nil {
			fmt.Fprintf(&b, "| `%s` | `%s` | %s |\n", m[1], cell.Replace(m[2]), cell.Replace(m[3]))
			n++
		}
	}
	if n < 50 {
		t.Fatalf("only %d keys: the test does not see them", n)
	}
	return b.String()
}
