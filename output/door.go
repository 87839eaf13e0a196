package output

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/nightpress/nightpress/internal/ledger"
)

// Posts is an open posts folder: its files and the ledger behind them. The
// functions OpenToWrite, OpenToRead, OpenToRate, and Look are the only ways to
// one. The caller closes it.
type Posts struct {
	Folder *Folder
	Ledger *ledger.Ledger
	// looks is set where nothing may be written to the folder.
	looks bool
}

// NoLedgerError is a folder without a ledger: no run has written there.
type NoLedgerError struct{ Dir string }

func (e *NoLedgerError) Error() string {
	return fmt.Sprintf("%s holds no ledger: no run has written posts there", e.Dir)
}

// Hint is what to do.
func (e *NoLedgerError) Hint() string { return "name the folder of the posts: --out" }

// Unwrap makes it one of a file that does not exist.
func (e *NoLedgerError) Unwrap() error { return fs.ErrNotExist }

// OpenToWrite opens a folder as its one writer, and makes it where it does not
// exist. It brings the ledger of an older version forward. command names the
// writer to whoever finds the folder taken: a *HeldError.
func OpenToWrite(ctx context.Context, dir, command string) (*Posts, error) {
	folder, err := Open(dir, command)
	if err != nil {
		return nil, err
	}
	l, err := ledger.Open(folder.LedgerPath())
	return newPosts(ctx, folder, l, err)
}

// OpenToChange is OpenToWrite for a folder that must hold a ledger: a
// *NoLedgerError where it holds none.
func OpenToChange(ctx context.Context, dir, command string) (*Posts, error) {
	if err := needLedger(dir); err != nil {
		return nil, err
	}
	return OpenToWrite(ctx, dir, command)
}

// OpenToRead opens a folder that holds a ledger; without one the error is a
// *NoLedgerError. It writes nothing, and a run may write meanwhile. The ledger
// of an older version is read from a temporary copy.
func OpenToRead(ctx context.Context, dir string) (*Posts, error) {
	if err := needLedger(dir); err != nil {
		return nil, err
	}
	return Look(ctx, dir)
}

// Look is OpenToRead for a folder that need not exist: without a ledger it is an
// empty one.
func Look(ctx context.Context, dir string) (*Posts, error) {
	folder, err := View(dir)
	if err != nil {
		return nil, err
	}
	l, err := ledger.OpenPreview(ctx, folder.LedgerPath())
	p, err := newPosts(ctx, folder, l, err)
	if err == nil {
		p.looks = true
	}
	return p, err
}

// OpenToRate opens the files of a folder to read them, and its ledger to add
// ratings to it. A run may write meanwhile.
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

// newPosts ties the folder to the site generator that the ledger names. It
// closes both where an error came before or comes now.
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

// Claim is a label that a run wants to write, and the name of its prompt: "" for
// a label that the run writes nothing under.
type Claim struct{ Label, Prompt string }

// Claim ties the folder to a site generator, and each label to its prompt. A
// folder or label that belongs to another is an error. Where the folder was
// opened to look at it, Claim reports the same errors and changes nothing.
func (p *Posts) Claim(ctx context.Context, want Site, claims []Claim) error {
	claimLabel, claimSite := p.Ledger.ClaimLabel, p.Ledger.ClaimSite
	if p.looks {
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
	claimed.Draft, claimed.Language = want.Draft, want.Language
	p.Folder.SetSite(claimed)
	if p.looks {
		return nil
	}
	return p.Folder.Explain(p.moveReserved(ctx))
}

// SetDraft says whether new posts are marked as drafts.
func (p *Posts) SetDraft(draft bool) { p.Folder.site.Draft = draft }

// Sink returns the engine's sink into the folder, for one run.
func (p *Posts) Sink(run int64) *Sink {
	return &Sink{Folder: p.Folder, Ledger: p.Ledger, RunID: run}
}

// Close releases the ledger and then the folder, and lets the next writer in.
func (p *Posts) Close() error {
	return errors.Join(p.Folder.Explain(p.Ledger.Close()), p.Folder.Close())
}
