package ledger

import (
	"context"
	"database/sql"
)

// Speed is what past attempts of a model took.
type Speed struct {
	// Jobs is how many jobs the figures come from; 0 means none.
	Jobs int
	// SecondsPerJob is request time, all attempts of a job together.
	SecondsPerJob float64
}

// speedJobs is how many of the newest jobs a speed is taken from: the machine
// and the settings of long ago say little of tonight.
const speedJobs = 500

// Speed returns the speed of a label's newest jobs.
func (l *Ledger) Speed(ctx context.Context, label string) (Speed, error) {
	var s Speed
	var total sql.NullFloat64
	err := l.db.QueryRowContext(ctx, `SELECT count(DISTINCT a.job), sum(a.seconds)
		FROM (SELECT id FROM jobs WHERE label = ? AND status IN ('done', 'rejected') ORDER BY run DESC LIMIT ?) j
		CROSS JOIN attempts a ON a.job = j.id`, label, speedJobs).Scan(&s.Jobs, &total)
	if s.Jobs > 0 {
		s.SecondsPerJob = total.Float64 / float64(s.Jobs)
	}
	return s, err
}
