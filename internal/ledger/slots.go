package ledger

import (
	"context"
	"database/sql"
	"errors"
)

// Found is how many requests at once are best for a server and a model.
type Found struct {
	Workers int
	// Slots is how many the server works on at once, 0 where that did not show.
	Slots int
}

// Found returns what an earlier run found of the server at an address and the
// model with this key; the zero value where there was none.
func (l *Ledger) Found(ctx context.Context, server, model string) (f Found, err error) {
	err = l.row(ctx, l.db, `SELECT workers, slots FROM slots WHERE server = ? AND model = ?`, []any{server, model}, &f.Workers, &f.Slots)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return f, err
}

// SetFound records what was found.
func (l *Ledger) SetFound(ctx context.Context, server, model string, f Found) error {
	_, err := l.writer.ExecContext(ctx, `INSERT INTO slots (server, model, workers, slots, updated) VALUES (?1,?2,?3,?4,?5)
		ON CONFLICT (server, model) DO UPDATE SET workers=?3, slots=?4, updated=?5`, server, model, f.Workers, f.Slots, l.stamp())
	return l.fault(err)
}
