package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// OpenPreview opens a ledger for somebody who wants to know what a run would
// find: as OpenReadOnly, but a missing ledger is an empty one, and one of an
// older schema is read from a copy that is brought forward, in a temporary
// folder that Close removes.
func OpenPreview(ctx context.Context, path string) (*Ledger, error) {
	if err := checkFile(path); err != nil {
		return nil, err
	}
	l, err := OpenReadOnly(path)
	if err == nil || !errors.Is(err, fs.ErrNotExist) && !errors.As(err, new(*OldError)) {
		return l, err
	}
	dir, tempErr := os.MkdirTemp("", "nightpress-ledger-*")
	if tempErr != nil {
		return nil, tempErr
	}
	copied := filepath.Join(dir, "ledger.db")
	if errors.As(err, new(*OldError)) {
		err = copyTo(ctx, path, copied)
	} else {
		err = nil
	}
	if err == nil {
		if l, err = Open(copied); err == nil {
			l.scratch = dir
			return l, nil
		}
	}
	return nil, errors.Join(fmt.Errorf("look at ledger %s: %w", path, err), os.RemoveAll(dir))
}

// copyTo copies a ledger as it stands at one moment.
func copyTo(ctx context.Context, path, to string) error {
	var from Ledger
	if err := from.connect(&from.db, path, "ro"); err != nil {
		return err
	}
	_, err := from.db.ExecContext(ctx, "VACUUM INTO ?", to)
	return errors.Join(err, from.Close())
}
