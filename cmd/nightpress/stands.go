package main

import (
	"context"

	"github.com/nightpress/nightpress/batch"
)

// stands tells how a job stands, from the ledger and the file on disk. The
// ledger is believed only as far as the file agrees with it.
func (w *workload) stands(ctx context.Context, j *batch.Job) (standing, error) {
	sum, there, err := w.folder.Hash(j.Model.Label, j.Slug)
	if err != nil {
		return toDo, err
	}
	current, err := w.ledger.Current(ctx, j.Model.Label, j.Slug)
	if err != nil {
		return toDo, err
	}
	if there && (current == nil || current.SHA256 != sum) && !w.overwriteEdited {
		return isKept, nil
	}
	row, err := w.ledger.Job(ctx, j.ID)
	switch {
	case err != nil:
		return toDo, err
	case row == nil && there:
		return toReplace, nil
	case row == nil:
		return toDo, nil
	case row.Status == batch.Rejected && !w.retryRejected:
		return isRejected, nil
	case row.Status == batch.Done && there && current.ID == j.ID:
		return isDone, nil
	case row.Status == batch.Done && !there:
		return toRedo, nil
	case there:
		return toReplace, nil
	}
	return toDo, nil
}
