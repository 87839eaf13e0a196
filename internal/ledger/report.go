package ledger

import (
	"context"
	"database/sql"
	"errors"
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
// writes; it holds one job at a time. A record that cannot be read is left out
// (see Unreadable). After an error it ends.
func (l *Ledger) Records(ctx context.Context) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		var rec *Record
		var bad string
		stopped := errors.New("stopped")
		flush := func() error {
			if rec != nil && bad != "" {
				l.skip(nameOfJob(rec.ID), bad)
			} else if rec != nil && !yield(rec, nil) {
				return stopped
			}
			return nil
		}
		err := l.rows(ctx, l.db, func(rows *sql.Rows) error {
			var text sql.NullString
			job, wrong, err := scanJob(rows, &text)
			if err != nil {
				return err
			}
			if rec == nil || rec.ID != job.ID {
				if err := flush(); err != nil {
					return err
				}
				rec, bad = &Record{Job: *job}, wrong
			}
			if !text.Valid {
				return nil
			}
			a, err := decodeAttempt(text.String)
			if err != nil {
				l.skip("attempt of "+nameOfJob(job.ID), err.Error())
				return nil
			}
			rec.Attempts = append(rec.Attempts, a)
			return nil
		}, `SELECT `+jobColumns+`, record FROM jobs AS j INDEXED BY jobs_by_place LEFT JOIN
			(SELECT job, run AS attempt_run, n, record FROM attempts) ON job = id AND attempt_run >= first_run
			WHERE `+newest+`
			ORDER BY slug, label, id, attempt_run, n`)
		if err == nil {
			err = flush()
		}
		if err != nil && !errors.Is(err, stopped) {
			yield(nil, fmt.Errorf("read the jobs: %w", err))
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
	err = l.rows(ctx, l.db, func(rows *sql.Rows) error {
		var one Load
		err := rows.Scan(&one.Label, &one.Seconds)
		all = append(all, one)
		return err
	}, `SELECT model, CAST(text AS REAL) FROM events WHERE kind = ? AND CAST(text AS REAL) BETWEEN 0 AND ? AND text != '' ORDER BY id`, EventLoaded, record.MaxSeconds)
	if err != nil {
		return nil, fmt.Errorf("read the loads: %w", err)
	}
	return all, nil
}
