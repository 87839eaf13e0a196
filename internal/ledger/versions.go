package ledger

import (
	"context"
	"database/sql"
	"fmt"
)

// Version is a version of the server that wrote posts of a label.
type Version struct{ Label, Version string }

// Versions returns the versions of the servers whose posts there are, by label,
// the one of the oldest run first.
func (l *Ledger) Versions(ctx context.Context) (all []Version, err error) {
	err = l.rows(ctx, l.db, func(rows *sql.Rows) error {
		var one Version
		err := rows.Scan(&one.Label, &one.Version)
		all = append(all, one)
		return err
	}, `SELECT label, version FROM jobs AS j JOIN runs ON runs.id = j.run
		WHERE j.status = 'done' AND j.origin = 'model' AND version != '' AND `+newest+`
		GROUP BY label, version ORDER BY min(runs.id), label, version`)
	if err != nil {
		return nil, fmt.Errorf("read the versions of the server: %w", err)
	}
	return all, nil
}
