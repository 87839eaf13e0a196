package importtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The files inside a posts folder are output's own. Whoever else needs one asks it.
func TestOnlyOutputSpellsTheInnerFolder(t *testing.T) {
	seen := 0
	for _, file := range programFiles(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), ".nightpress") {
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
