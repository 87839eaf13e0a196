package plan

import (
	"errors"

	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/topics"
	"github.com/nightpress/nightpress/output"
)

// Candidate is one topic for one entry, with what is known of it.
type Candidate struct {
	// n is the topic's place in the input, from 0.
	n           int
	Topic       topics.Topic
	Slug        string
	Messages    llm.Messages
	ID          string
	seen        ledger.Seen
	Disposition Disposition
	// own, when set, is the job's post that only the ledger does not know.
	own *output.Own
	// from, when set, is where the job's post is that was replaced.
	from string
	// changed says why the post in its place is replaced.
	changed Replacement
	// blocked, when set, is what is in the location of its post.
	blocked error
}

// stand tells how the candidate stands, from the ledger and the file on disk.
// The ledger is believed only as far as the file agrees with it.
func (w *Plan) stand(label string, c *Candidate) error {
	err := w.standAt(label, c)
	if errors.As(err, new(*output.BlockedError)) {
		c.Disposition, c.blocked = Blocked, err
		return nil
	}
	return err
}

func (w *Plan) standAt(label string, c *Candidate) (err error) {
	size, modified, there, err := w.Posts.Folder.Stat(label, c.Slug)
	if err != nil {
		return err
	}
	place := c.seen.Place
	current := place.Job
	// A file of the same size and time is the one that was written. Anything
	// else is read: a copy of the folder has other times.
	if there && (current == "" || place.Size != size || place.Modified != modified) {
		own, err := w.unlike(label, c.Slug, place)
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
		case own.ID == c.ID && own.Files.SHA256 != place.SHA256:
			c.own, c.Disposition = own, Done
			return nil
		}
		current = own.ID
	}
	if w.KeepDone && there && current != c.ID {
		c.Disposition = KeptDone
		return nil
	}
	c.Disposition = c.stands(there, current)
	if c.seen.Status == record.Done && !(there && current == c.ID) {
		if c.from, err = w.Posts.Folder.Replaced(label, c.Slug, c.ID, c.seen.SHA256); c.from != "" {
			c.Disposition = Restored
		}
	}
	return err
}

// Reason says to a person why the job is asked for, or what is done instead.
func (c *Candidate) Reason() string {
	if c.Disposition == Replaced {
		return c.changed.Why()
	}
	return c.Disposition.Reason()
}

// unlike reads a file that does not look like the one that was written there,
// and returns what it says of itself: nil for one that a person wrote or
// edited.
func (w *Plan) unlike(label, slug string, place ledger.Place) (*output.Own, error) {
	sum, _, err := w.Posts.Folder.Hash(label, slug)
	if err != nil {
		return nil, err
	}
	if place.Job != "" && sum == place.SHA256 {
		return &output.Own{ID: place.Job, Files: ledger.Files{SHA256: sum}}, nil
	}
	return w.Posts.Folder.Own(label, slug)
}

// stands is for a file that nobody edited, or none; current is the job whose
// post it is.
func (c *Candidate) stands(there bool, current string) Disposition {
	switch c.seen.Status {
	case record.Rejected:
		return Rejected
	case record.Pending, record.SetAside:
		if c.seen.Attempts == 0 && c.seen.Status == record.Pending {
			return Redo
		}
		return Interrupted
	case "":
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

// keeps reports whether the job is still to be made by the ledger, and will not
// be, because a person edited its post.
func (c *Candidate) keeps() bool {
	return c.Disposition == Kept && (c.seen.Status == record.Pending || c.seen.Status == record.SetAside)
}
