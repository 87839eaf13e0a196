package main

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/nightpress/nightpress/batch"
)

func TestWhatASignalEndsSaysSo(t *testing.T) {
	broken := errors.New("disk I/O error")
	for _, c := range []struct {
		err         error
		interrupted string
		code        int
	}{
		{nil, "", exitDone},
		{fmt.Errorf("look jobs up: %w", context.Canceled), "interrupted", exitInterrupted},
		{broken, "interrupted", exitInterrupted},
		{usageError{error: broken}, "interrupted", exitInterrupted},
		{silentExit{exitInterrupted}, "", exitInterrupted},
		{silentExit{exitIncomplete}, "", exitIncomplete},
		{batch.ErrUntil, batch.ErrUntil.Error(), exitOwnLimit},
	} {
		ctx, cancel := context.WithCancelCause(t.Context())
		if got := cancelled(ctx, c.err); got != c.err {
			t.Errorf("%v without a signal became %v", c.err, got)
		}
		cancel(errInterrupted)
		got := cancelled(ctx, c.err)
		text := ""
		if got != nil {
			text = got.Error()
		}
		if text != c.interrupted || exitCode(got) != c.code {
			t.Errorf("%v: %q with %d, want %q with %d", c.err, text, exitCode(got), c.interrupted, c.code)
		}
	}
}
