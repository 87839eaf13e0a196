package output

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/record"
)

// Sink saves results: the file, then the ledger's entry. It is used by one
// goroutine at a time.
type Sink struct {
	Folder *Folder
	Ledger *ledger.Ledger
	// RunID is the ledger's number of this run.
	RunID int64
	// KeepAll keeps every raw reply in the ledger, not only those of jobs
	// without a post.
	KeepAll bool
	// OverwriteEdited lets a new post replace one that a person edited.
	OverwriteEdited bool
	// Origin is who wrote the posts; "" means the model.
	Origin string
	// Now gives a post its date; nil means the machine's clock.
	Now func() time.Time

	// waiting are the entries of files that are in place, until Commit.
	waiting []ledger.Entry
}

// Keep has an attempt recorded that leaves its job unfinished.
func (s *Sink) Keep(_ context.Context, j *batch.Job, a *record.Attempt) error {
	s.waiting = append(s.waiting, ledger.Entry{Job: j, Attempt: a})
	return nil
}

// Commit writes the entries of what was kept and saved since the last one. No
// disk space for them is a *SpaceError, a ledger that cannot be written a *WriteError.
func (s *Sink) Commit(ctx context.Context) error {
	entries := s.waiting
	s.waiting = nil
	if len(entries) == 0 {
		return nil
	}
	if err := s.Folder.CheckStill(); err != nil {
		return err
	}
	return s.Folder.Explain(s.Ledger.Commit(ctx, s.RunID, entries))
}

// Save puts a result's post in place, or what is kept of a rejected one, and
// returns the path of the post below the folder, "" when there is none. Its
// entry waits for Commit. A post in the way that a person edited stays, and
// the result's status becomes Kept. Where something other than a file is in the
// way, the status becomes SetAside: nothing is wrong with the job, and a later
// run makes its post once the location is free. No disk space is a *SpaceError,
// a folder that cannot be written to a *WriteError.
func (s *Sink) Save(ctx context.Context, res *record.Result) (path string, err error) {
	if err := s.Folder.CheckStill(); err != nil {
		return "", err
	}
	files := ledger.Files{}
	entry := res
	switch res.Status {
	case record.Done:
		files, err = s.post(ctx, res)
	case record.Rejected:
		err = s.Folder.writeRejected(res)
	}
	if blocked := new(BlockedError); errors.As(err, &blocked) {
		entry, err = s.setAside(res, blocked)
	}
	if err != nil {
		return "", fmt.Errorf("save %s/%s: %w", res.Label, res.Slug, s.Folder.Explain(err))
	}
	s.waiting = append(s.waiting, ledger.Entry{Result: entry, Files: files, KeepReplies: s.KeepAll, Origin: s.Origin})
	return files.Path, nil
}

// setAside keeps the replies of a result whose location is blocked, where that
// can be done, and returns what is recorded of it. The attempts of this run are
// not: the next one would take them for failed ones.
func (s *Sink) setAside(res *record.Result, blocked *BlockedError) (*record.Result, error) {
	res.Status, res.Reason = record.SetAside, blocked.Error()
	recorded := *res
	recorded.Post, recorded.Attempts = nil, res.Attempts[:res.Earlier]
	err := unlessBlocked(s.Folder.writeRejected(res))
	res.Post = nil
	return &recorded, err
}

// post puts the post in its place. Its file is written before the one that it
// replaces is moved away, so that a full disk takes neither.
func (s *Sink) post(ctx context.Context, res *record.Result) (ledger.Files, error) {
	f := s.Folder
	// A post that is made again keeps its date.
	date, ok := f.date(res.Label, res.Slug)
	if !ok {
		date = s.now()
	}
	data, err := f.site.encode(res, date)
	if err != nil {
		return ledger.Files{}, err
	}
	written, err := f.stage(data)
	if err != nil {
		return ledger.Files{}, err
	}
	kept, err := s.clear(ctx, res.Label, res.Slug)
	if err != nil {
		return ledger.Files{}, errors.Join(err, f.discard(written.temp))
	}
	if kept {
		res.Status, res.Reason = record.Kept, ledger.ReasonEdited
		return ledger.Files{Path: f.PostPath(res.Label, res.Slug)}, f.discard(written.temp)
	}
	files, err := f.place(written, f.PostPath(res.Label, res.Slug))
	if err != nil {
		return ledger.Files{}, err
	}
	return files, unlessBlocked(f.forgetRejected(res.Label, res.Slug))
}

// unlessBlocked drops a *BlockedError: the post is in place, and what cannot be
// removed beside it harms nobody.
func unlessBlocked(err error) error {
	if errors.As(err, new(*BlockedError)) {
		return nil
	}
	return err
}

// clear moves a post out of the way, unless a person edited it and it is to
// stay.
func (s *Sink) clear(ctx context.Context, label, slug string) (kept bool, err error) {
	if err := s.Folder.CheckLabel(label); err != nil {
		return false, err
	}
	sum, there, err := s.Folder.Hash(label, slug)
	if err != nil || !there {
		return false, err
	}
	old, err := s.Ledger.Place(ctx, label, slug)
	if err != nil {
		return false, err
	}
	id := old.Job
	if sum != old.SHA256 {
		own, err := s.Folder.Own(label, slug)
		if err != nil {
			return false, err
		}
		if own == nil && !s.OverwriteEdited {
			return true, nil
		}
		id = "edited"
		if own != nil {
			id = own.ID
		}
	}
	return false, s.Folder.retire(label, slug, id)
}

// Adopt records the post that stands in a job's place as the job's: it says so
// itself, and only its entry is missing.
func (s *Sink) Adopt(j *batch.Job, own *Own) error {
	s.waiting = append(s.waiting, ledger.Entry{Job: j, Files: own.Files, Words: own.Words})
	return s.Folder.Explain(unlessBlocked(s.Folder.forgetRejected(j.Model.Label, j.Slug)))
}

// KeepEdited records that a job is kept, because a person edited the post in
// its place.
func (s *Sink) KeepEdited(j *batch.Job) {
	s.waiting = append(s.waiting, ledger.Entry{Job: j, Edited: true})
}

// Restore brings back a job's post that another job's had replaced; from is
// the name that Replaced gave.
func (s *Sink) Restore(ctx context.Context, j *batch.Job, from string) error {
	label, slug := j.Model.Label, j.Slug
	kept, err := s.clear(ctx, label, slug)
	if err != nil || kept {
		return s.Folder.Explain(err)
	}
	if err := s.Folder.moveBack(from, label, slug); err != nil {
		return s.Folder.Explain(err)
	}
	own, err := s.Folder.Own(label, slug)
	if err != nil || own == nil {
		return errors.Join(fmt.Errorf("restore %s: its file says nothing of itself", s.Folder.PostPath(label, slug)), err)
	}
	return s.Adopt(j, own)
}

func (s *Sink) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}
