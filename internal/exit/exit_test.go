package exit_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/exit"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/output"
)

func TestEveryErrorHasItsExitCode(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range []struct {
		name string
		err  error
		want int
	}{
		{"success", nil, exit.Done},
		{"an error of no kind", broken, exit.CannotRun},
		{"a usage error", exit.Usage(broken), exit.BadUsage},
		{"a usage error below others", fmt.Errorf("read: %w", errors.Join(broken, exit.Usage(broken))), exit.BadUsage},
		{"a folder without a ledger", &output.NoLedgerError{Dir: "posts"}, exit.BadUsage},
		{"a full disk while the input is read", exit.Usage(&output.SpaceError{}), exit.CannotRun},
		{"a command that has said all", exit.Silent(exit.Incomplete), exit.Incomplete},
		{"which wins over what came after it", errors.Join(exit.Silent(exit.Incomplete), broken), exit.Incomplete},
		{"--limit", fmt.Errorf("run: %w", batch.ErrLimit), exit.OwnLimit},
		{"--until", batch.ErrUntil, exit.OwnLimit},
		{"--patience", batch.ErrPatience, exit.OwnLimit},
		{"a signal while posts are in progress", batch.ErrStopped, exit.Interrupted},
		{"a canceled context", fmt.Errorf("look up: %w", context.Canceled), exit.Interrupted},
	} {
		if got := exit.Code(c.err); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

func TestAUsageErrorKeepsItsTextAndItsHints(t *testing.T) {
	if exit.Usage(nil, "never") != nil {
		t.Error("no error became one")
	}
	err := exit.Usage(errors.New("wrong"), "type this", "or that")
	if err.Error() != "wrong" || fmt.Sprint(hint.Of(err)) != "[or that type this]" && fmt.Sprint(hint.Of(err)) != "[type this or that]" {
		t.Errorf("%q with %q", err, hint.Of(err))
	}
	if exit.IsSilent(err) || !exit.IsSilent(fmt.Errorf("check: %w", exit.Silent(exit.CannotRun))) {
		t.Error("silence is not told from an error")
	}
}

func TestEveryExitCodeOfARunHasAMeaningOfItsOwn(t *testing.T) {
	seen := map[string]int{}
	for _, code := range []int{exit.Done, exit.CannotRun, exit.Incomplete, exit.OwnLimit, exit.Interrupted} {
		text := exit.Meaning(code)
		if other, taken := seen[text]; text == "" || taken {
			t.Errorf("%d and %d both mean %q", code, other, text)
		}
		seen[text] = code
	}
}
