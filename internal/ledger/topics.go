package ledger

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// TopicIdent is what a topic needs for a slug.
type TopicIdent struct {
	// Key identifies the topic across runs.
	Key string
	// Text is the topic's text.
	Text string
	// Slug is the one it would like, Clash the one it gets when another topic
	// has that (in any letter case). Clash must be its own alone.
	Slug, Clash string
}

// GiveSlugs gives each topic that has none its slug and returns the slugs of
// all, in order. A slug that was given stays with its topic for good, so that
// inserting rows moves nothing.
func (l *Ledger) GiveSlugs(ctx context.Context, topics []TopicIdent) ([]string, error) {
	g := l.Giver()
	slugs, err := g.Slugs(ctx, topics)
	return slugs, errors.Join(err, g.Close(ctx))
}

// Giver is GiveSlugs for a pass over many topics. While it is open nothing else
// may be written to the ledger. It is used by one goroutine.
type Giver struct {
	l      *Ledger
	tx     *sql.Tx
	insert *sql.Stmt
	given  int // in the transaction
	// relaxed: the connection waits for the disk no more until Close.
	relaxed bool
}

const (
	// together is how many slugs are committed together. The keys are hashes,
	// so each new row changes other pages, and every commit writes those that
	// it changed: a million slugs, 512 at a time, would write gigabytes.
	together = 1 << 15
	// giverCache is what SQLite may keep of the pages meanwhile, in KiB.
	giverCache, usualCache = 64 << 10, 2000
)

// Giver begins a pass. Close must be called at its end.
func (l *Ledger) Giver() *Giver { return &Giver{l: l} }

// Slugs returns the slugs of topics, giving them to those that have none. They
// are durable after Close.
func (g *Giver) Slugs(ctx context.Context, topics []TopicIdent) ([]string, error) {
	slugs, missing, err := g.l.slugs(ctx, topics)
	if err != nil || missing == 0 {
		return slugs, err
	}
	if err := g.begin(ctx); err != nil {
		return nil, fault(g.l.path, err)
	}
	for i, t := range topics {
		if slugs[i] != "" {
			continue
		}
		if slugs[i], err = giveSlug(ctx, g.insert, t); err != nil {
			return nil, fmt.Errorf("slug of %q: %w", t.Text, fault(g.l.path, err))
		}
	}
	if g.given += missing; g.given >= together {
		return slugs, g.commit()
	}
	return slugs, nil
}

// begin opens a transaction unless one is open.
func (g *Giver) begin(ctx context.Context) (err error) {
	if g.tx != nil {
		return nil
	}
	// A slug that a power cut takes is given again; the commit of the first
	// post makes all that were given before it durable. A million of them need
	// not wait for the disk.
	if !g.relaxed {
		g.relaxed = true
		if err := g.l.pragmas(ctx, "synchronous = NORMAL", fmt.Sprintf("cache_size = -%d", giverCache)); err != nil {
			return err
		}
	}
	// The transaction outlives this call, and so must its context.
	if g.tx, err = g.l.writer.BeginTx(context.WithoutCancel(ctx), nil); err != nil {
		return err
	}
	g.insert, err = g.tx.PrepareContext(ctx, `INSERT INTO topics (key, topic, slug) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`)
	return err
}

func (g *Giver) commit() error {
	if g.tx == nil {
		return nil
	}
	var err error
	if g.insert != nil {
		err = g.insert.Close()
	}
	err = errors.Join(err, g.tx.Commit())
	g.tx, g.insert, g.given = nil, nil, 0
	return fault(g.l.path, err)
}

// Close commits what was given. It may be called after an error; the slugs
// that were given before it stay.
func (g *Giver) Close(ctx context.Context) error {
	if !g.relaxed {
		return nil
	}
	g.relaxed = false
	return errors.Join(g.commit(), g.l.pragmas(ctx, "synchronous = FULL", fmt.Sprintf("cache_size = -%d", usualCache)))
}

// pragmas sets how the writing connection works.
func (l *Ledger) pragmas(ctx context.Context, all ...string) error {
	for _, p := range all {
		if _, err := l.writer.ExecContext(context.WithoutCancel(ctx), "PRAGMA "+p); err != nil {
			return fault(l.path, err)
		}
	}
	return nil
}

