package plan

import (
	"context"
	"github.com/nightpress/nightpress/internal/record"
	"iter"
	"time"

	"github.com/nightpress/nightpress/internal/topics"
	"github.com/nightpress/nightpress/output"
)

// Plan is topics times models: which jobs there are, and which of them are
// still to be done. Topics are read from the input each time, so that memory
// grows by bits with them.
type Plan struct {
	Input   *topics.Input
	Entries []*Entry
	Posts   *output.Posts
	Seed    int64
	// Topics is how many topics the input has, 0 if that is not known.
	Topics int
	// Version is that of this program, and Servers are those of the run.
	Version string
	Servers []record.MadeServer
	// Source is the name of the input's file.
	Source string
	// loaded reports whether the server had a model in memory at the beginning;
	// nil is none.
	Loaded func(model string) bool
	// retryRejected and overwriteEdited are the flags of the same name.
	RetryRejected   bool
	OverwriteEdited bool
	// KeepDone leaves a finished post that another prompt, model, or setting
	// made as it is.
	KeepDone bool
	// MaxRejected is the engine's: how many of a model's first jobs, all rejected
	// for one cause, set it aside; 0 is never.
	MaxRejected int
	// until is when the run is to be over; the zero time is never.
	Until time.Time
	// Only chooses a part of the jobs; the others are neither counted nor asked
	// for.
	Only Selection
	// all counts the jobs by their disposition, also those that Only leaves out,
	// and chosen are the words of Only that any job has.
	all    Tally
	chosen []string
	// corrects has, by its key, the key of what each topic was that was corrected
	// in place; nil until they have been looked for.
	corrects map[string]string
}

// mostBlocked is how many blocked locations are named for each entry.
const mostBlocked = 5

// Gone counts the entry's posts that have disappeared since Count. It checks every job
// again.
func (w *Plan) Gone(ctx context.Context, e *Entry) (n int, err error) {
	if e.Unusable != nil {
		return 0, nil
	}
	for c, err := range w.scan(ctx, e) {
		if err != nil {
			return n, err
		}
		missing := c.Disposition == Missing || c.Disposition == Restored
		if missing && e.selected.has(c.n) && !e.asked.has(c.n) && !e.mended.has(c.n) {
			n++
		}
	}
	return n, nil
}

// AnyLeft reports whether a job of the entry is to be requested. Unlike Count it
// remembers nothing, and it stops at the first one.
func (w *Plan) AnyLeft(ctx context.Context, e *Entry) (bool, error) {
	if err := w.findCorrections(ctx); err != nil {
		return false, err
	}
	for c, err := range w.scan(ctx, e) {
		if err != nil {
			return false, err
		}
		if c.Disposition.Asks() && w.Only.has(c) {
			return true, nil
		}
	}
	return false, nil
}

// Count scans the entry's jobs, remembers which are to be asked for and which
// of the ledger's entries are to be mended, and gives each to each.
func (w *Plan) Count(ctx context.Context, e *Entry, each func(*Candidate) error) (t Tally, longest int, err error) {
	if e.recipes, err = w.Posts.Ledger.Recipes(ctx, e.Label); err != nil {
		return t, longest, err
	}
	release, err := w.hold(ctx, e)
	defer release()
	if err != nil {
		return t, longest, err
	}
	if err := w.findCorrections(ctx); err != nil {
		return t, longest, err
	}
	e.agreed, e.Unagreed, e.Replaces = e.recipes.Agreed(e.Recipe(w.Seed)), 0, nil
	e.rejected = nil
	for c, err := range w.scan(ctx, e) {
		if err != nil {
			return t, longest, err
		}
		if !w.choose(c) {
			continue
		}
		t[c.Disposition]++
		longest = max(longest, c.size)
		w.remember(e, c)
		if err := each(c); err != nil {
			return t, longest, err
		}
	}
	return t, longest, nil
}

// remember notes in the entry what the run is to do with a candidate.
func (w *Plan) remember(e *Entry, c *Candidate) {
	e.selected.set(c.n)
	if c.Disposition == Rejected && len(e.rejected) < w.MaxRejected {
		e.rejected = append(e.rejected, c)
	}
	if c.Disposition == Replaced {
		e.replace(w.Seed, c)
	}
	if c.Disposition.Asks() {
		e.asked.set(c.n)
	}
	// A file of somebody else in its place keeps a topic from being asked
	// for; its slug is to be its own all the same.
	stranger := (c.Disposition == Kept || c.Disposition == Blocked) && c.seen.Post.Job == ""
	if c.own != nil || c.from != "" || stranger || c.becomesKept() {
		e.mended.set(c.n)
	}
	if c.blocked != nil && len(e.Blocked) < mostBlocked {
		e.Blocked = append(e.Blocked, c.blocked.Error())
	}
}

// marked yields the entry's candidates of a set, looked at again: hours may
// have passed since they were counted. On the way each topic, of the set or
// not, is given its slug, in the input's order as PreviewSlugs predicted.
func (w *Plan) marked(ctx context.Context, e *Entry, set bitSet) iter.Seq2[*Candidate, error] {
	return func(yield func(*Candidate, error) bool) {
		for chunk, err := range w.chunks() {
			if err == nil && chunk[0].n*e.samples() >= set.end() {
				return
			}
			if err == nil {
				err = w.name(ctx, chunk, w.Posts.Ledger.GiveSlugs)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for _, c := range e.sampled(chunk) {
				if set.has(c.n) && !w.lookAgain(ctx, e, c, yield) {
					return
				}
			}
		}
	}
}

// lookAgain looks at one candidate and yields it; it reports whether to go on.
func (w *Plan) lookAgain(ctx context.Context, e *Entry, c *Candidate, yield func(*Candidate, error) bool) bool {
	err := w.look(ctx, e, []*Candidate{c})
	return yield(c, err) && err == nil
}
