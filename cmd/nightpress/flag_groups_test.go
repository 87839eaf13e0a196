package main

import (
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/usage"
)

// A person who looks for a flag of run finds it below the heading of what it is
// about: no flag but --help is left over, and none is listed twice.
func TestEachFlagOfRunIsInOneGroup(t *testing.T) {
	var helps strings.Builder
	for _, name := range []string{"run", "plan"} {
		code, help, said := tell(t, name, "--help")
		if code != 0 {
			t.Fatalf("%s --help: exit %d\n%s", name, code, said)
		}
		helps.WriteString(help)
		_, left, _ := strings.Cut(help, "\nFlags:\n")
		left, _, _ = strings.Cut(left, "\nGlobal Flags:\n")
		if lines := strings.Split(strings.TrimSpace(left), "\n"); len(lines) != 1 || !strings.Contains(lines[0], "--help") {
			t.Errorf("%s --help has flags in no group:\n%s", name, left)
		}
		listed := map[string]int{}
		for line := range strings.SplitSeq(help, "\n") {
			if word, ok := strings.CutPrefix(strings.TrimSpace(line), "--"); ok {
				listed[strings.Fields(word)[0]]++
			}
		}
		for flag, n := range listed {
			if n > 1 {
				t.Errorf("%s --help lists --%s %d times", name, flag, n)
			}
		}
		if len(listed) < 20 {
			t.Errorf("%s --help lists only %d flags", name, len(listed))
		}
	}
	for _, g := range usage.Groups {
		for _, flag := range g.Flags {
			if !strings.Contains(helps.String(), "--"+flag+" ") {
				t.Errorf("%s has --%s, which neither run nor plan has", g.About, flag)
			}
		}
	}
}
