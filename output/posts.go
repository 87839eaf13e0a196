package output

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/nightpress/nightpress/internal/ledger"
)

// Posts is an open posts folder: its files and its ledger. Only OpenToWrite,
// OpenToChange, OpenToRead, OpenToRate, and Look return one. The caller closes
// it.
type Posts struct {
	Folder *Folder
	Ledger *ledger.Ledger
	// readOnly is set if nothing may be written to the folder.
	readOnly bool
}

// NoLedgerError reports a folder without a ledger: no run has written to it.
type NoLedgerError struct{ Dir string }

func (e *NoLedgerError) Error() string {
	return fmt.Sprintf("%s has no ledger: no run has written posts there", e.Dir)
}

// Hint returns what the user can do.
func (e *NoLedgerError) Hint() string { return "name the folder of the posts with --out" }

// Unwrap returns fs.ErrNotExist.
func (e *NoLedgerError) Unwrap() error { return fs.ErrNotExist }

// OpenToWrite opens a folder as its only writer and creates it if it is missing.
// It upgrades the ledger of an older version. If the folder has a writer, the
// error is a *HeldError; other processes see command in theirs.
func OpenToWrite(ctx context.Context, dir, command string) (*Posts, error) {
	folder, err := Open(dir, command)
	if err != nil {
		return nil, err
	}
	l, err := ledger.Open(folder.LedgerPath())
	return newPosts(ctx, folder, l, err)
}

// OpenToChange is OpenToWrite for a folder that must have a ledger. If it has
// none, the error is a *NoLedgerError.
func OpenToChange(ctx context.Context, dir, command string) (*Posts, error) {
	if err := needLedger(dir); err != nil {
		return nil, err
	}
	return OpenToWrite(ctx, dir, command)
}

// OpenToRead opens a folder that must have a ledger. If it has none, the error is
// a *NoLedgerError. It writes nothing, and a run may write at the same time. It
// reads the ledger of an older version from a temporary copy.
func OpenToRead(ctx context.Context, dir string) (*Posts, error) {
	if err := needLedger(dir); err != nil {
		return nil, err
	}
	return Look(ctx, dir)
}

// Look is OpenToRead for a folder that may be missing. Without a ledger, it is
// empty.
func Look(ctx context.Context, dir string) (*Posts, error) {
	folder, err := View(dir)
	if err != nil {
		return nil, err
	}
	l, err := ledger.OpenPreview(ctx, folder.LedgerPath(), Written(dir))
	p, err := newPosts(ctx, folder, l, err)
	if err == nil {
		p.readOnly = true
	}
	return p, err
}

// Written returns a function that reports whether a folder has a writer, or may have one.
func Written(dir string) ledger.Written {
	return func() bool {
		writer, err := Holder(dir)
		return writer != nil || err != nil
	}
}

// OpenToRate opens the files of a folder for reading, and its ledger for adding
// ratings. A run may write at the same time.
func OpenToRate(ctx context.Context, dir string) (*Posts, error) {
	if err := needLedger(dir); err != nil {
		return nil, err
	}
	folder, err := View(dir)
	if err != nil {
		return nil, err
	}
	l, err := ledger.Open(folder.LedgerPath())
	return newPosts(ctx, folder, l, err)
}

// newPosts sets the folder's site generator to the one in the ledger. After an
// error, its own or err, it closes both.
func newPosts(ctx context.Context, folder *Folder, l *ledger.Ledger, err error) (*Posts, error) {
	if err != nil {
		return nil, errors.Join(folder.Explain(err), folder.Close())
	}
	site, err := l.Site(ctx)
	if err != nil {
		return nil, errors.Join(folder.Explain(err), l.Close(), folder.Close())
	}
	folder.SetSite(siteOf(site))
	folder.noteLedger()
	return &Posts{Folder: folder, Ledger: l}, nil
}

// siteOf is the site that a ledger says its folder is for.
func siteOf(s ledger.Site) Site {
	return Site{Name: s.Name, Flat: s.Flat, Bundle: s.Bundle, Day: s.Day}
}

// needLedger is an error where a folder holds no ledger.
func needLedger(dir string) error {
	if _, err := os.Stat(LedgerPath(dir)); errors.Is(err, fs.ErrNotExist) {
		return &NoLedgerError{dir}
	}
	return nil
}

// Claim is a label of a run and the name of its prompt. Prompt is "" if the run
// writes nothing under the label.
type Claim struct{ Label, Prompt string }

// Claim assigns the folder to a site generator, and each label to its prompt. It
// returns an error if the folder or a label belongs to another one. On a folder
// that is open for reading, it returns the same errors and changes nothing.
func (p *Posts) Claim(ctx context.Context, want Site, claims []Claim) error {
	claimLabel, claimSite := p.Ledger.ClaimLabel, p.Ledger.ClaimSite
	if p.readOnly {
		claimLabel, claimSite = p.Ledger.CheckLabel, p.Ledger.CheckSite
	}
	var labels []string
	for _, c := range claims {
		if err := want.checkLabel(c.Label); err != nil {
			return err
		}
		labels = append(labels, c.Label)
		if c.Prompt == "" {
			continue
		}
		if err := claimLabel(ctx, c.Label, c.Prompt); err != nil {
			return p.Folder.Explain(err)
		}
	}
	site, err := claimSite(ctx, ledger.Site{Name: want.Name, Flat: want.Flat, Bundle: want.Bundle, Day: want.Day}, labels)
	if err != nil {
		return p.Folder.Explain(err)
	}
	claimed := siteOf(site)
	claimed.Draft, claimed.Full, claimed.Language = want.Draft, want.Full, want.Language
	p.Folder.SetSite(claimed)
	if p.readOnly {
		return nil
	}
	return p.Folder.Explain(p.moveReserved(ctx))
}

// SetDraft sets whether new posts are marked as drafts.
func (p *Posts) SetDraft(draft bool) { p.Folder.site.Draft = draft }

// Sink returns the engine's sink for one run.
func (p *Posts) Sink(run int64) *Sink {
	return &Sink{Folder: p.Folder, Ledger: p.Ledger, RunID: run}
}

// Close releases the ledger and then the folder with its lock.
func (p *Posts) Close() error {
	return errors.Join(p.Folder.Explain(p.Ledger.Close()), p.Folder.Close())
}
