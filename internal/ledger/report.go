package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"

	"github.com/nightpress/nightpress/internal/record"
)

// Record is a job with all its attempts that count, over all runs, in order.
// The raw replies are left out; Attempts has them.
type Record struct {
	Job
	Attempts []record.Attempt
}

// Records yields the newest job of every place (slug and label), ordered by
// slug without regard to letter case, then by label. It is one statement, so
// what it yields is the ledger as it stood at one moment, even while a run
// writes; it holds one job at a time. After an error it ends.
func (l *Ledger) Records(ctx context.Context) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		rows, err := l.db.QueryContext(ctx, `SELECT `+jobColumns+`, record FROM jobs AS j INDEXED BY jobs_by_place LEFT JOIN
			(SELECT job, run AS attempt_run, n, record FROM attempts) ON job = id AND attempt_run >= first_run
			WHERE `+newest+`
			ORDER BY slug, label, id, attempt_run, n`)
		if err != nil {
			yield(nil, fmt.Errorf("read the jobs: %w", err))
			return
		}
		defer rows.Close()
		var rec *Record
		for rows.Next() {
			next, err := scanRecord(rows, rec)
			if err != nil {
				yield(nil, fmt.Errorf("read the jobs: %w", err))
				return
			}
			if rec != nil && next != rec && !yield(rec, nil) {
				return
			}
			rec = next
		}
		if err := rows.Err(); err != nil {
			yield(nil, fmt.Errorf("read the jobs: %w", err))
		} else if rec != nil {
			yield(rec, nil)
		}
	}
}

// Load is how long it once took to load the model of a label.
type Load struct {
	Label   string
	Seconds float64
}

// Loads returns every load that a run noted, oldest first.
func (l *Ledger) Loads(ctx context.Context) (all []Load, err error) {
	rows, err := l.db.QueryContext(ctx, `SELECT model, CAST(text AS REAL) FROM events WHERE kind = ? AND text != '' ORDER BY id`, EventLoaded)
	if err != nil {
		return nil, fmt.Errorf("read the loads: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var one Load
		if err := rows.Scan(&one.Label, &one.Seconds); err != nil {
			return nil, fmt.Errorf("read the loads: %w", err)
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// scanRecord reads one row: another attempt of the job before, or the first of
// a new one.
func scanRecord(rows *sql.Rows, before *Record) (*Record, error) {
	var stored sql.NullString
	job, err := scanJob(withRecord{rows, &stored})
	if err != nil {
		return nil, err
	}
	rec := before
	if rec == nil || rec.ID != job.ID {
		rec = &Record{Job: *job}
	}
	if stored.Valid {
		var a record.Attempt
		if err := json.Unmarshal([]byte(stored.String), &a); err != nil {
			return nil, fmt.Errorf("attempt of %s/%s: %w", job.Label, job.Slug, err)
		}
		rec.Attempts = append(rec.Attempts, a)
	}
	return rec, nil
}

// withRecord scans a job's columns and one more.
type withRecord struct {
	rows   *sql.Rows
	record *sql.NullString
}

func (w withRecord) Scan(dest ...any) error { return w.rows.Scan(append(dest, w.record)...) }
