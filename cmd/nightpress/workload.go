package main

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/topics"
	"github.com/nightpress/nightpress/output"
)

// workload is topics times models: which jobs there are, and which of them are
// still to be done. Topics are read from the input each time, so that memory
// does not grow with them.
type workload struct {
	input   *topics.Input
	entries []*entry
	ledger  *ledger.Ledger
	folder  *output.Folder
	seed    int64
	// loaded are the models that the server had in memory at the beginning.
	loaded []string
	// retryRejected and overwriteEdited are the flags of the same name.
	retryRejected   bool
	overwriteEdited bool
	// until is when the run is to be over; the zero time is never.
	until time.Time
}

// standing is how a job stands before a run.
type standing int

const (
	toDo       standing = iota // never asked for, or not to an end
	toRedo                     // its post is missing on disk
	toReplace                  // another job's post stands in its place
	isDone                     // its post is there, unaltered
	isKept                     // a person edited its post
	isRejected                 // it could not be had, and was not asked for again
)

// asks tells whether a job that stands like this is asked for.
func (s standing) asks() bool { return s <= toReplace }

// jobs yields every job of the entry, in the input's order.
func (w *workload) jobs(ctx context.Context, e *entry) iter.Seq2[*batch.Job, error] {
	return func(yield func(*batch.Job, error) bool) {
		for t, err := range w.input.All() {
			if err != nil {
				if isBadRow(err) {
					continue
				}
				yield(nil, err)
				return
			}
			j, err := w.job(ctx, e, t)
			if !yield(j, err) || err != nil {
				return
			}
		}
	}
}

// job renders one topic for one entry.
func (w *workload) job(ctx context.Context, e *entry, t topics.Topic) (*batch.Job, error) {
	msgs, err := e.prompt.Render(t.Row)
	if err != nil {
		return nil, fmt.Errorf("line %d: topic %q: %w", t.Line, t.Text, err)
	}
	slug, err := w.ledger.Slug(ctx, t.Key)
	if err != nil {
		return nil, err
	}
	return &batch.Job{
		ID:    batch.JobID(e.Model, msgs, e.prompt.Contract, w.seed),
		Topic: t.Text, Line: t.Line, Slug: slug,
		Model: e.Model, Prompt: e.prompt, Messages: msgs,
		Seed: batch.JobSeed(w.seed, t.Text, 0),
	}, nil
}

// toDo yields the jobs that are to be asked for.
func (w *workload) toDo(ctx context.Context, e *entry) iter.Seq2[*batch.Job, error] {
	return func(yield func(*batch.Job, error) bool) {
		for j, err := range w.jobs(ctx, e) {
			if err != nil {
				yield(nil, err)
				return
			}
			s, err := w.stands(ctx, j)
			if err != nil {
				yield(nil, err)
				return
			}
			if !s.asks() {
				continue
			}
			if j.Past, err = w.ledger.Past(ctx, j.ID); !yield(j, err) || err != nil {
				return
			}
		}
	}
}

// phases yields one phase for each usable entry that has a job to do.
func (w *workload) phases(ctx context.Context) iter.Seq2[*batch.Phase, error] {
	return func(yield func(*batch.Phase, error) bool) {
		for _, e := range order(w.entries, w.loaded) {
			if e.unusable != nil {
				continue
			}
			p := &batch.Phase{Model: e.Model, Jobs: w.toDo(ctx, e)}
			var err error
			if !w.until.IsZero() {
				p.Took, err = w.ledger.Took(ctx, e.Label)
			}
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}

// tally counts an entry's jobs by how they stand.
type tally [isRejected + 1]int

func (t tally) asks() int { return t[toDo] + t[toRedo] + t[toReplace] }

func (t tally) all() int {
	n := 0
	for _, c := range t {
		n += c
	}
	return n
}

// count renders every job of the entry, which finds every error of a template
// before the first request, counts how they stand, and measures the longest
// prompt in bytes.
func (w *workload) count(ctx context.Context, e *entry) (t tally, longest int, err error) {
	for j, err := range w.jobs(ctx, e) {
		if err != nil {
			return t, longest, err
		}
		s, err := w.stands(ctx, j)
		if err != nil {
			return t, longest, err
		}
		t[s]++
		longest = max(longest, len(j.Messages.System)+len(j.Messages.User))
	}
	return t, longest, nil
}
