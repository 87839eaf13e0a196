package output

import (
	"context"
	"fmt"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/errtype"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/record"
)

// Sink saves results: the file, then the ledger's entry. It is safe for concurrent
// use. What is saved at the same time becomes durable together: files are written
// side by side, and a group of results shares the syncs of folders and of the
// ledger. A result that is saved alone waits for no other.
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
	// Taken, if set, has the claims of the posts. Save stores and releases them.
	Taken *Taken
	// Now is the date of a new post; nil means the machine's clock.
	Now func() time.Time

	queue queue
}

// SaveAttempt records an attempt that leaves its job unfinished. It returns once the
// attempt is durable, with the errors of Save.
func (s *Sink) SaveAttempt(ctx context.Context, j *batch.Job, a *record.Attempt) error {
	return s.queue.wait(&saving{entry: ledger.Entry{Job: j, Attempt: a}}, s.commit(ctx))
}

// Save writes the post of a result, or the replies of a rejected one, and then the
// ledger's entry. It returns once both are durable, with the post's path below the
// folder, or "" if there is no post. A hand-edited post at the path stays, and the
// result's status becomes Kept. If something other than a file is at the path, the
// status becomes SetAside: the job is fine, and a later run makes its post once the
// path is free. If the disk is full, the error is a *SpaceError; if the folder or
// the ledger cannot be written, it is a *WriteError. An error concerns this result,
// whatever was saved at the same time. If the file is in place without its entry,
// the next run recognizes the file. A canceled context does not end a Save.
func (s *Sink) Save(ctx context.Context, res *record.Result) (path string, err error) {
	defer s.Taken.release(res.Label, res.Slug)
	p := &saving{res: res, entry: ledger.Entry{Result: res, KeepReplies: s.KeepReplies, Origin: s.Origin, Marks: s.Taken.marksOf(res.Label, res.Slug)}}
	if err := s.stage(p); err != nil {
		return "", err
	}
	err = s.queue.wait(p, s.commit(ctx))
	return p.entry.Files.Path, err
}

// stage writes the files of a result side by side with those of others.
func (s *Sink) stage(p *saving) (err error) {
	switch p.res.Status {
	case record.Done:
		err = s.stagePost(p)
	case record.Rejected:
		p.staged, err = s.Folder.stageRejected(p.res)
	}
	if err == nil {
		return nil
	}
	// A folder that was moved or deleted is the reason, not what it caused.
	if still := s.queue.alone(s.Folder.CheckStill); still != nil {
		return still
	}
	return s.failed(p.res, err)
}

// failed is the error of a result whose files could not be written.
func (s *Sink) failed(res *record.Result, err error) error {
	return fmt.Errorf("save %s/%s: %w", res.Label, res.Slug, s.Folder.Explain(err))
}

func (s *Sink) stagePost(p *saving) error {
	f, res := s.Folder, p.res
	// A new version of a post keeps the date of the old one.
	date, ok := f.date(res.Label, res.Slug)
	if !ok {
		date = s.now()
	}
	data, err := f.site.encode(res, date)
	if err != nil {
		return err
	}
	written, err := f.stage(f.PostPath(res.Label, res.Slug), data)
	if err != nil {
		return err
	}
	p.staged = []*staged{written}
	return nil
}

// unlessBlocked drops a *BlockedError: the post is saved, and a leftover that
// cannot be removed does no harm.
func unlessBlocked(err error) error {
	if errtype.Is[*BlockedError](err) {
		return nil
	}
	return err
}

// clear moves an existing post away. It reports true if a person edited the post
// and it must stay. moved is called with the folder that it was moved to.
func (s *Sink) clear(ctx context.Context, label, slug string, moved func(dir string)) (kept bool, err error) {
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
	to, err := s.Folder.retire(label, slug, id)
	if err == nil {
		moved(to)
	}
	return false, err
}

func (s *Sink) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}
