package ledger_test

import (
	"path/filepath"
	"testing"

	"github.com/nightpress/nightpress/internal/ledger"
)

func TestARunWithoutAnEndWasKilled(t *testing.T) {
	l, err := ledger.Open(filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	is := func(when string, want bool) {
		t.Helper()
		if got, err := l.LastRunEnded(t.Context()); err != nil || got != want {
			t.Errorf("%s: %v, %v", when, got, err)
		}
	}
	is("no run at all", true)
	killed, err := l.BeginRun(t.Context(), "nightpress run topics.csv", "", "0.17.4")
	if err != nil {
		t.Fatal(err)
	}
	is("a run that began", false)
	if err := l.EndRun(t.Context(), killed, 0, nil); err != nil {
		t.Fatal(err)
	}
	is("and ended", true)
}
