package ledger

import (
	"context"
	"fmt"
	"io"
	"os"
)

// CopyTo writes the state of one moment as one file without a log, also while a run
// writes. The file must not exist.
func (l *Ledger) CopyTo(ctx context.Context, path string) error {
	if l.snapshot == nil {
		if _, err := l.db.ExecContext(ctx, `VACUUM INTO ?`, path); err != nil {
			return fmt.Errorf("copy the ledger: %w", l.fault(err))
		}
		return nil
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.Copy(f, io.NewSectionReader(l.snapshot, 0, l.snapshot.size)); err != nil {
		return fmt.Errorf("copy the ledger: %w", l.named(err))
	}
	return f.Close()
}
