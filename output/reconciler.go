package output

import (
	"context"
	"errors"
	"fmt"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/ledger"
)

// Reconciler corrects the ledger and the folder where no request is needed. Its entries
// wait for Commit. One goroutine at a time may use it, and no result may be saved
// meanwhile.
type Reconciler struct {
	sink    *Sink
	waiting []ledger.Entry
}

// Reconciler returns a reconciler of the sink's folder.
func (s *Sink) Reconciler() *Reconciler { return &Reconciler{sink: s} }

// Adopt records the post at a job's path as the job's. The post names the job
// itself, and only its ledger entry is missing.
func (r *Reconciler) Adopt(j *batch.Job, own *Own) error {
	f := r.sink.Folder
	r.waiting = append(r.waiting, ledger.Entry{Job: j, Files: own.Files, Words: own.Words})
	return f.Explain(unlessBlocked(f.forgetRejected(j.Model.Label, j.Slug)))
}

// KeepEdited records that a job is kept, because a person edited the post at its
// path.
func (r *Reconciler) KeepEdited(j *batch.Job) {
	r.waiting = append(r.waiting, ledger.Entry{Job: j, Edited: true})
}

// Restore brings back a job's post that another job's post replaced. from is the
// path that Replaced returned.
func (r *Reconciler) Restore(ctx context.Context, j *batch.Job, from string) error {
	f, label, slug := r.sink.Folder, j.Model.Label, j.Slug
	var to string
	kept, err := r.sink.clear(ctx, label, slug, func(dir string) { to = dir })
	if err == nil && to != "" {
		err = syncDir(f.root, to)
	}
	if err != nil || kept {
		return f.Explain(err)
	}
	if err := f.moveBack(from, label, slug); err != nil {
		return f.Explain(err)
	}
	own, err := f.Own(label, slug)
	if err != nil || own == nil {
		return errors.Join(fmt.Errorf("restore %s: the file does not name its job", f.PostPath(label, slug)), err)
	}
	return r.Adopt(j, own)
}

// Commit writes the entries since the last Commit. If the disk is full, the error is
// a *SpaceError; if the ledger cannot be written, it is a *WriteError.
func (r *Reconciler) Commit(ctx context.Context) error {
	entries := r.waiting
	r.waiting = nil
	if len(entries) == 0 {
		return nil
	}
	if err := r.sink.Folder.CheckStill(); err != nil {
		return err
	}
	return r.sink.Folder.Explain(r.sink.Ledger.Commit(ctx, r.sink.RunID, entries))
}
