package ledger

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/word"
)

// schemaVerdict stores each job's verdict and the basis of its tokens per second,
// so that attempts are judged only once.
var schemaVerdict = fmt.Sprintf(`
ALTER TABLE jobs ADD COLUMN verdict TEXT NOT NULL DEFAULT '';      -- first-try, mended, by-hand, rejected, set-aside; '': none
ALTER TABLE jobs ADD COLUMN remedy TEXT NOT NULL DEFAULT '';       -- that gave the post, where the verdict is mended
ALTER TABLE jobs ADD COLUMN gen_tokens INTEGER NOT NULL DEFAULT 0; -- of the attempts whose speed is known
ALTER TABLE jobs ADD COLUMN gen_seconds REAL NOT NULL DEFAULT 0;   -- in which they were generated
PRAGMA application_id = %d;
`, applicationID)

// applicationID ("npls") identifies a ledger, for file(1) and for nightpress. The
// first schemas have 0.
const applicationID = 0x6e706c73

// judged is what a job's row stores about its attempts.
type judged struct {
	record.Verdict
	record.Generation
}

func judge(status record.Status, origin string, attempts []record.Attempt) judged {
	j := judged{Verdict: record.Judge(status, origin, attempts)}
	for i := range attempts {
		g := attempts[i].Generation()
		j.Tokens += g.Tokens
		j.Seconds += g.Seconds
	}
	return j
}

const setVerdict = `UPDATE jobs SET verdict = ?2, remedy = ?3, gen_tokens = ?4, gen_seconds = ?5 WHERE id = ?1`

func (j judged) save(ctx context.Context, tx execer, id string) error {
	_, err := tx.ExecContext(ctx, setVerdict, id, j.Outcome.String(), j.Remedy.String(), j.Tokens, j.Seconds)
	return err
}

// judgeChunk is how many jobs an upgrade judges at a time.
const judgeChunk = 1000

// judgeAll judges the jobs of an older ledger from their attempts. It ignores
// unreadable records.
func judgeAll(ctx context.Context, tx *sql.Tx) error {
	for last := ""; ; {
		chunk, err := nextToJudge(ctx, tx, last)
		if err != nil || len(chunk) == 0 {
			return err
		}
		for _, j := range chunk {
			if err := judge(j.status, j.origin, j.attempts).save(ctx, tx, j.id); err != nil {
				return err
			}
			last = j.id
		}
	}
}

type toJudge struct {
	id       string
	status   record.Status
	origin   string
	attempts []record.Attempt
}

func nextToJudge(ctx context.Context, tx *sql.Tx, after string) (chunk []toJudge, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT CAST(j.id AS TEXT), CAST(j.status AS TEXT), CAST(j.origin AS TEXT), CAST(a.record AS TEXT)
		FROM (SELECT id, status, origin, first_run FROM jobs WHERE id > ? ORDER BY id LIMIT ?) j
		LEFT JOIN attempts a ON a.job = j.id AND a.run >= j.first_run ORDER BY j.id, a.run, a.n`, after, judgeChunk)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var j toJudge
		var status string
		var text sql.NullString
		if err := rows.Scan(&j.id, &status, &j.origin, &text); err != nil {
			return nil, err
		}
		j.status = word.Of[record.Status](status)
		if n := len(chunk); n == 0 || chunk[n-1].id != j.id {
			chunk = append(chunk, j)
		}
		if !text.Valid {
			continue
		}
		if a, err := decodeAttempt(text.String); err == nil {
			of := &chunk[len(chunk)-1]
			of.attempts = append(of.attempts, a)
		}
	}
	return chunk, rows.Err()
}
