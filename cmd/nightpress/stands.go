package main

import (
	"github.com/nightpress/nightpress/internal/ledger"
	"github.com/nightpress/nightpress/internal/llm"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/topics"
	"github.com/nightpress/nightpress/output"
)

// standing is how a job stands before a run.
type standing int

const (
	toDo        standing = iota // never asked for
	toFinish                    // asked for, but not to an end
	toMake                      // its post is missing on disk
	toReplace                   // another job's post stands in its place
	toRedo                      // marked by redo
	toRetry                     // rejected before, and to be asked for again
	toOverwrite                 // a person edited its post, and it is to be written over
	toRestore                   // its post was replaced and can be brought back
	isDone                      // its post is there, unaltered
	isKept                      // a person edited its post
	isRejected                  // it could not be had, and is not asked for again
	isAside                     // its model cannot be used
	standings                   // how many there are
)

// asks tells whether a job that stands like this is asked for.
func (s standing) asks() bool { return s <= toOverwrite }

// standingNames are what plan --json says, and are promised.
var standingNames = [standings]string{
	"new", "interrupted", "missing", "replaced", "redo", "retried", "overwritten", "restored", "done", "kept", "rejected", "set_aside",
}

func (s standing) String() string { return standingNames[s] }

// why says for a person why a job is asked for, or what is done instead.
func (s standing) why() string {
	return [standings]string{
		"never asked for",
		"begun by an earlier run; its attempts count",
		"the post is gone from the folder",
		"the prompt, the model or its options have changed",
		"marked with redo",
		"rejected before (--retry-rejected)",
		"edited by hand (--overwrite-edited)",
		"made before and replaced since; brought back without a request",
		"there", "edited by hand", "could not be had", "the model cannot be used",
	}[s]
}

// candidate is one topic for one entry, with what is known of it.
type candidate struct {
	// n is the topic's place in the input, from 0.
	n     int
	topic topics.Topic
	slug  string
	msgs  llm.Messages
	id    string
	seen  ledger.Seen
	standing
	// own, when set, is the job's post that only the ledger does not know.
	own *output.Own
	// from, when set, is where the job's post is that was replaced.
	from string
}

// stand tells how the candidate stands, from the ledger and the file on disk.
// The ledger is believed only as far as the file agrees with it.
func (w *workload) stand(label string, c *candidate) (err error) {
	size, modified, there, err := w.folder.Stat(label, c.slug)
	if err != nil {
		return err
	}
	place := c.seen.Place
	current := place.Job
	// A file of the same size and time is the one that was written. Anything
	// else is read: a copy of the folder has other times.
	if there && (current == "" || place.Size != size || place.Modified != modified) {
		own, err := w.unlike(label, c.slug, place)
		switch {
		case err != nil:
			return err
		case own == nil && !w.overwriteEdited:
			c.standing = isKept
			return nil
		case own == nil:
			c.standing = toOverwrite
			return nil
		case own.ID == c.id && own.Files.SHA256 != place.SHA256:
			c.own, c.standing = own, isDone
			return nil
		}
		current = own.ID
	}
	c.standing = c.stands(there, current)
	if c.seen.Status == record.Done && !(there && current == c.id) {
		if c.from, err = w.folder.Replaced(label, c.slug, c.id, c.seen.SHA256); c.from != "" {
			c.standing = toRestore
		}
	}
	return err
}

// unlike reads a file that does not look like the one that was written there,
// and returns what it says of itself: nil for one that a person wrote or
// edited.
func (w *workload) unlike(label, slug string, place ledger.Place) (*output.Own, error) {
	sum, _, err := w.folder.Hash(label, slug)
	if err != nil {
		return nil, err
	}
	if place.Job != "" && sum == place.SHA256 {
		return &output.Own{ID: place.Job, Files: ledger.Files{SHA256: sum}}, nil
	}
	return w.folder.Own(label, slug)
}

// stands is for a file that nobody edited, or none; current is the job whose
// post it is.
func (c *candidate) stands(there bool, current string) standing {
	switch c.seen.Status {
	case record.Rejected:
		return isRejected
	case record.Pending, record.SetAside:
		if c.seen.Attempts == 0 && c.seen.Status == record.Pending {
			return toRedo
		}
		return toFinish
	case "":
		if there {
			return toReplace
		}
		return toDo
	}
	switch {
	case there && current == c.id:
		return isDone
	case there:
		return toReplace
	}
	return toMake
}
