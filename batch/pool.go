package batch

import (
	"context"
	"errors"

	"github.com/nightpress/nightpress/internal/crash"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
	"golang.org/x/sync/errgroup"
)

// feed hands out the jobs of one phase. It is used by one goroutine.
type feed struct {
	*run
	first *Job
	next  func() (*Job, error, bool)
}

// take returns the next job, or nil when there is none.
func (f *feed) take() (*Job, error) {
	if j := f.first; j != nil {
		f.first = nil
		return j, nil
	}
	j, err, ok := f.next()
	if !ok {
		return nil, nil
	}
	return j, err
}

// hand gives jobs to the workers until there is none left or the run is to
// stop. It waits for a free worker first, so that what is decided about a job
// is decided when the job begins.
func (f *feed) hand(ctx context.Context, free <-chan struct{}, jobs chan<- *Job) error {
	for {
		j, err := f.take()
		if err != nil || j == nil {
			return err
		}
		// Kept until it is handed out, so that a model that is set aside
		// leaves no job without a result.
		f.first = j
		if f.Limit > 0 && f.left == 0 {
			return ErrLimit
		}
		select {
		case <-free:
		case <-f.Stop:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		// Asked for by itself: a select between two ready channels would
		// still hand out every other job.
		if err := f.closed(); err != nil {
			return err
		}
		f.first = nil
		f.left--
		jobs <- j // the free worker takes it
	}
}

// ending is what a worker gives to the collector: a result, or an attempt that
// leaves its job unfinished.
type ending struct {
	result  *record.Result
	job     *Job
	attempt *record.Attempt
}

// pool runs the phase's jobs over the workers. The order in which things end:
// the feeder closes jobs, the workers end, records is closed, the collector
// ends.
func (r *run) pool(ctx context.Context, m llm.Model, f *feed) error {
	jobs := make(chan *Job)
	free := make(chan struct{}, r.workers())
	records := make(chan ending)
	// The sink cancels the workers with its error: a post that cannot be
	// saved must not be asked for.
	sinkCtx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	group, poolCtx := errgroup.WithContext(sinkCtx)
	var feedErr error
	group.Go(func() error {
		defer close(jobs)
		feedErr = crash.Guard(func() error { return f.hand(poolCtx, free, jobs) })
		if leavesRest(feedErr) && !r.stopped() {
			r.stopping(feedErr)
		}
		return nil
	})
	var unfinished unfinishedJobs
	for range r.workers() {
		group.Go(crash.Guarded(func() error { return r.work(poolCtx, free, jobs, records, &unfinished) }))
	}
	sunk := make(chan error, 1)
	go func() { sunk <- r.collect(ctx, cancel, records) }()
	err := group.Wait()
	close(records)
	if sinkErr := <-sunk; sinkErr != nil {
		return sinkErr
	}
	return r.settle(ctx, m, f, &unfinished, err, feedErr)
}

// work is one worker.
func (r *run) work(ctx context.Context, free chan<- struct{}, jobs <-chan *Job, records chan<- ending, unfinished *unfinishedJobs) error {
	for {
		free <- struct{}{} // has room for every worker
		j, ok := <-jobs
		if !ok {
			return nil
		}
		r.pace.begin(j, r.Clock.now())
		res, err := r.job(ctx, j, func(a *record.Attempt) { records <- ending{job: j, attempt: a} })
		r.pace.end(j, res)
		switch {
		case err == nil:
			records <- ending{result: res}
		case leavesRest(err):
			// This one waited for the server, or stood between two attempts;
			// the others' streams go on to their ends.
			unfinished.add(j, err)
		default:
			unfinished.add(j, err)
			return err
		}
	}
}

// settle turns what ended a pool into what ends the phase.
func (r *run) settle(ctx context.Context, m llm.Model, f *feed, unfinished *unfinishedJobs, err, feedErr error) error {
	var fault *llm.Fault
	switch {
	case err == nil && len(unfinished.jobs) > 0:
		return unfinished.why
	case err == nil:
		return feedErr
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(err, &fault) && fault.Kind == llm.FaultModel:
		r.emit(Unusable{m, err})
		return f.setAside(ctx, err, unfinished.jobs)
	}
	return err
}

// setAside gives the unfinished jobs and every job that is left the same
// result: their model is out.
func (f *feed) setAside(ctx context.Context, reason error, unfinished []*Job) error {
	put := func(j *Job) error {
		res := newResult(j)
		res.Status, res.Reason = record.SetAside, reason.Error()
		return f.sink.Put(ctx, res)
	}
	for _, j := range unfinished {
		if err := put(j); err != nil {
			return errors.Join(err, f.sink.Commit(ctx))
		}
	}
	for n := 1; ; n++ {
		j, err := f.take()
		if err != nil || j == nil {
			return errors.Join(err, f.sink.Commit(ctx))
		}
		if err := put(j); err != nil {
			return errors.Join(err, f.sink.Commit(ctx))
		}
		if n%mostTogether == 0 {
			if err := f.sink.Commit(ctx); err != nil {
				return err
			}
		}
	}
}

// mostTogether bounds what is committed together.
const mostTogether = 256

// collect is the one goroutine that gives records to the sink. After an error
// of the sink it goes on receiving, so that no worker waits for ever.
func (r *run) collect(ctx context.Context, cancel context.CancelCauseFunc, records <-chan ending) error {
	ctx = context.WithoutCancel(ctx)
	var failed error
	for rec := range records {
		if failed != nil {
			continue
		}
		failed = r.give(ctx, rec)
		for n := 1; n < mostTogether && failed == nil; n++ {
			if rec, ok := waiting(records); ok {
				failed = r.give(ctx, rec)
			} else {
				break
			}
		}
		// What was given before a failure is committed all the same: its
		// files are in place.
		commit := crash.Guard(func() error { return r.sink.Commit(ctx) })
		if failed = errors.Join(failed, commit); failed != nil {
			cancel(failed)
		}
	}
	return failed
}

// waiting returns a record that a worker is waiting to give, if there is one.
func waiting(records <-chan ending) (rec ending, ok bool) {
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
		return r.sink.Keep(ctx, rec.job, rec.attempt)
	})
}
