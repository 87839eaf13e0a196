package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
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

// GiveSlugs gives each topic that has none its slug, in one transaction. A
// slug that was given stays with its topic for good, so that inserting rows
// moves nothing.
func (l *Ledger) GiveSlugs(ctx context.Context, topics []TopicIdent) error {
	return l.within(ctx, func(tx *sql.Tx) error {
		insert, err := tx.PrepareContext(ctx, `INSERT INTO topics (key, topic, slug) VALUES (?1, ?2, ?3)
			ON CONFLICT DO NOTHING`)
		if err != nil {
			return err
		}
		defer insert.Close()
		has, err := tx.PrepareContext(ctx, `SELECT 1 FROM topics WHERE key = ?`)
		if err != nil {
			return err
		}
		defer has.Close()
		for _, t := range topics {
			if err := giveSlug(ctx, insert, has, t); err != nil {
				return fmt.Errorf("slug of %q: %w", t.Text, err)
			}
		}
		return nil
	})
}

func giveSlug(ctx context.Context, insert, has *sql.Stmt, t TopicIdent) error {
	for _, slug := range []string{t.Slug, t.Clash} {
		var one int
		err := has.QueryRowContext(ctx, t.Key).Scan(&one)
		if err == nil {
			return nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		res, err := insert.ExecContext(ctx, t.Key, t.Text, slug)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); n == 1 || err != nil {
			return err
		}
	}
	return errors.New("both its slugs are taken")
}

// Slug returns the slug of the topic with this key.
func (l *Ledger) Slug(ctx context.Context, key string) (string, error) {
	var slug string
	err := l.db.QueryRowContext(ctx, `SELECT slug FROM topics WHERE key = ?`, key).Scan(&slug)
	if err != nil {
		return "", fmt.Errorf("slug of topic %s: %w", key, err)
	}
	return slug, nil
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
		var have string
		if err := tx.QueryRowContext(ctx, `SELECT prompt FROM labels WHERE label = ?`, label).Scan(&have); err != nil {
			return err
		}
		if have != prompt {
			return &PromptError{label, have, prompt}
		}
		return nil
	})
}
