package estimate

import (
	"context"

	"github.com/nightpress/nightpress/internal/ledger"
)

// New makes the estimate of plan, of status, and of a run's progress alike. left
// has the jobs that are left by label. run is the run under way, whose jobs are
// measured; 0 where there is none.
func New(ctx context.Context, l *ledger.Ledger, run int64, workers int, left map[string]int) (*Estimate, error) {
	r := &Estimate{Workers: max(1, workers), Parts: map[string]*Part{}}
	for label, n := range left {
		earlier, now, err := l.Speed(ctx, label, run)
		if err != nil {
			return nil, err
		}
		r.Parts[label] = &Part{Left: n, Earlier: earlier.SecondsPerJob, Jobs: now.Jobs, Seconds: now.SecondsPerJob * float64(now.Jobs)}
	}
	return r, nil
}
