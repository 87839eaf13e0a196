package ledger

import (
	"context"
	"database/sql"
	"time"
)

// Speed is the past speed of a model.
type Speed struct {
	// Jobs is the number of jobs behind the figure; 0 means none.
	Jobs int
	// SecondsPerJob is the time of all requests of a job.
	SecondsPerJob float64
}

// speedJobs is how many of the newest jobs count for a speed: old jobs may come
// from another machine or other settings.
const speedJobs = 500

// Speed returns the speed of a label's newest jobs in the runs before a run, and
// in that run. For run 0 every job counts as earlier.
func (l *Ledger) Speed(ctx context.Context, label string, run int64) (earlier, now Speed, err error) {
	if earlier, err = l.speed(ctx, label, "run <> ?", run); err == nil && run > 0 {
		now, err = l.speed(ctx, label, "run = ?", run)
	}
	return earlier, now, err
}

func (l *Ledger) speed(ctx context.Context, label, which string, run int64) (s Speed, err error) {
	var total sql.NullFloat64
	err = l.row(ctx, l.db, `SELECT count(DISTINCT a.job), total(`+believedSeconds("a.seconds")+`)
		FROM (SELECT id, run FROM jobs WHERE label = ? AND status IN ('done', 'rejected') AND `+which+` ORDER BY run DESC LIMIT ?) j
		CROSS JOIN attempts a ON a.job = j.id AND (a.run = j.run OR j.run <> ?)`, []any{label, run, speedJobs, run}, &s.Jobs, &total)
	if s.Jobs > 0 {
		s.SecondsPerJob = total.Float64 / float64(s.Jobs)
	}
	return s, err
}

// Writing returns the newest run where it has not ended, and 0 otherwise. A run
// that was killed has not ended either.
func (l *Ledger) Writing(ctx context.Context) (run int64, err error) {
	err = l.row(ctx, l.db, `SELECT coalesce(max(id), 0) FROM runs WHERE ended IS NULL AND id = (SELECT max(id) FROM runs)`, nil, &run)
	return run, err
}

// tookJobs is how many durations Took returns at most.
const tookJobs = 32

// Took returns the durations of a label's newest jobs, over all attempts of a job.
// The newest run comes last.
func (l *Ledger) Took(ctx context.Context, label string) (all []time.Duration, err error) {
	err = l.rows(ctx, l.db, func(rows *sql.Rows) error {
		var seconds float64
		err := rows.Scan(&seconds)
		all = append(all, time.Duration(seconds*float64(time.Second)))
		return err
	}, `SELECT total(`+believedSeconds("a.seconds")+`)
		FROM (SELECT id, run FROM jobs WHERE label = ? AND status IN ('done', 'rejected') ORDER BY run DESC LIMIT ?) j
		CROSS JOIN attempts a ON a.job = j.id GROUP BY j.id ORDER BY j.run`, label, tookJobs)
	return all, err
}

// PostBytes estimates the disk space of a job in bytes: its post, its attempts and
// its rows. It uses the newest posts, or a fixed guess if there are none.
func (l *Ledger) PostBytes(ctx context.Context) (int64, error) {
	const rows, guess = 8 << 10, 24 << 10
	var size sql.NullFloat64
	err := l.row(ctx, l.db, `SELECT avg(size) FROM (SELECT size FROM posts WHERE size BETWEEN 1 AND 1 << 30 LIMIT ?)`, []any{speedJobs}, &size)
	if !size.Valid {
		return guess, err
	}
	return 2*int64(size.Float64) + rows, err
}
