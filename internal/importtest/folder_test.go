package importtest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var typeNames = strings.NewReplacer("vnd.nightpress", "", "com.github.nightpress", "")

// The files inside a posts folder are output's own. Whoever else needs one asks it.
func TestOnlyOutputSpellsTheInnerFolder(t *testing.T) {
	seen := 0
	for _, file := range programFiles(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		// The names of types have it too: application/vnd.nightpress.work.v1.
		if !strings.Contains(typeNames.Replace(string(text)), ".nightpress") {
			continue
		}
		if seen++; filepath.Base(filepath.Dir(file)) != "output" {
			t.Errorf("%s spells .nightpress", file)
		}
	}
	if seen == 0 {
		t.Error("no file spells it: the test looks in the wrong place")
	}
}

// ARCHITECTURE.md lists every package, so that a newcomer finds each.
func TestTheArchitecturePageListsEveryPackage(t *testing.T) {
	page, err := os.ReadFile("../../ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	for name := range arrows {
		if !strings.Contains(string(page), "`"+name+"`") {
			t.Errorf("%s is missing", name)
		}
	}
}

// mostPassed is how many packages a newcomer reads to follow one topic to its file.
const mostPassed = 8

// ARCHITECTURE.md follows a topic in steps, and says how many packages that are.
// Each step names its packages, each has an arrow from another of them or from
// run, which connects them, and they are few.
func TestATopicPassesThroughFewPackages(t *testing.T) {
	page, err := os.ReadFile("../../ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	_, walk, _ := strings.Cut(string(page), "\n## A topic becomes a post\n")
	walk, _, _ = strings.Cut(walk, "\n## ")
	steps, sum, ok := strings.Cut(walk, "\nA topic passes through eight packages: ")
	if !ok {
		t.Fatal("the section does not say how many packages a topic passes through")
	}
	sum, _, _ = strings.Cut(sum, ". ")
	passed := packagesIn(sum)
	if named := packagesIn(steps); !slices.Equal(named, passed) {
		t.Errorf("the steps name %s, their sum %s", named, passed)
	}
	if len(passed) != mostPassed {
		t.Errorf("%d packages, not eight: %s", len(passed), passed)
	}
	for _, name := range passed {
		if !slices.ContainsFunc(append(passed, "internal/run", "internal/preflight"), func(from string) bool { return slices.Contains(arrows[from], name) }) {
			t.Errorf("none of these packages imports %s", name)
		}
	}
}

// packagesIn are the packages that a text names in backquotes, also as in
// `batch.Identity`, sorted.
func packagesIn(text string) (all []string) {
	for i, quoted := range strings.Split(text, "`") {
		name, _, _ := strings.Cut(quoted, ".")
		for _, full := range []string{name, "internal/" + name} {
			if _, ok := arrows[full]; ok && i%2 == 1 && !slices.Contains(all, full) {
				all = append(all, full)
			}
		}
	}
	slices.Sort(all)
	return all
}
