package main

import (
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/usage"
)

// A person who looks for a flag of run finds it below the heading of what it is
// about: no flag but --help is left over, and none is listed twice.
func TestEachFlagOfRunIsInOneGroup(t *testing.T) {
	code, help, said := tell(t, "run", "--help")
	if code != 0 {
		t.Fatalf("exit %d\n%s", code, said)
	}
	_, left, _ := strings.Cut(help, "\nFlags:\n")
	left, _, _ = strings.Cut(left, "\nGlobal Flags:\n")
	if lines := strings.Split(strings.TrimSpace(left), "\n"); len(lines) != 1 || !strings.Contains(lines[0], "--help") {
		t.Errorf("flags in no group:\n%s", left)
	}
	listed := listedFlags(help)
	for flag, n := range listed {
		if n > 1 {
			t.Errorf("--%s is listed %d times", flag, n)
		}
	}
	if len(listed) < 20 {
		t.Errorf("only %d flags are listed", len(listed))
	}
	for _, g := range usage.Groups {
		for _, flag := range g.Flags {
			if flag != "jobs" && !strings.Contains(help, "--"+flag+" ") {
				t.Errorf("%s has --%s, which run does not have", g.About, flag)
			}
		}
	}
}

// listedFlags counts the flags that a help text lists at the beginning of a line.
func listedFlags(help string) map[string]int {
	listed := map[string]int{}
	for line := range strings.SplitSeq(help, "\n") {
		if word, ok := strings.CutPrefix(strings.TrimSpace(line), "--"); ok {
			listed[strings.Fields(word)[0]]++
		}
	}
	return listed
}

func TestTheHelpOfPlanIsShortAndRefersToRun(t *testing.T) {
	_, help, _ := tell(t, "plan", "--help")
	if n := len(listedFlags(help)); n > 12 || !strings.Contains(help, "nightpress run --help") {
		t.Errorf("%d flags:\n%s", n, help)
	}
	// A flag that is not listed is taken all the same.
	if code, _, said := tell(t, "plan", "nosuch.csv", "--samples", "2", "-m", "m"); !strings.Contains(said, "nosuch.csv") {
		t.Errorf("exit %d: %s", code, said)
	}
}

func TestAnOptionalValueIsInBrackets(t *testing.T) {
	if _, help, _ := tell(t, "run", "--help"); !strings.Contains(help, "--fleet [address] ") {
		t.Error(help)
	}
}
