package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nightpress/nightpress/internal/contract"
	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/word"
)

// Job is a job's row. Its JSON names are the names of the columns.
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
	// Variant counts how often the job was restarted with another seed.
	Variant int `json:"variant"`
	// Origin says who wrote the post: "model" or "hand".
	Origin string `json:"origin"`
	// Verdict is the stored judgment of the job's attempts.
	Verdict record.Verdict `json:"verdict"`
	// Server is the one whose attempt decided, "" in a run of one server.
	Server string `json:"server"`
	// Front are the cells of the topic's row that the front matter has.
	Front []record.Front `json:"-"`
}

const jobColumns = `id, slug, label, topic, model, digest, prompt, status, reason, path, sha256, words, repairs, attempts, updated, variant, origin, verdict, remedy, front, server`

// scanJob reads a job and the columns after it. bad says what cannot be read; it
// is "" if everything can.
func scanJob(rows *sql.Rows, more ...any) (j *Job, bad string, err error) {
	j = &Job{}
	var repairs, status, outcome, remedy, front string
	dest := []any{
		column{"id", &j.ID, &bad}, column{"slug", &j.Slug, &bad}, column{"label", &j.Label, &bad}, column{"topic", &j.Topic, &bad},
		column{"model", &j.Model, &bad}, column{"digest", &j.Digest, &bad}, column{"prompt", &j.Prompt, &bad}, column{"status", &status, &bad},
		column{"reason", &j.Reason, &bad}, column{"path", &j.Path, &bad}, column{"sha256", &j.SHA256, &bad}, column{"words", &j.Words, &bad},
		column{"repairs", &repairs, &bad}, column{"attempts", &j.Attempts, &bad}, column{"updated", &j.Updated, &bad},
		column{"variant", &j.Variant, &bad}, column{"origin", &j.Origin, &bad}, column{"verdict", &outcome, &bad}, column{"remedy", &remedy, &bad},
		column{"front", &front, &bad}, column{"server", &j.Server, &bad},
	}
	if err := rows.Scan(append(dest, more...)...); err != nil {
		return nil, "", err
	}
	j.Status = word.Of[record.Status](status)
	j.Verdict = record.Verdict{Outcome: word.Of[record.Outcome](outcome), Remedy: word.Of[contract.Remedy](remedy)}
	if !j.Status.Known() && bad == "" {
		bad = fmt.Sprintf("its status is %.40q", status)
	}
	j.Front = frontOf(front)
	if err := json.Unmarshal([]byte(repairs), &j.Repairs); err != nil && bad == "" {
		bad = "its repairs are not valid JSON: " + err.Error()
	}
	return j, bad, nil
}

// oneJob returns the first job of a query, or nil. Unreadable fields have their
// zero value.
func (l *Ledger) oneJob(ctx context.Context, query string, args ...any) (j *Job, err error) {
	err = l.rows(ctx, l.db, func(rows *sql.Rows) error {
		one, bad, err := scanJob(rows)
		if bad != "" {
			l.skip(nameOfJob(one.ID), bad)
		}
		j = one
		return err
	}, query+" LIMIT 1", args...)
	return j, err
}

// Job returns the job with this ID, or nil.
func (l *Ledger) Job(ctx context.Context, id string) (*Job, error) {
	return l.oneJob(ctx, `SELECT `+jobColumns+` FROM jobs WHERE id = ?`, id)
}

// Current returns the job whose post is at a location, or nil.
func (l *Ledger) Current(ctx context.Context, label, slug string) (*Job, error) {
	return l.oneJob(ctx, `SELECT `+jobColumns+` FROM jobs WHERE id = (SELECT job FROM posts WHERE label = ? AND slug = ?)`, label, slug)
}

// Post describes the post at a location (label and slug) as it was written.
type Post struct {
	// Job is the job of the post, or "" if there is no post.
	Job    string
	SHA256 string
	// Size is in bytes, -1 if unknown. Modified is in nanoseconds since 1970.
	Size, Modified int64
}

// HasNoJobs reports whether there is no job at all.
func (l *Ledger) HasNoJobs(ctx context.Context) (none bool, err error) {
	err = l.row(ctx, l.db, `SELECT NOT EXISTS (SELECT 1 FROM jobs)`, nil, &none)
	return none, err
}

// HasAccepted reports whether a label has a post that its model wrote, over all
// runs.
func (l *Ledger) HasAccepted(ctx context.Context, label string) (has bool, err error) {
	err = l.row(ctx, l.db, `SELECT EXISTS (SELECT 1 FROM jobs WHERE label = ? AND status IN ('done', 'kept') AND origin = 'model')`, []any{label}, &has)
	return has, err
}

// Post returns the post at a location. It is the zero value if there is none.
func (l *Ledger) Post(ctx context.Context, label, slug string) (p Post, err error) {
	err = l.row(ctx, l.db, `SELECT job, sha256, size, modified FROM posts WHERE label = ? AND slug = ?`, []any{label, slug}, p.columns()...)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return p, err
}

// columns returns the destinations for scanning. An unreadable value differs from
// the file's, so the file is read.
func (p *Post) columns() []any {
	var bad string
	return []any{column{"job", &p.Job, &bad}, column{"sha256", &p.SHA256, &bad}, column{"size", &p.Size, &bad}, column{"modified", &p.Modified, &bad}}
}

// Find returns the jobs with this slug or topic, by label and newest first.
func (l *Ledger) Find(ctx context.Context, topicOrSlug string) (all []*Job, err error) {
	err = l.rows(ctx, l.db, func(rows *sql.Rows) error {
		j, bad, err := scanJob(rows)
		if bad != "" {
			l.skip(nameOfJob(j.ID), bad)
		}
		all = append(all, j)
		return err
	}, `SELECT `+jobColumns+` FROM jobs WHERE slug = ?1 OR topic = ?1 ORDER BY label, run DESC, updated DESC`, topicOrSlug)
	return all, err
}

// nearSlugs is how many slugs SlugsWith returns.
const nearSlugs = 3

// SlugsWith returns up to three slugs that hold the text, those that begin with
// it first. An empty text is in none.
func (l *Ledger) SlugsWith(ctx context.Context, text string) (slugs []string, err error) {
	if text == "" {
		return nil, nil
	}
	err = l.rows(ctx, l.db, func(rows *sql.Rows) error {
		var s string
		err := rows.Scan(&s)
		slugs = append(slugs, s)
		return err
	}, `SELECT DISTINCT slug FROM jobs WHERE instr(slug, ?1) > 0 ORDER BY instr(slug, ?1), slug LIMIT ?2`, text, nearSlugs)
	return slugs, err
}
