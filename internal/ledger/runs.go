package ledger

import (
	"context"
	"encoding/json"
)

// BeginRun records the beginning of a run and returns its number.
func (l *Ledger) BeginRun(ctx context.Context, command, server, version string) (int64, error) {
	res, err := l.writer.ExecContext(ctx, `INSERT INTO runs (started, command, server, version) VALUES (?,?,?,?)`, l.stamp(), command, server, version)
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

// PlanRun records what a run is about to do, as JSON, where its summary comes
// to stand.
func (l *Ledger) PlanRun(ctx context.Context, id int64, plan any) error {
	text, err := json.Marshal(plan)
	if err != nil {
		return err
	}
	_, err = l.writer.ExecContext(ctx, `UPDATE runs SET summary = ? WHERE id = ?`, string(text), id)
	return err
}

// EndRun records how a run ended; summary is kept as JSON.
func (l *Ledger) EndRun(ctx context.Context, id int64, exitCode int, summary any) error {
	text, err := json.Marshal(summary)
	if err != nil {
		return err
	}
	_, err = l.writer.ExecContext(ctx, `UPDATE runs SET ended = ?, exit_code = ?, summary = ? WHERE id = ?`, l.stamp(), exitCode, string(text), id)
	return err
}
