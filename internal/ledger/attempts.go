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
	"sync"

	"github.com/nightpress/nightpress/internal/record"
)

const upsertAttempt = `INSERT INTO attempts (job, run, n, seconds, tokens, record, reply) VALUES (?1,?2,?3,?4,?5,?6,?7)
	ON CONFLICT (job, run, n) DO UPDATE SET seconds = ?4, tokens = ?5, record = ?6, reply = ?7`

// saveAttempt records an attempt. Recording it again changes only whether its
// reply is stored.
func saveAttempt(ctx context.Context, tx execer, run int64, job string, a record.Attempt, keepReply bool) error {
	var packed []byte
	if keepReply {
		var err error
		if packed, err = pack(a.Reply); err != nil {
			return err
		}
	}
	a.Reply = ""
	if !keepReply {
		a.Joined = ""
	}
	record, err := json.Marshal(a)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, upsertAttempt,
		job, run, a.N, a.Seconds, a.EvalCount, string(record), packed)
	if err != nil {
		return fmt.Errorf("attempt %d: %w", a.N, err)
	}
	return nil
}

// Attempts returns a job's attempts of all runs, in order, with their stored
// replies.
func (l *Ledger) Attempts(ctx context.Context, job string) ([]record.Attempt, error) {
	return l.attempts(ctx, `SELECT record, reply FROM attempts WHERE job = ? ORDER BY run, n`, job)
}

// Past returns the attempts that count when a run resumes an unfinished job:
// those since the job was begun.
func (l *Ledger) Past(ctx context.Context, job string) ([]record.Attempt, error) {
	return l.attempts(ctx, `SELECT a.record, a.reply FROM attempts a JOIN jobs j ON j.id = a.job
		WHERE a.job = ? AND j.status IN ('pending', 'set-aside') AND a.run >= j.first_run ORDER BY a.run, a.n`, job)
}

func (l *Ledger) attempts(ctx context.Context, query, job string) (all []record.Attempt, err error) {
	err = l.rows(ctx, l.db, func(rows *sql.Rows) error {
		var text string
		var packed []byte
		bad := ""
		if err := rows.Scan(column{"record", &text, &bad}, &packed); err != nil {
			return err
		}
		a, err := decodeAttempt(text)
		if err != nil {
			l.skip("attempt of "+nameOfJob(job), err.Error())
			return nil
		}
		if a.Reply, err = unpack(packed); err != nil {
			l.skip("reply of "+nameOfJob(job), "it cannot be unpacked: "+err.Error())
		}
		all = append(all, a)
		return nil
	}, query, job)
	if err != nil {
		return nil, fmt.Errorf("attempts of %s: %w", nameOfJob(job), err)
	}
	return all, nil
}

// packers holds gzip writers for reuse: a new one takes almost a megabyte.
var packers = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

func pack(s string) ([]byte, error) {
	var b bytes.Buffer
	z := packers.Get().(*gzip.Writer)
	defer packers.Put(z)
	z.Reset(&b)
	if _, err := io.WriteString(z, s); err != nil {
		return nil, err
	}
	err := z.Close()
	return b.Bytes(), err
}

// maxReply bounds an unpacked reply, in bytes. No real reply is as long.
const maxReply = 64 << 20

func unpack(packed []byte) (string, error) {
	if packed == nil {
		return "", nil
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return "", err
	}
	// A few hundred bytes may unpack to gigabytes.
	text, err := io.ReadAll(io.LimitReader(z, maxReply))
	return string(text), errors.Join(err, z.Close())
}
