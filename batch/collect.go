package batch

import (
	"context"
	"errors"

	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/record"
)

// ending is what a worker sends to the collector: a result, or an attempt that
// leaves its job unfinished.
type ending struct {
	result  *record.Result
	job     *Job
	attempt *record.Attempt
}

// maxTogether bounds how many records are committed together.
const maxTogether = 256

// collect is the only goroutine that passes records to the sink. After an error of
// the sink, it continues to receive, so that no worker waits forever.
func (r *run) collect(ctx context.Context, cancel context.CancelCauseFunc, records <-chan ending) error {
	ctx = context.WithoutCancel(ctx)
	var failed error
	for rec := range records {
		if failed != nil {
			continue
		}
		failed = r.give(ctx, rec)
		for n := 1; n < maxTogether && failed == nil; n++ {
			if rec, ok := queued(records); ok {
				failed = r.give(ctx, rec)
			} else {
				break
			}
		}
		// Records from before a failure are still committed: their files are
		// written.
		commit := crash.Guard(func() error { return r.sink.Commit(ctx) })
		if failed = errors.Join(failed, commit); failed != nil {
			cancel(failed)
		}
	}
	return failed
}

// queued returns a record that a worker is waiting to send, if there is one.
func queued(records <-chan ending) (rec ending, ok bool) {
	select {
	case rec, ok = <-records:
	default:
	}
	return rec, ok
}

func (r *run) give(ctx context.Context, rec ending) error {
	return crash.Guard(func() error {
		if rec.result != nil {
			return r.sink.Put(ctx, rec.result)
		}
		return r.sink.SaveAttempt(ctx, rec.job, rec.attempt)
	})
}
