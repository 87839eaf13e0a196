package rate

import (
	"strings"
	"testing"
)

func TestCriteriaAreNamesWithQuestions(t *testing.T) {
	all, err := parseCriteria([]string{"clarity: Which is clearer: this or that?", "tone"})
	if err != nil || len(all) != 2 || all[0] != (Criterion{"clarity", "Which is clearer: this or that?"}) || all[1] != (Criterion{"tone", "Which post is better in tone?"}) {
		t.Errorf("%+v, %v", all, err)
	}
	if all, err := parseCriteria(nil); err != nil || len(all) != 1 || all[0].Name != "" {
		t.Errorf("%+v, %v", all, err)
	}
	for _, bad := range [][]string{{""}, {": What?"}, {"a", "a"}, {"a\x1b[2J"}, {strings.Repeat("x", 61)}} {
		if all, err := parseCriteria(bad); err == nil {
			t.Errorf("%q: %+v", bad, all)
		}
	}
}

// A name is printed, stored, and shown on pages.
func TestARatersNameIsALineOfText(t *testing.T) {
	for _, name := range []string{"", " anna", "person", "a\nb", "a\u202eb", "\x1b[31m", strings.Repeat("x", 61)} {
		if checkName(name) == nil {
			t.Errorf("%q is allowed", name)
		}
	}
	for _, name := range []string{"anna", "Ann-Sophie O’Neill", "李"} {
		if err := checkName(name); err != nil {
			t.Error(err)
		}
	}
}
