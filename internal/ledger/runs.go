package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
)

// BeginRun records the beginning of a run and returns its number.
func (l *Ledger) BeginRun(ctx context.Context, command, server, version string) (int64, error) {
	res, err := l.writer.ExecContext(ctx, `INSERT INTO runs (started, command, server, version) VALUES (?,?,?,?)`, l.stamp(), command, server, version)
	if err != nil {
		return 0, l.fault(err)
	}
	return res.LastInsertId()
}

// LastRunEnded reports whether the last run ended and was not killed. Without a
// run, it is true.
func (l *Ledger) LastRunEnded(ctx context.Context) (bool, error) {
	var ended bool
	err := l.writer.QueryRowContext(ctx, `SELECT ended IS NOT NULL FROM runs ORDER BY id DESC LIMIT 1`).Scan(&ended)
	if errors.Is(err, sql.ErrNoRows) {
		return true, nil
	}
	return ended, l.fault(err)
}

// PlanRun stores a run's plan as JSON in place of its later summary.
func (l *Ledger) PlanRun(ctx context.Context, id int64, plan any) error {
	text, err := json.Marshal(plan)
	if err != nil {
		return err
	}
	_, err = l.writer.ExecContext(ctx, `UPDATE runs SET summary = ? WHERE id = ?`, string(text), id)
	return l.fault(err)
}

// EndRun records how a run ended. It stores summary as JSON.
func (l *Ledger) EndRun(ctx context.Context, id int64, exitCode int, summary any) error {
	text, err := json.Marshal(summary)
	if err != nil {
		return err
	}
	_, err = l.writer.ExecContext(ctx, `UPDATE runs SET ended = ?, exit_code = ?, summary = ? WHERE id = ?`, l.stamp(), exitCode, string(text), id)
	return l.fault(err)
}
