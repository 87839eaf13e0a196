package notify

import (
	"strings"
	"testing"
)

// cmd.exe expands %NIGHTPRESS_TEXT% before it looks for quotes and operators.
func TestNoValueHasAMeaningForCmd(t *testing.T) {
	value := `server "a" & calc | x > y < z ^ %PATH% !x! 'q'`
	if got := forShell("windows", value); strings.ContainsAny(got, "\"&|<>^%!") || !strings.HasPrefix(got, "server 'a' _ calc") {
		t.Errorf("windows: %q", got)
	}
	if got := forShell("linux", value); got != value {
		t.Errorf("linux: %q", got)
	}
}

func TestOneLineCutsBetweenCharacters(t *testing.T) {
	got := OneLine(strings.Repeat("é", 2*mostText))
	if got != strings.Repeat("é", mostText-3)+"..." {
		t.Errorf("%d bytes: %q", len(got), got)
	}
}
