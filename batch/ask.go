package batch

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
)

func newResult(j *Job) *record.Result {
	res := &record.Result{
		ID: j.ID, Topic: j.Topic, Line: j.Line, Slug: j.Slug,
		Label: j.Model.Label, Model: j.Model.Name, Digest: j.Model.Digest,
		Status:   record.Pending,
		Attempts: slices.Clone(j.Past), Earlier: len(j.Past), Variant: j.Variant,
	}
	if j.Prompt != nil {
		res.Prompt = j.Prompt.Name
	}
	return res
}

// job asks for one post until it is there or cannot be had, going on after the
// attempts of earlier runs. keep is given each attempt that another follows.
// An error means that the job has no result: the run was interrupted or cannot
// go on, or the model is unusable.
func (r *run) job(ctx context.Context, j *Job, keep func(*record.Attempt)) (*record.Result, error) {
	res := newResult(j)
	crashed := false
	for n := res.Earlier + 1; n <= r.attempts(); n++ {
		if n > res.Earlier+1 && r.late() {
			return nil, ErrUntil
		}
		st, gaveUp, err := r.next(ctx, j, res.Attempts)
		if err != nil {
			return nil, fmt.Errorf("topic %q: %w", j.Topic, err)
		}
		if gaveUp != "" {
			res.Status, res.Reason = record.Rejected, counted(len(res.Attempts))+": "+gaveUp
			return res, nil
		}
		a, err := r.attempt(ctx, j, n, st, crashed)
		var fault *llm.Fault
		if errors.As(err, &fault) && fault.Trouble == llm.Crash {
			err = blame(crashed, err)
			crashed = true
		}
		switch {
		case err == nil:
		case errors.As(err, &fault) && fault.Kind == llm.FaultRetry:
		case errors.As(err, &fault) && fault.Kind == llm.FaultJob && fault.Trouble != llm.Crash && n > 1 && st.remedy != contract.RemedyResend:
			// The first prompt did fit: what does not is what was added to it.
			a.Refused = true
		case errors.As(err, &fault) && fault.Kind == llm.FaultJob:
			res.Attempts = append(res.Attempts, a.Attempt)
			res.Status, res.Reason = record.Rejected, err.Error()
			return res, nil
		default:
			return nil, fmt.Errorf("topic %q: %w", j.Topic, err)
		}
		res.Attempts = append(res.Attempts, a.Attempt)
		if a.post != nil {
			res.Status, res.Post = record.Done, a.post
			return res, nil
		}
		if n < r.attempts() {
			keep(&a.Attempt)
		}
	}
	res.Status, res.Reason = record.Rejected, attemptsUsedUp(res.Attempts)
	return res, nil
}

// blame makes a model's second crash over a job, with no other under way, the
// end for that job: the model goes on with the others.
func blame(alone bool, err error) error {
	if !alone {
		return err
	}
	return &llm.Fault{Kind: llm.FaultJob, Err: fmt.Errorf("the model crashed on it twice: %w", err)}
}

// attemptsUsedUp words why a job was rejected after its last attempt.
func attemptsUsedUp(all []record.Attempt) string {
	last := all[len(all)-1]
	why := last.Error
	if len(last.Problems) > 0 {
		why = last.Problems[0].Message
	}
	if len(all) == 1 {
		return "1 attempt: " + why
	}
	return counted(len(all)) + ", the last: " + why
}

func counted(attempts int) string {
	if attempts == 1 {
		return "1 attempt"
	}
	return fmt.Sprintf("%d attempts", attempts)
}

// attempted is an attempt and, when the reply met the contract, its post.
type attempted struct {
	record.Attempt
	post *contract.Post
}

// attempt makes request n for the job. A server that is away is waited for and
// the request made again, at no attempt's cost.
//
// A request that was under way when the model crashed is made alone from then
// on: should the model crash again, no other prompt can be the reason.
func (r *run) attempt(ctx context.Context, j *Job, n int, st *step, alone bool) (*attempted, error) {
	var a *attempted
	err := r.gate.ask(ctx, alone, func(ctx context.Context) error {
		r.emit(Started{j, n})
		a = &attempted{Attempt: record.Attempt{N: n, Remedy: st.remedy, Seed: st.req.Seed, NumPredict: st.req.Model.NumPredict}}
		return r.ask(ctx, j, st, a)
	})
	// A reply that was whole when the context ended is a reply all the same.
	if err != nil && ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if a != nil {
		r.emit(Attempted{j, &a.Attempt})
	}
	return a, err
}
