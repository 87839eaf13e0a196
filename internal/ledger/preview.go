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

	"github.com/nightpress/nightpress/internal/errtype"
)

// OpenPreview opens a ledger as a run would find it, without changing it. It is
// OpenToRead, except that a missing ledger is empty.
func OpenPreview(ctx context.Context, path string, written Written) (*Ledger, error) {
	if !exists(path) {
		return openEmpty(path)
	}
	return OpenToRead(ctx, path, written)
}

// OpenToRead is OpenReadOnly, except that it reads an older schema from an
// upgraded copy. The copy is in a temporary folder that Close removes. A missing
// ledger is fs.ErrNotExist.
func OpenToRead(ctx context.Context, path string, written Written) (*Ledger, error) {
	if _, err := os.Lstat(path); err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	l, err := openQuiet(path, written)
	if !errtype.Is[*OldError](err) {
		return l, err
	}
	return openCopy(ctx, path, written)
}

// empties numbers the empty ledgers of this process.
var empties atomic.Int64

// openEmpty opens an empty ledger in memory.
func openEmpty(path string) (*Ledger, error) {
	l := &Ledger{path: path, now: time.Now}
	// All connections share a database whose name begins with "/".
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

// openCopy opens an upgraded copy of an older ledger.
func openCopy(ctx context.Context, path string, written Written) (_ *Ledger, err error) {
	dir, err := newScratch()
	if err != nil {
		return nil, fmt.Errorf("copy ledger %s, which an older nightpress wrote: %w", path, err)
	}
	if err = copyTo(ctx, path, dir.file(), written); err == nil {
		var l *Ledger
		if l, err = Open(dir.file()); err == nil {
			l.scratch, l.path = dir, path
			return l, nil
		}
	}
	if damage, ok := errors.AsType[*DamageError](err); ok {
		// The hint is about the ledger, not about its copy.
		return nil, errors.Join(&DamageError{path, damage.Err}, dir.Close())
	}
	if errors.Is(err, ErrFull) || errors.Is(err, ErrWrite) {
		err = &AccessError{dir.file(), err}
	}
	return nil, errors.Join(fmt.Errorf("copy ledger %s, which an older nightpress wrote: %w", path, err), dir.Close())
}

// copyTo copies the state of a ledger at one moment.
func copyTo(ctx context.Context, path, to string, written Written) error {
	if written.shares(path) {
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
