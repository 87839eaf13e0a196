package topics_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/topics"
)

// one is a file with what it is to give: testdata/cases.json has real-world
// cases as plan is to read them.
type one struct {
	File   string
	Args   string
	Exit   int
	Topics *int
	Says   []string
	Note   string
}

// read opens and checks a file as plan does, and returns its topics and what a
// person reads.
func read(t *testing.T, path, args string) (found []topics.Topic, said string, code int) {
	t.Helper()
	var o topics.Options
	skip := false
	fields := splitArgs(args)
	for i := 0; i < len(fields); i++ {
		switch fields[i] {
		case "--skip-bad-rows":
			skip = true
		case "--no-header":
			o.NoHeader = true
		default:
			value := fields[i+1]
			switch fields[i] {
			case "--topic-column":
				o.TopicColumn = value
			case "--encoding":
				o.Encoding = value
			case "--sheet":
				o.Sheet = value
			case "--delimiter":
				o.Delimiter = value
			case "--where":
				o.Where = append(o.Where, value)
			case "--column":
				o.Columns = append(o.Columns, value)
			default:
				t.Fatalf("the test does not know %s", fields[i])
			}
			i++
		}
	}
	fail := func(err error) ([]topics.Topic, string, int) {
		return nil, fmt.Sprint(err, "\n", strings.Join(hint.Of(err), "\n")), 2
	}
	in, err := topics.Open(path, o, nil)
	if err != nil {
		return fail(err)
	}
	defer in.Close()
	if err := in.Use([]string{"audience", "keywords"}, nil); err != nil {
		return fail(err)
	}
	rep, err := in.Check()
	if err != nil {
		return fail(err)
	}
	if err := rep.Err(); err != nil && !skip {
		return fail(err)
	}
	for tp, err := range in.All() {
		if err == nil {
			found = append(found, tp)
		}
	}
	if len(found) != rep.Topics {
		t.Errorf("%d topics, the report has %d", len(found), rep.Topics)
	}
	return found, in.Assumed(), 0
}

// splitArgs splits at blanks outside quotes.
func splitArgs(s string) (args []string) {
	quoted := false
	for _, f := range strings.FieldsFunc(s, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return r == ' ' && !quoted
	}) {
		args = append(args, strings.Trim(f, `"`))
	}
	return args
}

func TestRealWorldCases(t *testing.T) {
	text, err := os.ReadFile("testdata/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []one
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(filepath.Base(c.File), func(t *testing.T) {
			found, said, code := read(t, filepath.Join("testdata", "cases", filepath.Base(c.File)), c.Args)
			if code != c.Exit {
				t.Fatalf("exit %d, want %d: %s\n%s", code, c.Exit, c.Note, said)
			}
			if c.Topics != nil && len(found) != *c.Topics {
				t.Errorf("%d topics, want %d: %s\n%+v", len(found), *c.Topics, c.Note, found)
			}
			for _, s := range c.Says {
				if !strings.Contains(said, s) {
					t.Errorf("does not say %q: %s\n%s", s, c.Note, said)
				}
			}
		})
	}
	if found, _, _ := read(t, "testdata/cases/c09-space-before-quote.csv", ""); len(found) != 2 || found[0].Row["keywords"] != "hive, honey" {
		t.Errorf("the blank before a quote: %+v", found)
	}
	if found, said, _ := read(t, "testdata/cases/c12-cp1252.csv", "--encoding windows-1252"); len(found) != 3 || found[0].Text != "Wie Bäcker Brötchen formen" {
		t.Errorf("windows-1252: %+v %s", found, said)
	}
}
