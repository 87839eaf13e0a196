package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"

	"github.com/nightpress/nightpress/internal/record"
)

// Record is a job with all its attempts that count, in order. It lacks the raw
// replies, which Attempts returns.
type Record struct {
	Job
	Attempts []record.Attempt
}

// Records yields the newest job of every location, ordered by slug (ignoring
// letter case) and label. It is one statement, so it reads the state of one
// moment, even while a run writes. It holds one job in memory. It leaves out
// unreadable records (see Unreadable) and stops at an error.
func (l *Ledger) Records(ctx context.Context) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		g := grouping{ledger: l, yield: yield}
		err := l.rows(ctx, l.db, g.row, `SELECT `+jobColumns+`, record FROM jobs AS j INDEXED BY jobs_by_place LEFT JOIN
			(SELECT job, run AS attempt_run, n, record FROM attempts) ON job = id AND attempt_run >= first_run
			WHERE `+newest+`
			ORDER BY slug, label, id, attempt_run, n`)
		if err == nil {
			err = g.flush()
		}
		if err != nil && !errors.Is(err, errStopped) {
			yield(nil, fmt.Errorf("read the jobs: %w", err))
		}
	}
}

// errStopped is returned where the reader of an iteration wants no more.
var errStopped = errors.New("stopped")

// grouping makes records of rows that have one attempt each, ordered by job.
type grouping struct {
	ledger *Ledger
	yield  func(*Record, error) bool
	rec    *Record
	bad    string // why rec cannot be read
}

// flush yields the record that is complete.
func (g *grouping) flush() error {
	if g.rec != nil && g.bad != "" {
		g.ledger.skip(nameOfJob(g.rec.ID), g.bad)
	} else if g.rec != nil && !g.yield(g.rec, nil) {
		return errStopped
	}
	return nil
}

func (g *grouping) row(rows *sql.Rows) error {
	var text sql.NullString
	job, wrong, err := scanJob(rows, &text)
	if err != nil {
		return err
	}
	if g.rec == nil || g.rec.ID != job.ID {
		if err := g.flush(); err != nil {
			return err
		}
		g.rec, g.bad = &Record{Job: *job}, wrong
	}
	if !text.Valid {
		return nil
	}
	a, err := decodeAttempt(text.String)
	if err != nil {
		g.ledger.skip("attempt of "+nameOfJob(job.ID), err.Error())
		return nil
	}
	g.rec.Attempts = append(g.rec.Attempts, a)
	return nil
}

// Load is the duration of one load of a label's model.
type Load struct {
	Label   string
	Seconds float64
}

// Loads returns every load that a run recorded, oldest first.
func (l *Ledger) Loads(ctx context.Context) (all []Load, err error) {
	err = l.rows(ctx, l.db, func(rows *sql.Rows) error {
		var one Load
		err := rows.Scan(&one.Label, &one.Seconds)
		all = append(all, one)
		return err
	}, `SELECT model, CAST(text AS REAL) FROM events WHERE kind = ? AND CAST(text AS REAL) BETWEEN 0 AND ? AND text != '' ORDER BY id`, EventLoaded.String(), record.MaxSeconds)
	if err != nil {
		return nil, fmt.Errorf("read the loads: %w", err)
	}
	return all, nil
}

// Samples returns the slugs of a topic's samples that have a job, in the order of their
// names. topic is the slug of the first one.
func (l *Ledger) Samples(ctx context.Context, topic string) (slugs []string, err error) {
	err = l.rows(ctx, l.db, func(rows *sql.Rows) error {
		var slug string
		err := rows.Scan(&slug)
		slugs = append(slugs, slug)
		return err
	}, `SELECT DISTINCT CAST(slug AS TEXT) FROM jobs INDEXED BY jobs_by_place WHERE slug = ?1
		UNION SELECT DISTINCT CAST(slug AS TEXT) FROM jobs INDEXED BY jobs_by_place WHERE slug > ?1 || '.' AND slug < ?1 || '/' ORDER BY 1`, topic)
	if err != nil {
		return nil, fmt.Errorf("read the samples of %.60q: %w", topic, err)
	}
	return slugs, nil
}
