package ledger

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// TopicIdent identifies a topic and proposes slugs for it.
type TopicIdent struct {
	// Key identifies the topic across runs.
	Key string
	// Text is the topic's text.
	Text string
	// Slug is the preferred slug. Clash is used if another topic has that slug
	// (in any letter case). Clash must be unique.
	Slug, Clash string
	// Source is the name of the file that the topic is in.
	Source string
	// Corrects, when set, is the key of the topic that this one was before it
	// was corrected: its slug becomes this one's.
	Corrects string
}

// GiveSlugs assigns slugs to topics without one, all or none, and returns the
// slugs of all topics in order. An assigned slug stays with its topic forever, so
// that inserting rows moves nothing.
func (l *Ledger) GiveSlugs(ctx context.Context, topics []TopicIdent) ([]string, error) {
	slugs, missing, err := l.slugs(ctx, topics)
	if err != nil || missing == 0 {
		return slugs, err
	}
	return slugs, l.within(ctx, func(tx *sql.Tx) error {
		insert, err := tx.PrepareContext(ctx, `INSERT INTO topics (key, topic, slug, source) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`)
		if err != nil {
			return err
		}
		defer insert.Close()
		for i, t := range topics {
			if slugs[i] != "" {
				continue
			}
			if t.Corrects != "" {
				l.held.Store(nil)
				if err := correct(ctx, tx, t); err != nil {
					return fmt.Errorf("slug of %q: %w", t.Text, err)
				}
				slugs[i] = t.Slug
				continue
			}
			if slugs[i], err = giveSlug(ctx, insert, t); err != nil {
				return fmt.Errorf("slug of %q: %w", t.Text, err)
			}
		}
		return nil
	})
}

// errBothTaken occurs only if a slug column contains another topic's hash.
var errBothTaken = errors.New("both of its slugs are taken")

func giveSlug(ctx context.Context, insert *sql.Stmt, t TopicIdent) (string, error) {
	for _, slug := range []string{t.Slug, t.Clash} {
		res, err := insert.ExecContext(ctx, t.Key, t.Text, slug, t.Source)
		if err != nil {
			return "", err
		}
		if n, err := res.RowsAffected(); n == 1 || err != nil {
			return slug, err
		}
	}
	return "", errBothTaken
}

// correct gives a topic's slug to what the topic is now.
func correct(ctx context.Context, tx *sql.Tx, t TopicIdent) error {
	_, err := tx.ExecContext(ctx, `UPDATE topics SET key = ?, topic = ?, source = ? WHERE key = ?`, t.Key, t.Text, t.Source, t.Corrects)
	return err
}

// HasTopics reports whether any topic has a slug.
func (l *Ledger) HasTopics(ctx context.Context) (has bool, err error) {
	err = l.row(ctx, l.db, `SELECT EXISTS (SELECT 1 FROM topics)`, nil, &has)
	return has, err
}

// Owners returns, for each topic without a slug, the key of the topic of the same
// file that already has its preferred slug, or "". A topic whose file is not known
// counts as part of every file.
func (l *Ledger) Owners(ctx context.Context, topics []TopicIdent) ([]string, error) {
	owners := make([]string, len(topics))
	slugs, missing, err := l.slugs(ctx, topics)
	if err != nil || missing == 0 {
		return owners, err
	}
	wanted := make([]string, len(topics))
	for i, t := range topics {
		if slugs[i] == "" {
			wanted[i] = t.Slug
		}
	}
	err = l.each(ctx, `SELECT w.key, t.key, t.source FROM json_each(?1) w CROSS JOIN topics t ON t.slug = w.value`, wanted, "", func(rows *sql.Rows) error {
		var i int
		var key, source string
		err := rows.Scan(&i, &key, &source)
		if source == "" || source == topics[i].Source {
			owners[i] = key
		}
		return err
	})
	return owners, err
}

// slugs returns the slugs of topics, "" for a topic without one, and how many have
// none.
func (l *Ledger) slugs(ctx context.Context, topics []TopicIdent) (slugs []string, missing int, err error) {
	held := l.held.Load()
	slugs = make([]string, len(topics))
	var keys []string
	var places []int
	for i, t := range topics {
		if held.has(t) {
			slugs[i] = t.Slug
			continue
		}
		keys, places = append(keys, t.Key), append(places, i)
	}
	if missing = len(keys); missing == 0 {
		return slugs, 0, nil
	}
	err = l.each(ctx, `SELECT w.key, t.slug FROM json_each(?1) w CROSS JOIN topics t ON t.key = w.value`, keys, "", func(rows *sql.Rows) error {
		var i int
		var slug string
		err := rows.Scan(&i, &slug)
		slugs[places[i]] = slug
		missing--
		return err
	})
	return slugs, missing, err
}

// SlugPreview returns the slugs that GiveSlugs would assign, and assigns none. It
// is for one pass over the topics in their order, by one goroutine.
type SlugPreview struct {
	l *Ledger
	// given holds the hashes of the slugs that this pass would assign.
	given map[[16]byte]struct{}
}

// PreviewSlugs begins a pass.
func (l *Ledger) PreviewSlugs() *SlugPreview { return &SlugPreview{l, map[[16]byte]struct{}{}} }

// Slugs returns the slugs that GiveSlugs would return.
func (p *SlugPreview) Slugs(ctx context.Context, topics []TopicIdent) ([]string, error) {
	slugs, missing, err := p.l.slugs(ctx, topics)
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
	err = p.l.each(ctx, `SELECT t.slug FROM json_each(?1) w CROSS JOIN topics t ON t.slug = w.value`, wanted, "", func(rows *sql.Rows) error {
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
		if t.Corrects != "" {
			slugs[i] = t.Slug
			p.given[h] = struct{}{}
			continue
		}
		_, before := taken[h]
		_, now := p.given[h]
		if slugs[i] = t.Slug; before || now {
			slugs[i], h = t.Clash, slugHash(t.Clash)
			if _, now := p.given[h]; now {
				return nil, fmt.Errorf("slug of %q: %w", t.Text, errBothTaken)
			}
		}
		p.given[h] = struct{}{}
	}
	return slugs, nil
}

// slugHash hashes a slug. It ignores ASCII letter case, as SQLite's NOCASE does.
func slugHash(slug string) [16]byte {
	sum := sha256.Sum256([]byte(foldASCII(slug)))
	return [16]byte(sum[:16])
}

// foldASCII lowers ASCII letters only, as SQLite's NOCASE does.
func foldASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, s)
}

// PromptError reports a label whose folder has posts of another prompt.
type PromptError struct{ Label, Have, Want string }

func (e *PromptError) Error() string {
	return fmt.Sprintf("the folder %s has posts of the prompt %s, but %s is requested", e.Label, e.Have, e.Want)
}

// Hint returns what the user can do.
func (e *PromptError) Hint() string {
	return "write the posts of another prompt to another folder: --out posts-" + e.Want
}

// ClaimLabel assigns a label to a prompt. If the label belongs to another prompt,
// the error is a *PromptError.
func (l *Ledger) ClaimLabel(ctx context.Context, label, prompt string) error {
	return l.within(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO labels VALUES (?, ?) ON CONFLICT DO NOTHING`, label, prompt); err != nil {
			return err
		}
		return checkLabel(tx.QueryRowContext(ctx, promptOf, label), label, prompt)
	})
}

// CheckLabel returns the error that ClaimLabel would return, and changes nothing.
func (l *Ledger) CheckLabel(ctx context.Context, label, prompt string) error {
	return l.fault(checkLabel(l.db.QueryRowContext(ctx, promptOf, label), label, prompt))
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
