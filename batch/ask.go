package batch

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/hint"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
)

func NewResult(j *Job) *record.Result {
	res := &record.Result{
		ID: j.ID, Topic: j.Topic, Line: j.Line, Slug: j.Slug,
		Label: j.Model.Label, Model: j.Model.Name, Digest: j.Model.Digest,
		Status: record.Pending, Front: j.Front, Made: j.Made,
		Attempts: slices.Clone(j.Past), Earlier: len(j.Past), Variant: j.Variant, Sample: j.Sample,
	}
	if j.Prompt != nil {
		res.Prompt = j.Prompt.Name
	}
	return res
}

// job makes attempts until the job has a post or is rejected. It continues after
// the attempts that the task already has, and calls keep with each attempt that
// another one follows. An error means that the job has no result yet: errHandBack,
// an interrupted run, or a run that cannot continue.
func (l *lane) job(ctx context.Context, t *task, keep func(*record.Attempt)) (*record.Result, error) {
	r, j, res := l.run, t.job, t.result
	c, err := newCourse(j, res.Attempts)
	if err != nil {
		return nil, fmt.Errorf("topic %q: %w", j.Topic, err)
	}
	for c.post == nil {
		if len(c.past) >= r.attempts() {
			return l.rejected(res, c.step.reason(attemptsUsedUp(c.past)+aboutLabels(j.Model.Mode, c.past))), nil
		}
		if len(res.Attempts) > res.Earlier && l.lateFor(res) {
			return nil, ErrUntil
		}
		n := len(res.Attempts) + 1
		tr, gaveUp, err := l.next(ctx, j, c, n)
		if err != nil {
			return nil, fmt.Errorf("topic %q: %w", j.Topic, err)
		}
		if gaveUp != "" {
			return l.rejected(res, c.step.reason(counted(len(c.past))+": "+gaveUp)), nil
		}
		a, err := l.attempt(ctx, t, c, n, tr)
		switch afterAttempt(err, len(c.past)+1, tr.remedy) {
		case jobFails:
			res.Attempts = append(res.Attempts, a.Attempt)
			return l.rejected(res, c.step.reason(hint.Text(err))), nil
		case jobLost:
			return nil, fmt.Errorf("topic %q: %w", j.Topic, err)
		case promptRefused:
			a.Refused = true
		}
		res.Attempts = append(res.Attempts, a.Attempt)
		if err := c.take(&a.Attempt, a.post); err != nil {
			return nil, fmt.Errorf("topic %q: %w", j.Topic, err)
		}
		if c.post == nil && len(c.past) < r.attempts() {
			keep(&a.Attempt)
			t.kept()
		}
	}
	res.Status, res.Post, res.Server = record.Done, c.post, l.Name
	return res, nil
}

// Exhausted reports whether a job has no attempt left after these, and why it is
// rejected then. most is the engine's Attempts.
func Exhausted(j *Job, attempts []record.Attempt, most int) (reason string, yes bool) {
	c, err := newCourse(j, attempts)
	if err != nil || c.step == nil || len(c.past) < most {
		return "", false
	}
	return c.step.reason(attemptsUsedUp(c.past)), true
}

func (l *lane) rejected(res *record.Result, reason string) *record.Result {
	res.Status, res.Reason, res.Server = record.Rejected, reason, l.Name
	return res
}

// consequence is what an attempt's error means for its job.
type consequence int

const (
	// jobContinues: the attempt counts, and another may follow.
	jobContinues consequence = iota
	// promptRefused: the same, but this prompt is never sent again.
	promptRefused
	// jobFails: the job is rejected.
	jobFails
	// jobLost: the attempt does not count, and the job has no result.
	jobLost
)

// afterAttempt returns what the error of attempt n means for its job.
func afterAttempt(err error, n int, remedy contract.Remedy) consequence {
	if err == nil {
		return jobContinues
	}
	fault, ok := errors.AsType[*llm.Fault](err)
	switch {
	case !ok:
		return jobLost
	case fault.Kind == llm.FaultRetry:
		return jobContinues
	case fault.Kind != llm.FaultJob:
		return jobLost
	case fault.Trouble != llm.Crash && n > 1 && remedy != contract.RemedyResend:
		// The first prompt fit, so only the addition to it is too long.
		return promptRefused
	}
	return jobFails
}

