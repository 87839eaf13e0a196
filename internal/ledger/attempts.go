package ledger

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/nightpress/nightpress/batch"
)

func saveAttempts(ctx context.Context, tx *sql.Tx, run int64, res *batch.Result, keepReply bool) error {
	for _, a := range res.Attempts {
		var packed []byte
		if keepReply {
			var err error
			if packed, err = pack(a.Reply); err != nil {
				return err
			}
		}
		a.Reply = ""
		record, err := json.Marshal(a)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO attempts (job, run, n, seconds, tokens, record, reply) VALUES (?,?,?,?,?,?,?)`,
			res.ID, run, a.N, a.Seconds, a.EvalCount, string(record), packed); err != nil {
			return fmt.Errorf("attempt %d: %w", a.N, err)
		}
	}
	return nil
}

// Attempts returns a job's attempts over all runs, in order, with their
// replies where they were kept.
func (l *Ledger) Attempts(ctx context.Context, job string) ([]batch.Attempt, error) {
	rows, err := l.db.QueryContext(ctx, `SELECT record, reply FROM attempts WHERE job = ? ORDER BY run, n`, job)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []batch.Attempt
	for rows.Next() {
		var record string
		var packed []byte
		if err := rows.Scan(&record, &packed); err != nil {
			return nil, err
		}
		var a batch.Attempt
		if err := json.Unmarshal([]byte(record), &a); err != nil {
			return nil, fmt.Errorf("attempt of %s: %w", job, err)
		}
		if a.Reply, err = unpack(packed); err != nil {
			return nil, fmt.Errorf("reply of %s: %w", job, err)
		}
		all = append(all, a)
	}
	return all, rows.Err()
}

func pack(s string) ([]byte, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(s)); err != nil {
		return nil, err
	}
	err := z.Close()
	return b.Bytes(), err
}

func unpack(packed []byte) (string, error) {
	if packed == nil {
		return "", nil
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(z)
	return string(text), errors.Join(err, z.Close())
}

// Speed is what past attempts of a model took.
type Speed struct {
	// Jobs is how many jobs the figures come from; 0 means none.
	Jobs int
	// SecondsPerJob is request time, all attempts of a job together.
	SecondsPerJob float64
}

// Speed returns the speed of a label's past jobs.
func (l *Ledger) Speed(ctx context.Context, label string) (Speed, error) {
	var s Speed
	var total sql.NullFloat64
	err := l.db.QueryRowContext(ctx, `SELECT count(DISTINCT a.job), sum(a.seconds) FROM attempts a
		JOIN jobs j ON j.id = a.job WHERE j.label = ?`, label).Scan(&s.Jobs, &total)
	if s.Jobs > 0 {
		s.SecondsPerJob = total.Float64 / float64(s.Jobs)
	}
	return s, err
}
