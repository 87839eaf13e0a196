package output

import (
	"context"
	"fmt"
	"time"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/ledger"
)

// Sink saves results: the file, then the ledger's row. It is used by one
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
	// Now gives a post its date; nil means the machine's clock.
	Now func() time.Time

	// waiting are the entries of files that are in place, until Commit.
	waiting []ledger.Entry
}

// Keep has an attempt recorded that leaves its job unfinished.
func (s *Sink) Keep(_ context.Context, j *batch.Job, a *batch.Attempt) error {
	s.waiting = append(s.waiting, ledger.Entry{Job: j, Attempt: a})
	return nil
}

// Commit writes the entries of what was kept and saved since the last one.
func (s *Sink) Commit(ctx context.Context) error {
	entries := s.waiting
	s.waiting = nil
	if err := s.Ledger.Commit(ctx, s.RunID, entries); err != nil {
		return fmt.Errorf("save: %w", err)
	}
	return nil
}

// Save puts a result's post in place, or what is kept of a rejected one, and
// returns the path of the post below the folder, "" when there is none. Its
// entry waits for Commit. A post in the way that a person edited stays, and
// the result's status becomes Kept.
func (s *Sink) Save(ctx context.Context, res *batch.Result) (path string, err error) {
	files := ledger.Files{}
	switch res.Status {
	case batch.Done:
		files, err = s.post(ctx, res)
	case batch.Rejected:
		err = s.Folder.writeRejected(res)
	}
	if err != nil {
		return "", fmt.Errorf("save %s/%s: %w", res.Label, res.Slug, err)
	}
	s.waiting = append(s.waiting, ledger.Entry{Result: res, Files: files, KeepReplies: s.KeepAll})
	return files.Path, nil
}

// post puts the post in its place.
func (s *Sink) post(ctx context.Context, res *batch.Result) (ledger.Files, error) {
	sum, there, err := s.Folder.Hash(res.Label, res.Slug)
	if err != nil {
		return ledger.Files{}, err
	}
	date := s.now()
	if there {
		// A post that is made again keeps its date.
		if first, ok := s.Folder.date(res.Label, res.Slug); ok {
			date = first
		}
		current, err := s.Ledger.Current(ctx, res.Label, res.Slug)
		if err != nil {
			return ledger.Files{}, err
		}
		edited := current == nil || current.SHA256 != sum
		if edited && !s.OverwriteEdited {
			res.Status, res.Reason = batch.Kept, "the file was edited by hand and is left as it is"
			return ledger.Files{Path: s.Folder.PostPath(res.Label, res.Slug)}, nil
		}
		old := "edited"
		if current != nil {
			old = current.ID
		}
		if err := s.Folder.retire(res.Label, res.Slug, old); err != nil {
			return ledger.Files{}, err
		}
	}
	data, err := s.Folder.site.encode(res, date)
	if err != nil {
		return ledger.Files{}, err
	}
	path := s.Folder.PostPath(res.Label, res.Slug)
	if sum, err = s.Folder.write(path, data); err != nil {
		return ledger.Files{}, err
	}
	return ledger.Files{Path: path, SHA256: sum}, s.Folder.forgetRejected(res.Label, res.Slug)
}

func (s *Sink) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}
