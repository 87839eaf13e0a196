package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// schemaSite stores the site generator of a folder.
const schemaSite = `
CREATE TABLE site (                      -- one row
	one  INTEGER PRIMARY KEY CHECK (one = 1),
	name TEXT NOT NULL,                  -- plain, hugo, jekyll, eleventy, astro
	flat INTEGER NOT NULL,               -- 1: no folder for each label
	day  TEXT NOT NULL                   -- YYYY-MM-DD, when the folder was begun
);
`

// schemaBundle remembers whether each post has a folder of its own.
const schemaBundle = `
ALTER TABLE site ADD COLUMN bundle INTEGER NOT NULL DEFAULT 0;    -- 1: <slug>/index.md
`

// Site is which site generator the posts of a folder are for.
type Site struct {
	Name string
	// Flat is set if the posts are in the folder itself.
	Flat bool
	// Bundle: each post is the index.md of a folder of its own.
	Bundle bool
	// Day is when the folder was begun, YYYY-MM-DD.
	Day string
}

func (s Site) String() string {
	name := s.Name
	if s.Flat {
		name += ", flat"
	}
	if s.Bundle {
		name += ", bundle"
	}
	return name
}

// sameAs reports whether posts have the same locations and form; the day does
// not count.
func (s Site) sameAs(o Site) bool {
	s.Day, o.Day = "", ""
	return s == o
}

// SiteError reports a folder with posts for another site generator.
type SiteError struct{ Have, Want Site }

func (e *SiteError) Error() string {
	return fmt.Sprintf("the folder has posts for the site %s, but %s is requested", e.Have, e.Want)
}

// Hint returns what the user can do.
func (e *SiteError) Hint() string {
	return "write the posts for another site to another folder: --out posts-" + e.Want.Name
}

// FlatError reports a flat folder with posts of another label.
type FlatError struct{ Have, Want string }

func (e *FlatError) Error() string {
	return fmt.Sprintf("the folder is flat and already has posts of %s, so it cannot take posts of %s", e.Have, e.Want)
}

// Hint returns what the user can do.
func (e *FlatError) Hint() string {
	return "write them to another folder: --out posts-" + e.Want + `, or set layout = "per-model"`
}

// Site returns the site generator of the folder. The default is plain.
func (l *Ledger) Site(ctx context.Context) (Site, error) {
	s, err := siteOf(ctx, l.db)
	return s, l.fault(err)
}

// rower is a database or a transaction.
type rower interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func siteOf(ctx context.Context, q rower) (Site, error) {
	s := Site{Name: "plain"}
	err := q.QueryRowContext(ctx, `SELECT name, flat, bundle, day FROM site`).Scan(&s.Name, &s.Flat, &s.Bundle, &s.Day)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return s, err
}

// CheckSite returns a *SiteError or *FlatError if the folder cannot take posts of
// these labels for a site. Otherwise, it returns the folder's site. The site of a
// folder without posts does not matter.
func (l *Ledger) CheckSite(ctx context.Context, want Site, labels []string) (Site, error) {
	site, err := checkSite(ctx, l.db, want, labels)
	return site, l.fault(err)
}

func checkSite(ctx context.Context, q rower, want Site, labels []string) (Site, error) {
	have, err := siteOf(ctx, q)
	if err != nil {
		return want, err
	}
	var label string
	err = q.QueryRowContext(ctx, `SELECT label FROM posts LIMIT 1`).Scan(&label)
	switch {
	case errors.Is(err, sql.ErrNoRows) && have.sameAs(want) && have.Day != "":
		// A post may be there whose row was not committed.
		return have, nil
	case errors.Is(err, sql.ErrNoRows):
		return want, nil
	case err != nil:
		return want, err
	case !have.sameAs(want):
		return want, &SiteError{have, want}
	}
	for _, l := range labels {
		if have.Flat && l != label {
			return want, &FlatError{label, l}
		}
	}
	return have, nil
}

// ClaimSite is CheckSite, and assigns the folder to the site.
func (l *Ledger) ClaimSite(ctx context.Context, want Site, labels []string) (site Site, err error) {
	err = l.within(ctx, func(tx *sql.Tx) error {
		if site, err = checkSite(ctx, tx, want, labels); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT OR REPLACE INTO site (one, name, flat, bundle, day) VALUES (1, ?, ?, ?, ?)`,
			site.Name, site.Flat, site.Bundle, site.Day)
		return err
	})
	return site, err
}
