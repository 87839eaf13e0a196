package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/record"
)

// Job is a job's row; as JSON it has the names of its columns.
type Job struct {
	ID       string            `json:"id"`
	Slug     string            `json:"slug"`
	Label    string            `json:"label"`
	Topic    string            `json:"topic"`
	Model    string            `json:"model"`
	Digest   string            `json:"digest"`
	Prompt   string            `json:"prompt"`
	Status   record.Status     `json:"status"`
	Reason   string            `json:"reason"`
	Path     string            `json:"path"`
	SHA256   string            `json:"sha256"`
	Words    int               `json:"words"`
	Repairs  []contract.Repair `json:"repairs"`
	Attempts int               `json:"attempts"`
	Updated  string            `json:"updated"`
	// Variant is how often the job was begun anew with another seed.
	Variant int `json:"variant"`
	// Origin is who wrote the post: "model" or "hand".
	Origin string `json:"origin"`
}

const jobColumns = `id, slug, label, topic, model, digest, prompt, status, reason, path, sha256, words, repairs, attempts, updated, variant, origin`

func scanJob(row interface{ Scan(...any) error }) (*Job, error) {
	var j Job
	var repairs string
	err := row.Scan(&j.ID, &j.Slug, &j.Label, &j.Topic, &j.Model, &j.Digest, &j.Prompt, &j.Status, &j.Reason, &j.Path, &j.SHA256, &j.Words, &repairs, &j.Attempts, &j.Updated, &j.Variant, &j.Origin)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &j, json.Unmarshal([]byte(repairs), &j.Repairs)
}

// Job returns the job with this ID, nil when there is none.
func (l *Ledger) Job(ctx context.Context, id string) (*Job, error) {
	return scanJob(l.db.QueryRowContext(ctx, `SELECT `+jobColumns+` FROM jobs WHERE id = ?`, id))
}

// Current returns the job whose post stands in a place, nil when there is
// none.
func (l *Ledger) Current(ctx context.Context, label, slug string) (*Job, error) {
	return scanJob(l.db.QueryRowContext(ctx,
		`SELECT `+jobColumns+` FROM jobs WHERE id = (SELECT job FROM posts WHERE label = ? AND slug = ?)`, label, slug))
}

// Place tells whose post stands in a place and what its file looked like when
// it was written.
type Place struct {
	// Job is "" where no post stands.
	Job    string
	SHA256 string
	// Size is in bytes, -1 where it is not known; Modified in nanoseconds
	// since 1970.
	Size, Modified int64
}

// Place returns what is known of a place.
func (l *Ledger) Place(ctx context.Context, label, slug string) (p Place, err error) {
	err = l.db.QueryRowContext(ctx, `SELECT job, sha256, size, modified FROM posts WHERE label = ? AND slug = ?`, label, slug).Scan(&p.Job, &p.SHA256, &p.Size, &p.Modified)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return p, err
}

// Find returns the jobs of a slug or of a topic's text, newest first for each
// label.
func (l *Ledger) Find(ctx context.Context, topicOrSlug string) ([]*Job, error) {
	rows, err := l.db.QueryContext(ctx, `SELECT `+jobColumns+` FROM jobs
		WHERE slug = ?1 OR topic = ?1 ORDER BY label, run DESC, updated DESC`, topicOrSlug)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []*Job
	for rows.Next() {
		j, err := scanJob(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, j)
	}
	return all, rows.Err()
}
