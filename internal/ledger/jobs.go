package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nightpress/nightpress/batch"
	"github.com/nightpress/nightpress/internal/reply"
)

// Job is a job's row.
type Job struct {
	ID       string
	Slug     string
	Label    string
	Topic    string
	Model    string
	Digest   string
	Prompt   string
	Status   batch.Status
	Reason   string
	Path     string
	SHA256   string
	Words    int
	Repairs  []reply.Repair
	Attempts int
	Updated  string
}

// Files tells where a job's post is and what its file's hash was.
type Files struct{ Path, SHA256 string }

const jobColumns = `id, slug, label, topic, model, digest, prompt, status, reason, path, sha256, words, repairs, attempts, updated`

func scanJob(row interface{ Scan(...any) error }) (*Job, error) {
	var j Job
	var repairs string
	err := row.Scan(&j.ID, &j.Slug, &j.Label, &j.Topic, &j.Model, &j.Digest, &j.Prompt, &j.Status, &j.Reason, &j.Path, &j.SHA256, &j.Words, &repairs, &j.Attempts, &j.Updated)
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

// Find returns the jobs of a slug or of a topic's text, newest first for each
// label.
func (l *Ledger) Find(ctx context.Context, topicOrSlug string) ([]*Job, error) {
	rows, err := l.db.QueryContext(ctx, `SELECT `+jobColumns+` FROM jobs
		WHERE slug = ?1 OR topic = ?1 ORDER BY label, updated DESC`, topicOrSlug)
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

// Save records a result and its attempts in one transaction.
func (l *Ledger) Save(ctx context.Context, run int64, res *batch.Result, files Files, keepReply bool) error {
	repairs, err := json.Marshal(res.Repairs())
	if err != nil {
		return err
	}
	words := 0
	if res.Post != nil {
		words = res.Post.Words
	}
	return l.within(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO jobs
			(id, slug, label, topic, model, digest, prompt, status, reason, path, sha256, words, repairs, attempts, run, updated)
			VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16)
			ON CONFLICT (id) DO UPDATE SET slug=?2, label=?3, topic=?4, model=?5, digest=?6, prompt=?7, status=?8, reason=?9,
			path=?10, sha256=?11, words=?12, repairs=?13, attempts=?14, run=?15, updated=?16`,
			res.ID, res.Slug, res.Label, res.Topic, res.Model, res.Digest, res.Prompt, res.Status, res.Reason,
			files.Path, files.SHA256, words, string(repairs), len(res.Attempts), run, l.stamp())
		if err != nil {
			return fmt.Errorf("job: %w", err)
		}
		if res.Status == batch.Done {
			if _, err := tx.ExecContext(ctx, `INSERT INTO posts VALUES (?1, ?2, ?3) ON CONFLICT (label, slug) DO UPDATE SET job = ?3`, res.Label, res.Slug, res.ID); err != nil {
				return fmt.Errorf("post: %w", err)
			}
		}
		return saveAttempts(ctx, tx, run, res, keepReply || res.Post == nil)
	})
}
