package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/word"
)

// Wanted is a job to look up, with its slug.
type Wanted struct{ ID, Slug string }

// Seen is what the ledger knows about a job and its location.
type Seen struct {
	// Status is the zero value if the job is unknown.
	Status  record.Status
	Variant int
	// Attempts is the number of attempts that count.
	Attempts int
	// SHA256 is the checksum of the job's post as it was written, "" if it
	// never had one.
	SHA256 string
	// Digest is the model's digest at that time.
	Digest string
	Post   Post
	// PostRun is the run that made the post at the location, and PostDigest the
	// digest of its model; 0 and "" where that is not known.
	PostRun    int64
	PostDigest string
}

// Look looks up many jobs of one label and returns them in order. One statement
// for hundreds of jobs costs a fraction of one statement for each.
func (l *Ledger) Look(ctx context.Context, label string, wanted []Wanted) ([]Seen, error) {
	seen := make([]Seen, len(wanted))
	ids, slugs := make([]string, len(wanted)), make([]string, len(wanted))
	for i, w := range wanted {
		ids[i], slugs[i] = w.ID, w.Slug
	}
	err := l.each(ctx, `SELECT w.key, j.status, j.variant, j.attempts, j.sha256, j.digest FROM json_each(?1) w CROSS JOIN jobs j ON j.id = w.value`,
		ids, "", func(rows *sql.Rows) error {
			var i int
			var s Seen
			var status, bad string
			err := rows.Scan(&i, column{"status", &status, &bad}, column{"variant", &s.Variant, &bad}, column{"attempts", &s.Attempts, &bad},
				column{"sha256", &s.SHA256, &bad}, column{"digest", &s.Digest, &bad})
			// A job with an unreadable status counts as unknown.
			if s.Status = word.Of[record.Status](status); bad != "" || !s.Status.Known() {
				s = Seen{}
			}
			seen[i] = s
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("look up jobs: %w", err)
	}
	err = l.each(ctx, `SELECT w.key, coalesce(j.run, 0), coalesce(j.digest, ''), p.job, p.sha256, p.size, p.modified
		FROM json_each(?1) w CROSS JOIN posts p ON p.label = ?2 AND p.slug = w.value LEFT JOIN jobs j ON j.id = p.job`,
		slugs, label, func(rows *sql.Rows) error {
			var i int
			var p Post
			var run int64
			var digest, bad string
			err := rows.Scan(append([]any{&i, column{"run", &run, &bad}, column{"digest", &digest, &bad}}, p.columns()...)...)
			seen[i].Post, seen[i].PostRun, seen[i].PostDigest = p, run, digest
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("look up posts: %w", err)
	}
	return seen, nil
}

// each runs a query over a list of values and calls fn for each row.
func (l *Ledger) each(ctx context.Context, query string, values []string, second string, fn func(*sql.Rows) error) error {
	list, err := json.Marshal(values)
	if err != nil {
		return err
	}
	args := []any{string(list)}
	if second != "" {
		args = append(args, second)
	}
	return l.rows(ctx, l.db, fn, query, args...)
}

// Last returns the newest attempt of each of these jobs, without its reply. It
// leaves out jobs without attempts.
func (l *Ledger) Last(ctx context.Context, ids []string) (map[string]record.Attempt, error) {
	last := map[string]record.Attempt{}
	err := l.each(ctx, `SELECT w.value, a.record FROM json_each(?1) w CROSS JOIN attempts a ON a.id =
		(SELECT id FROM attempts WHERE job = w.value ORDER BY run DESC, n DESC LIMIT 1)`, ids, "", func(rows *sql.Rows) error {
		var id, text string
		bad := ""
		if err := rows.Scan(&id, column{"record", &text, &bad}); err != nil {
			return err
		}
		a, err := decodeAttempt(text)
		if err != nil {
			l.skip("attempt of "+nameOfJob(id), err.Error())
			return nil
		}
		last[id] = a
		return nil
	})
	return last, err
}
