package output

import (
	"context"
	"errors"
	"fmt"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/ledger"
)

// Mender corrects the ledger and the folder where no request is needed. Its entries
// wait for Commit. One goroutine at a time may use it, and no result may be saved
// meanwhile.
type Mender struct {
	sink    *Sink
	waiting []ledger.Entry
}

// Mender returns a mender of the sink's folder.
func (s *Sink) Mender() *Mender { return &Mender{sink: s} }

// Adopt records the post at a job's path as the job's. The post names the job
// itself, and only its ledger entry is missing.
func (m *Mender) Adopt(j *batch.Job, own *Own) error {
	f := m.sink.Folder
	m.waiting = append(m.waiting, ledger.Entry{Job: j, Files: own.Files, Words: own.Words})
	return f.Explain(unlessBlocked(f.forgetRejected(j.Model.Label, j.Slug)))
}

// KeepEdited records that a job is kept, because a person edited the post in
// its place.
func (m *Mender) KeepEdited(j *batch.Job) {
	m.waiting = append(m.waiting, ledger.Entry{Job: j, Edited: true})
}

// Restore brings back a job's post that another job's had replaced; from is
// the name that Replaced gave.
func (m *Mender) Restore(ctx context.Context, j *batch.Job, from string) error {
	f, label, slug := m.sink.Folder, j.Model.Label, j.Slug
	var to string
	kept, err := m.sink.clear(ctx, label, slug, func(dir string) { to = dir })
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
	return m.Adopt(j, own)
}

// Commit writes the entries since the last Commit. If the disk is full, the error is
// a *SpaceError; if the ledger cannot be written, it is a *WriteError.
func (m *Mender) Commit(ctx context.Context) error {
	entries := m.waiting
	m.waiting = nil
	if len(entries) == 0 {
		return nil
	}
	if err := m.sink.Folder.CheckStill(); err != nil {
		return err
	}
	return m.sink.Folder.Explain(m.sink.Ledger.Commit(ctx, m.sink.RunID, entries))
}
