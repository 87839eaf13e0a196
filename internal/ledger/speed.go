package ledger

import (
	"context"
	"database/sql"
	"time"

	"github.com/nightpress/nightpress/internal/record"
)

// newestJobs is the number of jobs that count for durations and sizes. Older ones
// may come from another machine or other settings.
const newestJobs = 500

// Durations returns how long the requests of a label's newest jobs took, oldest
// first, in the runs before a run, and in that run. For run 0, every job counts as
// earlier.
func (l *Ledger) Durations(ctx context.Context, label string, run int64) (earlier, now []record.Took, err error) {
	if earlier, err = l.durations(ctx, label, "run <> ?", run); err == nil && run > 0 {
		now, err = l.durations(ctx, label, "run = ?", run)
	}
	return earlier, now, err
}

func (l *Ledger) durations(ctx context.Context, label, which string, run int64) (all []record.Took, err error) {
	err = l.rows(ctx, l.db, func(rows *sql.Rows) error {
		var seconds float64
		var t record.Took
		var bad string
		err := rows.Scan(&t.Server, &t.Prompt, column{"words", &t.Words, &bad}, &seconds)
		t.Duration = time.Duration(seconds * float64(time.Second))
		all = append(all, t)
		return err
	}, `SELECT min(j.server), min(j.prompt), min(j.words), total(`+believedSeconds("a.seconds")+`)
		FROM (SELECT id, run, CAST(server AS TEXT) AS server, CAST(prompt AS TEXT) AS prompt, iif(status = 'done', words, 0) AS words FROM jobs WHERE label = ? AND status IN ('done', 'rejected') AND `+which+` ORDER BY run DESC LIMIT ?) j
		CROSS JOIN attempts a ON a.job = j.id AND (a.run = j.run OR j.run <> ?) GROUP BY j.id ORDER BY j.run`, label, run, newestJobs, run)
	return all, err
}

// Writing returns the newest run where it has not ended, and 0 otherwise. A run
// that was killed has not ended either.
func (l *Ledger) Writing(ctx context.Context) (run int64, err error) {
	err = l.row(ctx, l.db, `SELECT coalesce(max(id), 0) FROM runs WHERE ended IS NULL AND id = (SELECT max(id) FROM runs)`, nil, &run)
	return run, err
}

// PostBytes estimates the disk space of a job in bytes: its post, its attempts and
// its rows. It uses the newest posts, or a fixed guess if there are none.
func (l *Ledger) PostBytes(ctx context.Context) (int64, error) {
	const rows, guess = 8 << 10, 24 << 10
	var size sql.NullFloat64
	err := l.row(ctx, l.db, `SELECT avg(size) FROM (SELECT size FROM posts WHERE size BETWEEN 1 AND 1 << 30 LIMIT ?)`, []any{newestJobs}, &size)
	if !size.Valid {
		return guess, err
	}
	return 2*int64(size.Float64) + rows, err
}
