package main

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/exit"
)

func TestWhatASignalEndsSaysSo(t *testing.T) {
	broken := errors.New("disk I/O error")
	for _, c := range []struct {
		err         error
		interrupted string
		code        int
	}{
		{nil, "", exit.Done},
		{fmt.Errorf("look jobs up: %w", context.Canceled), "interrupted", exit.Interrupted},
		{broken, "interrupted", exit.Interrupted},
		{exit.Usage(broken), "interrupted", exit.Interrupted},
		{exit.Silent(exit.Interrupted), "", exit.Interrupted},
		{exit.Silent(exit.Incomplete), "", exit.Incomplete},
		{batch.ErrUntil, batch.ErrUntil.Error(), exit.OwnLimit},
	} {
		ctx, cancel := context.WithCancelCause(t.Context())
		if got := exit.Canceled(ctx, c.err); got != c.err {
			t.Errorf("%v without a signal became %v", c.err, got)
		}
		cancel(exit.ErrInterrupted)
		got := exit.Canceled(ctx, c.err)
		text := ""
		if got != nil {
			text = got.Error()
		}
		if text != c.interrupted || exit.Code(got) != c.code {
			t.Errorf("%v: %q with %d, want %q with %d", c.err, text, exit.Code(got), c.interrupted, c.code)
		}
	}
}
