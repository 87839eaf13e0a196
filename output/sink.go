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

// Sink saves results: the file, then the ledger's entry. One goroutine at a time
// may use it.
type Sink struct {
	Folder *Folder
	Ledger *ledger.Ledger
	// RunID is the ledger's number of this run.
	RunID int64
	// KeepReplies stores every raw reply in the ledger, not only those of jobs
	// without a post.
	KeepReplies bool
	// OverwriteEdited lets a new post replace a hand-edited one.
	OverwriteEdited bool
	// Origin is the origin of the posts; "" means the model.
	Origin string
	// Now is the date of a new post; nil means the machine's clock.
	Now func() time.Time

	// waiting holds the entries of saved files until Commit.
	waiting []ledger.Entry
}

// SaveAttempt records an attempt that leaves its job unfinished, at the next Commit.
func (s *Sink) SaveAttempt(_ context.Context, j *batch.Job, a *record.Attempt) error {
	s.waiting = append(s.waiting, ledger.Entry{Job: j, Attempt: a})
	return nil
}

// Commit writes the entries of all attempts and results since the last Commit. If
// the disk is full, the error is a *SpaceError; if the ledger cannot be written,
// it is a *WriteError.
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

// Save writes the post of a result, or the replies of a rejected one. It returns
// the post's path below the folder, or "" if there is no post. The ledger's entry
// waits for Commit. A hand-edited post at the path stays, and the result's status
// becomes Kept. If something other than a file is at the path, the status becomes
// SetAside: the job is fine, and a later run makes its post once the path is
// free. If the disk is full, the error is a *SpaceError; if the folder cannot be
// written, it is a *WriteError.
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
	s.waiting = append(s.waiting, ledger.Entry{Result: entry, Files: files, KeepReplies: s.KeepReplies, Origin: s.Origin})
	return files.Path, nil
}

// setAside saves the replies of a result whose path is blocked, if it can, and
// returns the result to record. That result lacks this run's attempts: the next
// run would take them for failed ones.
func (s *Sink) setAside(res *record.Result, blocked *BlockedError) (*record.Result, error) {
	res.Status, res.Reason = record.SetAside, blocked.Error()
	recorded := *res
	recorded.Post, recorded.Attempts = nil, res.Attempts[:res.Earlier]
	err := unlessBlocked(s.Folder.writeRejected(res))
	res.Post = nil
	return &recorded, err
}

// post writes a post. It writes the new file before it moves the old one away, so
// that a full disk loses neither.
func (s *Sink) post(ctx context.Context, res *record.Result) (ledger.Files, error) {
	f := s.Folder
	// A new version of a post keeps the date of the old one.
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

// unlessBlocked drops a *BlockedError: the post is saved, and a leftover that
// cannot be removed does no harm.
func unlessBlocked(err error) error {
	if errors.As(err, new(*BlockedError)) {
		return nil
	}
	return err
}

// clear moves an existing post away. It reports true if a person edited the post
// and it must stay.
func (s *Sink) clear(ctx context.Context, label, slug string) (kept bool, err error) {
	if err := s.Folder.CheckLabel(label); err != nil {
		return false, err
	}
	sum, exists, err := s.Folder.Hash(label, slug)
	if err != nil || !exists {
		return false, err
	}
	old, err := s.Ledger.Post(ctx, label, slug)
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
			if old.Job == "" {
				if err := s.Folder.CheckOurs(label, slug); err != nil {
					return false, err
				}
			}
			return true, nil
		}
		id = "edited"
		if own != nil {
			id = own.ID
		}
	}
	return false, s.Folder.retire(label, slug, id)
}

// Adopt records the post at a job's path as the job's. The post names the job
// itself, and only its ledger entry is missing.
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
		return errors.Join(fmt.Errorf("restore %s: the file does not name its job", s.Folder.PostPath(label, slug)), err)
	}
	return s.Adopt(j, own)
}

func (s *Sink) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}
