package main

import (
	"context"
	"iter"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/topics"
	"github.com/nightpress/nightpress/output"
)

// workload is topics times models: which jobs there are, and which of them are
// still to be done. Topics are read from the input each time, so that memory
// grows by bits with them.
type workload struct {
	input   *topics.Input
	entries []*entry
	posts   *output.Posts
	ledger  *ledger.Ledger
	folder  *output.Folder
	seed    int64
	// loaded are the models that the server had in memory at the beginning.
	loaded []string
	// lookOnly is set for plan: nothing is written, not even a slug.
	lookOnly bool
	// retryRejected and overwriteEdited are the flags of the same name.
	retryRejected   bool
	overwriteEdited bool
	// until is when the run is to be over; the zero time is never.
	until time.Time
}

// marks is a set of topics by their place in the input.
type marks []uint64

func (m *marks) set(n int) {
	for len(*m) <= n/64 {
		*m = append(*m, 0)
	}
	(*m)[n/64] |= 1 << (n % 64)
}

func (m marks) has(n int) bool { return n/64 < len(m) && m[n/64]&(1<<(n%64)) != 0 }

// end is a place that no topic of the set is at or behind.
func (m marks) end() int { return 64 * len(m) }

// tally counts an entry's jobs by how they stand.
type tally [standings]int

func (t tally) asks() int {
	n := 0
	for s := range standings {
		if s.asks() {
			n += t[s]
		}
	}
	return n
}

func (t tally) all() int {
	n := 0
	for _, c := range t {
		n += c
	}
	return n
}

// there counts the posts that are there and need no request.
func (t tally) there() int { return t[isDone] + t[toRestore] }

// count scans the entry's jobs, remembers which are to be asked for and which
// of the ledger's entries are to be mended, and gives each to each.
func (w *workload) count(ctx context.Context, e *entry, each func(*candidate) error) (t tally, longest int, err error) {
	for c, err := range w.scan(ctx, e) {
		if err != nil {
			return t, longest, err
		}
		t[c.standing]++
		longest = max(longest, len(c.msgs.System)+len(c.msgs.User))
		if c.standing.asks() {
			e.asked.set(c.n)
		}
		// A stranger's file in its place keeps a topic from being asked for;
		// its slug is to be its own all the same.
		stranger := c.standing == isKept && c.seen.Place.Job == ""
		if c.own != nil || c.from != "" || stranger {
			e.mended.set(c.n)
		}
		if err := each(c); err != nil {
			return t, longest, err
		}
	}
	return t, longest, nil
}

// marked yields the entry's candidates of a set, looked at again: hours may
// have passed since they were counted. On the way each topic, of the set or
// not, is given its slug, in the input's order and so as it was foreseen.
func (w *workload) marked(ctx context.Context, e *entry, set marks) iter.Seq2[*candidate, error] {
	return func(yield func(*candidate, error) bool) {
		for chunk, err := range w.chunks() {
			if err == nil && chunk[0].n >= set.end() {
				return
			}
			if err == nil {
				err = name(ctx, chunk, w.ledger.GiveSlugs)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for _, c := range chunk {
				if !set.has(c.n) {
					continue
				}
				err := w.look(ctx, e, []*candidate{c})
				if !yield(c, err) || err != nil {
					return
				}
			}
		}
	}
}

// job makes a candidate's job. One that was rejected is begun anew with
// another seed, because the same would fail in the same way.
func (w *workload) job(ctx context.Context, e *entry, c *candidate) (*batch.Job, error) {
	variant := c.seen.Variant
	var past []record.Attempt
	var err error
	if c.standing == toRetry {
		variant++
	} else if c.standing == toFinish {
		past, err = w.ledger.Past(ctx, c.id)
	}
	return &batch.Job{
		ID: c.id, Topic: c.topic.Text, Line: c.topic.Line, Slug: c.slug,
		Model: e.Model, Prompt: e.prompt, Messages: c.msgs,
		Seed: batch.JobSeed(w.seed, c.topic.Text, variant), Variant: variant, Past: past,
	}, err
}

// toDo yields the jobs that are to be asked for, as long as there is disk
// space for their posts.
func (w *workload) toDo(ctx context.Context, e *entry) iter.Seq2[*batch.Job, error] {
	return func(yield func(*batch.Job, error) bool) {
		for c, err := range w.marked(ctx, e, e.asked) {
			if err == nil {
				err = w.folder.CheckSpace()
			}
			if err != nil {
				yield(nil, err)
				return
			}
			// Another look may find that it is no longer to be asked for; it
			// was counted as such, and comes to its end as such.
			j, err := w.job(ctx, e, c)
			if !yield(j, err) || err != nil {
				return
			}
		}
	}
}

// phases yields one phase for each usable entry that has a job to do.
func (w *workload) phases(ctx context.Context) iter.Seq2[*batch.Phase, error] {
	return func(yield func(*batch.Phase, error) bool) {
		for _, e := range order(w.entries, w.loaded) {
			if e.unusable != nil || len(e.asked) == 0 {
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

// mend brings the ledger's entries and the posts together where a request is
// not needed for it: posts that a killed run put in place without an entry,
// and posts that are wanted again after another prompt's.
func (w *workload) mend(ctx context.Context, sink *output.Sink) error {
	for _, e := range w.entries {
		// Of a model that cannot be used too little is known for an entry.
		if len(e.mended) == 0 || e.unusable != nil {
			continue
		}
		for c, err := range w.marked(ctx, e, e.mended) {
			if err != nil {
				return err
			}
			j, err := w.job(ctx, e, c)
			switch {
			case err != nil:
			case c.own != nil:
				err = sink.Adopt(j, c.own)
			case c.from != "":
				err = sink.Restore(ctx, j, c.from)
			}
			if err == nil && c.n%scanChunk == 0 {
				err = sink.Commit(ctx)
			}
			if err != nil {
				return err
			}
		}
	}
	return sink.Commit(ctx)
}