func giveSlug(ctx context.Context, insert *sql.Stmt, t TopicIdent) (string, error) {
	for _, slug := range []string{t.Slug, t.Clash} {
		res, err := insert.ExecContext(ctx, t.Key, t.Text, slug)
		if err != nil {
			return "", err
		}
		if n, err := res.RowsAffected(); n == 1 || err != nil {
			return slug, err
		}
	}
	return "", errors.New("both its slugs are taken")
}

// slugs returns the slugs that topics have, "" for one that has none, and how
// many have none.
func (l *Ledger) slugs(ctx context.Context, topics []TopicIdent) (slugs []string, missing int, err error) {
	keys := make([]string, len(topics))
	for i, t := range topics {
		keys[i] = t.Key
	}
	slugs, missing = make([]string, len(topics)), len(topics)
	err = l.each(ctx, `SELECT w.key, t.slug FROM json_each(?1) w CROSS JOIN topics t ON t.key = w.value`, keys, "", func(rows *sql.Rows) error {
		var i int
		var slug string
		err := rows.Scan(&i, &slug)
		slugs[i] = slug
		missing--
		return err
	})
	return slugs, missing, err
}

// Foresight tells which slugs topics would be given, and gives none. It is
// used for one pass over the topics, in their order, by one goroutine.
type Foresight struct {
	l *Ledger
	// given are the hashes of the slugs that topics of this pass would get.
	given map[[16]byte]struct{}
}

// Foresee begins a pass.
func (l *Ledger) Foresee() *Foresight { return &Foresight{l, map[[16]byte]struct{}{}} }

// Slugs returns the slugs that GiveSlugs would.
func (f *Foresight) Slugs(ctx context.Context, topics []TopicIdent) ([]string, error) {
	slugs, missing, err := f.l.slugs(ctx, topics)
	if err != nil || missing == 0 {
		return slugs, err
	}
	var wanted []string
	for i, t := range topics {
		if slugs[i] == "" {
			wanted = append(wanted, t.Slug)
		}
	}
	taken := map[[16]byte]struct{}{}
	err = f.l.each(ctx, `SELECT t.slug FROM json_each(?1) w CROSS JOIN topics t ON t.slug = w.value`, wanted, "", func(rows *sql.Rows) error {
		var slug string
		err := rows.Scan(&slug)
		taken[slugHash(slug)] = struct{}{}
		return err
	})
	if err != nil {
		return nil, err
	}
	for i, t := range topics {
		if slugs[i] != "" {
			continue
		}
		h := slugHash(t.Slug)
		_, before := taken[h]
		_, now := f.given[h]
		if slugs[i] = t.Slug; before || now {
			slugs[i] = t.Clash
		}
		f.given[slugHash(slugs[i])] = struct{}{}
	}
	return slugs, nil
}

// slugHash is over a slug without regard to ASCII letter case, as SQLite's
// NOCASE compares.
func slugHash(slug string) [16]byte {
	folded := strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, slug)
	sum := sha256.Sum256([]byte(folded))
	return [16]byte(sum[:16])
}

// PromptError is a label whose folder holds the posts of another prompt.
type PromptError struct{ Label, Have, Want string }

func (e *PromptError) Error() string {
	return fmt.Sprintf("the folder %s holds posts of the prompt %s, and %s is asked for", e.Label, e.Have, e.Want)
}

// Hint is what to type.
func (e *PromptError) Hint() string {
	return "write the posts of another prompt elsewhere: --out posts-" + e.Want
}

// ClaimLabel ties a label to a prompt. A label that is another's is a
// *PromptError.
func (l *Ledger) ClaimLabel(ctx context.Context, label, prompt string) error {
	return l.within(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO labels VALUES (?, ?) ON CONFLICT DO NOTHING`, label, prompt); err != nil {
			return err
		}
		return checkLabel(tx.QueryRowContext(ctx, promptOf, label), label, prompt)
	})
}

// CheckLabel says whether ClaimLabel would refuse, and ties nothing.
func (l *Ledger) CheckLabel(ctx context.Context, label, prompt string) error {
	return checkLabel(l.db.QueryRowContext(ctx, promptOf, label), label, prompt)
}

const promptOf = `SELECT prompt FROM labels WHERE label = ?`

func checkLabel(row *sql.Row, label, prompt string) error {
	var have string
	err := row.Scan(&have)
	if err == nil && have != prompt {
		return &PromptError{label, have, prompt}
	}
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}
