package phrases

import (
	"io/fs"
	"strings"
	"testing"
)

// A phrase in capitals, with typographic apostrophes, or twice would never be
// found, or found for nothing.
func TestEveryPhraseCanBeFound(t *testing.T) {
	names, err := fs.Glob(files, "*.txt")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		seen := map[string]bool{}
		all := list(strings.TrimSuffix(name, ".txt"))
		if len(all) == 0 {
			t.Errorf("%s is empty", name)
		}
		for _, p := range all {
			if p != strings.ToLower(p) || strings.ContainsAny(p, "’\t") || seen[p] {
				t.Errorf("%s: %q is in capitals, has an apostrophe that is not plain, or stands there twice", name, p)
			}
			seen[p] = true
		}
	}
}
