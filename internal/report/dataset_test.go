package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/report"
	"github.com/nightpress/nightpress/internal/report/reporttest"
)

// made is a folder with samples, remedies, and answers.
func made(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "posts")
	if err := reporttest.Write(t.Context(), dir, reporttest.Size{Models: 3, Topics: 8, Samples: 2, Answers: 12}); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestADatasetHoldsTextsPromptsAttemptsAndAnswersAndExplainsEachField(t *testing.T) {
	r := open(t, made(t))
	path := filepath.Join(t.TempDir(), "data.jsonl")
	dictionary, err := r.Dataset(t.Context(), path, "v1", night)
	if err != nil {
		t.Fatal(err)
	}
	explained := read(t, dictionary)
	count := map[string]int{}
	setups := map[string]bool{}
	for text := range strings.Lines(read(t, path)) {
		var l map[string]any
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatal(err)
		}
		kind := l["event"].(string)
		count[kind]++
		for name := range l {
			if !regexp.MustCompile("(?m)^\\| `" + name + "` \\| [a-z]+ \\| \\S").MatchString(explained) {
				t.Errorf("the dictionary does not explain %s of %s", name, kind)
			}
		}
		switch kind {
		case "setup":
			setups[l["setup"].(string)] = true
			if l["options"].(map[string]any)["num_ctx"] != 8192.0 {
				t.Errorf("options: %v", l["options"])
			}
		case "job":
			if !setups[l["setup"].(string)] {
				t.Errorf("the setup %v comes late", l["setup"])
			}
			if !strings.HasPrefix(l["user"].(string), "Write a post about ") || l["columns"].(map[string]any)["topic"] != l["topic"] || len(l["tries"].([]any)) == 0 {
				t.Errorf("%v", l)
			}
			if l["status"] == "done" && !strings.Contains(l["text"].(string), "## Section 1") {
				t.Errorf("the text of %v: %v", l["slug"], l["text"])
			}
		}
	}
	if count["dataset"] != 1 || count["setup"] != 3 || count["job"] != 48 || count["rating"] == 0 {
		t.Errorf("%v", count)
	}
	if strings.Contains(explained, "|  |\n") {
		t.Errorf("a field without a meaning:\n%s", explained)
	}
	// It is written again over itself, and over nothing else.
	if _, err := r.Dataset(t.Context(), path, "v1", night); err != nil {
		t.Error(err)
	}
	mine := filepath.Join(t.TempDir(), "mine.jsonl")
	if err := os.WriteFile(mine, []byte("{}\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	_, err = r.Dataset(t.Context(), mine, "v1", night)
	var foreign *report.ForeignError
	if !errors.As(err, &foreign) || foreign.Path != mine || read(t, mine) != "{}\n" {
		t.Errorf("%v", err)
	}
}

func TestFiguresAreFilesForAPaper(t *testing.T) {
	r := open(t, made(t))
	dir := filepath.Join(t.TempDir(), "figures")
	n, err := r.Figures(t.Context(), dir)
	if err != nil || n < 8 {
		t.Fatalf("%d, %v", n, err)
	}
	for _, name := range []string{"outcomes", "first_try", "preferred_1", "problems", "words", "seconds_per_post"} {
		if !strings.HasPrefix(read(t, dir, name+".svg"), "<svg xmlns=") {
			t.Errorf("%s.svg is no SVG", name)
		}
		if rows, err := csv.NewReader(strings.NewReader(read(t, dir, name+".csv"))).ReadAll(); err != nil || len(rows) < 4 || rows[0][0] != "model" {
			t.Errorf("%s.csv: %d rows, %v", name, len(rows), err)
		}
	}
	if _, err := r.Figures(t.Context(), dir); err != nil {
		t.Errorf("again: %v", err)
	}
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "words.csv"), []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	_, err = r.Figures(t.Context(), other)
	var foreign *report.ForeignError
	if files, _ := os.ReadDir(other); !errors.As(err, &foreign) || len(files) != 1 {
		t.Errorf("%v, %d files", err, len(files))
	}
}

func TestAttemptsAndRatingsAreTables(t *testing.T) {
	r := open(t, made(t))
	for name, want := range map[string]struct {
		column, value string
		rows          int
	}{"attempts": {"outcome", "malformed", 49}, "ratings": {"rater", "anna", 12}, "jobs": {"outcome", "first-try", 48}} {
		var out bytes.Buffer
		if err := r.CSV(t.Context(), &out, name); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&out).ReadAll()
		if err != nil || len(rows)-1 < want.rows {
			t.Fatalf("%s: %d rows, %v", name, len(rows), err)
		}
		at, found := -1, false
		for i, title := range rows[0] {
			if title == want.column {
				at = i
			}
		}
		for _, row := range rows[1:] {
			found = found || row[at] == want.value
		}
		if !found {
			t.Errorf("%s: no %s is %s", name, want.column, want.value)
		}
	}
}
