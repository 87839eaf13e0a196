package plan

import (
	"github.com/nightpress/nightpress/internal/errtype"
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/topics"
	"github.com/nightpress/nightpress/output"
)

// Candidate is one topic for one entry, with its state in the ledger and the folder.
type Candidate struct {
	// n is the job's index, from 0: the topic's in the input times the entry's samples,
	// plus the sample's.
	n int
	// Sample is the sample of the topic, from 1.
	Sample int
	Topic  topics.Topic
	Slug   string
	// Messages are the job's, not set for a post that is there as the ledger has it.
	// size is how many bytes they have.
	Messages    llm.Messages
	size        int
	ID          string
	seen        ledger.Seen
	Disposition Disposition
	// older, when set, is the job as older versions rendered it, which the ledger
	// knows instead of this one.
	older *Candidate
	// own, when set, is the job's post, which the ledger does not know yet.
	own *output.Own
	// from, when set, is the file of the job's post after it was replaced.
	from string
	// changed says why the post at its location is replaced.
	changed Replacement
	// blocked, when set, says what blocks the location of its post.
	blocked error
}

// dispose sets the candidate's disposition from the ledger and the file on disk.
// Where the two differ, the file counts.
func (w *Plan) dispose(e *Entry, c *Candidate) error {
	err := w.disposeAt(e, c)
	if errtype.Is[*output.BlockedError](err) {
		c.Disposition, c.blocked = Blocked, err
		return nil
	}
	return err
}

func (w *Plan) disposeAt(e *Entry, c *Candidate) (err error) {
	label := e.Label
	size, modified, there, known := e.folder.Stat(c.Slug)
	if !known {
		if size, modified, there, err = w.Posts.Folder.Stat(label, c.Slug); err != nil {
			return err
		}
	}
	post := c.seen.Post
	current := post.Job
	// A file of the same size and time is the one that was written. Anything
	// else is read: a copy of the folder has other times.
	if there && (current == "" || post.Size != size || post.Modified != modified) {
		own, err := w.findOwn(label, c.Slug, post)
		if err == nil && own == nil && current == "" && !w.OverwriteEdited {
			err = w.Posts.Folder.CheckOurs(label, c.Slug)
		}
		switch {
		case err != nil:
			return err
		case own == nil && !w.OverwriteEdited:
			c.Disposition = Kept
			return nil
		case own == nil:
			c.Disposition = Overwritten
			return nil
		case own.ID == c.ID && own.Files.SHA256 != post.SHA256:
			c.own, c.Disposition = own, Done
			return nil
		}
		current = own.ID
	}
	if w.KeepDone && there && current != c.ID {
		c.Disposition = KeptDone
		return nil
	}
	c.Disposition = c.unedited(there, current)
	if c.seen.Status == record.Done && !(there && current == c.ID) {
		if c.from, err = w.Posts.Folder.Replaced(label, c.Slug, c.ID, c.seen.SHA256); c.from != "" {
			c.Disposition = Restored
		}
	}
	return err
}

// Reason says for a person why the job is requested, or what happens instead.
func (c *Candidate) Reason() string {
	if c.Disposition == Replaced {
		return c.changed.Why()
	}
	return c.Disposition.Reason()
}

// findOwn reads a file whose size or time is not the recorded one, and returns
// what its front matter says. It returns nil for a file that a person wrote or
// edited.
func (w *Plan) findOwn(label, slug string, post ledger.Post) (*output.Own, error) {
	sum, _, err := w.Posts.Folder.Hash(label, slug)
	if err != nil {
		return nil, err
	}
	if post.Job != "" && sum == post.SHA256 {
		return &output.Own{ID: post.Job, Files: ledger.Files{SHA256: sum}}, nil
	}
	return w.Posts.Folder.Own(label, slug)
}

// unedited returns the disposition where the file is missing, or nobody edited it.
// current is the job whose post the file is.
func (c *Candidate) unedited(there bool, current string) Disposition {
	switch c.seen.Status {
	case record.Rejected:
		return Rejected
	case record.Pending, record.SetAside:
		if c.seen.Attempts == 0 && c.seen.Status == record.Pending {
			return Redo
		}
		return Interrupted
	case record.Status{}:
		if there {
			return Replaced
		}
		return New
	}
	switch {
	case there && current == c.ID:
		return Done
	case there:
		return Replaced
	}
	return Missing
}

// becomesKept reports whether the ledger lists the job as unfinished although a
// person edited its post, so that its status becomes kept.
func (c *Candidate) becomesKept() bool {
	return c.Disposition == Kept && (c.seen.Status == record.Pending || c.seen.Status == record.SetAside)
}