// attemptsUsedUp says why a job was rejected after its last attempt.
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

// aboutLabels returns advice for a job whose attempts all failed only because of
// labels: a model that uses other labels keeps using them.
func aboutLabels(mode string, all []record.Attempt) string {
	for _, a := range all {
		if len(a.Problems) == 0 || a.Error != "" && a.Aborted == "" {
			return ""
		}
		for _, p := range a.Problems {
			if p.Code != contract.ProblemFieldMissing {
				return ""
			}
		}
	}
	if mode == llm.ModeStructured {
		return `; if the model uses other labels, list them as aliases in the prompt's contract`
	}
	return `; if the model uses other labels, list them as aliases in the prompt's contract, or set mode = "structured" for it in models.toml`
}

func counted(attempts int) string {
	if attempts == 1 {
		return "1 attempt"
	}
	return fmt.Sprintf("%d attempts", attempts)
}

// attempted is an attempt and, if the reply met the contract, its post.
type attempted struct {
	record.Attempt
	post *contract.Post
}

// attempt makes request n for the job.
//
// A request that was in progress when the model crashed or the server ended is made
// alone from then on: should that happen again, no other prompt can be the reason.
func (l *lane) attempt(ctx context.Context, t *task, c *course, n int, tr *try) (*attempted, error) {
	j := t.job
	a := &attempted{Attempt: record.Attempt{
		N: n, Server: l.Name, Step: tr.step.record(), Remedy: tr.remedy, Seed: tr.req.Seed, NumPredict: tr.req.Model.NumPredict,
		Options: tr.req.Model.Effective(),
	}}
	alone := t.alone.Load()
	var (
		round int
		said  *llm.Fault
	)
	err := l.ask(ctx, alone, func(ctx context.Context) error {
		l.run.emit(Started{l.Name, j, n, a.Step})
		defer l.run.emit(Closed{l.Name, j})
		l.mu.Lock()
		round = l.round
		l.mu.Unlock()
		err := l.generate(ctx, t, tr, a)
		said, _ = errors.AsType[*llm.Fault](err)
		return err
	})
	if said != nil && ctx.Err() == nil {
		err = l.suspect(t, round, alone, said, err)
		if fault, ok := errors.AsType[*llm.Fault](err); ok && fault.Kind == llm.FaultJob {
			a.Error = hint.Text(err)
		}
	}
	switch {
	case err != nil && ctx.Err() != nil:
		// A reply that was complete when the context ended still counts.
		return nil, context.Cause(ctx)
	case errors.Is(err, errHandBack):
		return nil, err
	}
	if claimErr := l.run.claim(ctx, j, c, a); claimErr != nil {
		return nil, claimErr
	}
	if a.Step != nil && a.post != nil {
		a.Step.Accepted, a.Step.Words = true, a.post.Words
	}
	l.run.emit(Attempted{l.Name, j, &a.Attempt})
	return a, err
}

// claim makes an attempt malformed that would end the job with a post whose like
// exists already.
func (r *run) claim(ctx context.Context, j *Job, c *course, a *attempted) error {
	if r.Claim == nil || a.post == nil {
		return nil
	}
	then := *c
	if err := then.take(&a.Attempt, a.post); err != nil || then.post == nil {
		return nil // the job tells an error, and is not over
	}
	problems, err := r.Claim(context.WithoutCancel(ctx), j, then.post)
	if err != nil || len(problems) == 0 {
		return err
	}
	TakenBy(&a.Attempt, problems)
	a.post = nil
	return nil
}

// TakenBy records the parts of an attempt's post that other posts already have.
func TakenBy(a *record.Attempt, problems []contract.Problem) {
	a.Problems = problems
	a.Cause = takenCause(problems)
	if a.Step != nil {
		a.Step.Accepted = false
	}
}
