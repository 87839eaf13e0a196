package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"sync/atomic"
	"time"
)

// OpenPreview opens a ledger for somebody who wants to know what a run would
// find: as OpenReadOnly, but a missing ledger is an empty one, and one of an
// older schema is read from a copy that is brought forward, in a temporary
// folder that Close removes.
func OpenPreview(ctx context.Context, path string) (*Ledger, error) {
	if !exists(path) {
		return openEmpty(path)
	}
	return OpenToRead(ctx, path)
}

// OpenToRead opens a ledger for reading as OpenReadOnly does, and one of an
// older schema from a copy, as OpenPreview does. A missing ledger is
// fs.ErrNotExist.
func OpenToRead(ctx context.Context, path string) (*Ledger, error) {
	if _, err := os.Lstat(path); err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	l, err := openQuiet(path)
	if !errors.As(err, new(*OldError)) {
		return l, err
	}
	return openCopy(ctx, path)
}

// empties numbers the empty ledgers of this process.
var empties atomic.Int64

// openEmpty opens a ledger in memory that holds nothing.
func openEmpty(path string) (*Ledger, error) {
	l := &Ledger{path: path, now: time.Now}
	// A name that begins with "/" is one database for all connections.
	name := fmt.Sprintf("/nightpress-empty-%d", empties.Add(1))
	err := l.connect(&l.writer, name, url.Values{"vfs": {"memdb"}})
	if err == nil {
		l.writer.SetMaxOpenConns(1)
		err = migrate(context.Background(), l.writer, path)
	}
	if err == nil {
		err = l.connect(&l.db, name, url.Values{"vfs": {"memdb"}})
	}
	if err != nil {
		return nil, errors.Join(l.named(err), l.Close())
	}
	return l, nil
}

// openCopy opens a copy of an older ledger, brought forward.
func openCopy(ctx context.Context, path string) (_ *Ledger, err error) {
	dir, err := newScratch()
	if err != nil {
		return nil, fmt.Errorf("copy ledger %s, which an older nightpress wrote: %w", path, err)
	}
	if err = copyTo(ctx, path, dir.file()); err == nil {
		var l *Ledger
		if l, err = Open(dir.file()); err == nil {
			l.scratch, l.path = dir, path
			return l, nil
		}
	}
	if errors.Is(err, ErrFull) || errors.Is(err, ErrWrite) {
		err = &AccessError{dir.file(), err}
	}
	return nil, errors.Join(fmt.Errorf("copy ledger %s, which an older nightpress wrote: %w", path, err), dir.Close())
}

// copyTo copies a ledger as it is at one moment.
func copyTo(ctx context.Context, path, to string) error {
	if exists(path + "-shm") {
		from := Ledger{path: path}
		if err := from.connect(&from.db, path, url.Values{"mode": {"ro"}}); err != nil {
			return err
		}
		_, err := from.db.ExecContext(ctx, "VACUUM INTO ?", to)
		if err = errors.Join(from.fault(err), from.Close()); err == nil || !needsSnapshot(err) {
			return err
		}
		if err := os.RemoveAll(to); err != nil {
			return err
		}
	}
	s, err := takeSnapshot(path)
	if err != nil {
		return err
	}
	defer s.Close()
	file, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, io.NewSectionReader(s, 0, s.size))
	if err = errors.Join(err, file.Close()); isFull(err) {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}
