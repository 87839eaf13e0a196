package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Status is how a folder stands, over all its runs.
type Status struct {
	// Labels has the totals of each label, in their alphabetical order.
	Labels []Totals
	// Problems tell why jobs are rejected, the most frequent first.
	Problems []ProblemCount
	// Runs is how many runs there were; Last is the newest, nil when there is
	// none. Events are what its server did, oldest first.
	Runs   int
	Last   *Run
	Events []TimedEvent
}

// Totals count the newest job of every place of a label. A pending job was
// asked for, but not to an end.
type Totals struct {
	Label, Model, Prompt                    string
	Done, Kept, Rejected, SetAside, Pending int
	// Redo are those of the pending that are marked with redo.
	Redo int
	// Of the done: FirstTry had no failed attempt, Mended had one, ByHand were
	// written by a person; Repaired, which may be any of them, needed repairs.
	FirstTry, Mended, ByHand, Repaired int
	// Tokens and Seconds are those of all requests, in all runs.
	Tokens  int
	Seconds float64
	// Ended counts the jobs that the newest run brought to an end, and
	// EndedSeconds is what its requests took.
	Ended        int
	EndedSeconds float64
}

// ProblemCount counts rejected jobs whose last reply has a problem. Message is
// an example.
type ProblemCount struct {
	Code, Message string
	Jobs          int
}

// Run is one run. Ended is the zero time, and ExitCode means nothing, while it
// is under way, and for good when it was killed. Summary is JSON, nil when there
// is none.
type Run struct {
	ID              int64
	Started, Ended  time.Time
	Command, Server string
	ExitCode        int
	Summary         json.RawMessage
}

// TimedEvent is an event with its time.
type TimedEvent struct {
	Event
	Time time.Time
}

// newest chooses the newest job of every place. Left to itself SQLite takes the
// index by run, and compares every job of a label with every other.
const newest = `NOT EXISTS (SELECT 1 FROM jobs AS newer INDEXED BY jobs_by_place WHERE newer.slug = j.slug AND newer.label = j.label
	AND (newer.run, newer.updated) > (j.run, j.updated))`

// failedOnce holds for a job of whose attempts that count one has an error or a
// problem. More than one attempt alone says nothing: a structured post is
// asked for in two.
const failedOnce = `EXISTS (SELECT 1 FROM attempts AS a WHERE a.job = j.id AND a.run >= j.first_run AND ` + failed + `)`

// failed holds for such an attempt, a.
const failed = `(a.record ->> 'error' IS NOT NULL OR json_array_length(a.record, '$.problems') > 0)`

// Status reads how the folder stands at one moment.
func (l *Ledger) Status(ctx context.Context) (_ *Status, err error) {
	tx, err := l.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, fmt.Errorf("read the ledger: %w", err)
	}
	defer func() { err = errors.Join(err, tx.Rollback()) }()
	s := &Status{}
	for _, read := range []func(context.Context, *sql.Tx) error{s.readRun, s.readJobs, s.readRequests, s.readProblems, s.readEvents} {
		if err := read(ctx, tx); err != nil {
			return nil, fmt.Errorf("read the ledger: %w", err)
		}
	}
	return s, nil
}

// each calls scan for every row of a query.
func each(ctx context.Context, tx *sql.Tx, scan func(*sql.Rows) error, query string, args ...any) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (s *Status) readRun(ctx context.Context, tx *sql.Tx) error {
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM runs`).Scan(&s.Runs); err != nil || s.Runs == 0 {
		return err
	}
	var (
		r              Run
		started        string
		ended, summary sql.NullString
		code           sql.NullInt64
	)
	err := tx.QueryRowContext(ctx, `SELECT id, started, ended, command, server, exit_code, summary FROM runs ORDER BY id DESC LIMIT 1`).
		Scan(&r.ID, &started, &ended, &r.Command, &r.Server, &code, &summary)
	if err != nil {
		return err
	}
	r.ExitCode = int(code.Int64)
	if summary.Valid {
		r.Summary = json.RawMessage(summary.String)
	}
	if r.Started, err = time.Parse(time.RFC3339Nano, started); err != nil {
		return err
	}
	if ended.Valid {
		r.Ended, err = time.Parse(time.RFC3339Nano, ended.String)
	}
	s.Last = &r
	return err
}

func (s *Status) lastRun() int64 {
	if s.Last == nil {
		return -1
	}
	return s.Last.ID
}

func (s *Status) readJobs(ctx context.Context, tx *sql.Tx) error {
	return each(ctx, tx, func(rows *sql.Rows) error {
		var t Totals
		err := rows.Scan(&t.Label, &t.Model, &t.Prompt, &t.Done, &t.Kept, &t.Rejected, &t.SetAside, &t.Pending, &t.Redo,
			&t.FirstTry, &t.Mended, &t.ByHand, &t.Repaired, &t.Ended)
		s.Labels = append(s.Labels, t)
		return err
	}, `SELECT label, max(model), max(prompt),
		sum(status = 'done'), sum(status = 'kept'), sum(status = 'rejected'), sum(status = 'set-aside'), sum(status = 'pending'),
		sum(status = 'pending' AND attempts = 0),
		sum(status = 'done' AND origin = 'model' AND NOT (attempts > 1 AND `+failedOnce+`)),
		sum(status = 'done' AND origin = 'model' AND attempts > 1 AND `+failedOnce+`),
		sum(status = 'done' AND origin <> 'model'), sum(status = 'done' AND repairs NOT IN ('[]', 'null')),
		sum(run = ? AND status IN ('done', 'rejected'))
		FROM jobs AS j WHERE `+newest+` GROUP BY label ORDER BY label`, s.lastRun())
}

// readRequests adds what the requests cost, those of replaced jobs too.
func (s *Status) readRequests(ctx context.Context, tx *sql.Tx) error {
	return each(ctx, tx, func(rows *sql.Rows) error {
		var label string
		var tokens int
		var seconds, ended float64
		if err := rows.Scan(&label, &tokens, &seconds, &ended); err != nil {
			return err
		}
		for i := range s.Labels {
			if t := &s.Labels[i]; t.Label == label {
				t.Tokens, t.Seconds, t.EndedSeconds = tokens, seconds, ended
			}
		}
		return nil
	}, `SELECT min(j.label), sum(a.tokens), sum(a.seconds), total(CASE WHEN a.run = ? THEN a.seconds END)
		FROM attempts a JOIN jobs j ON j.id = a.job GROUP BY j.label`, s.lastRun())
}

func (s *Status) readProblems(ctx context.Context, tx *sql.Tx) error {
	return each(ctx, tx, func(rows *sql.Rows) error {
		var p ProblemCount
		err := rows.Scan(&p.Code, &p.Message, &p.Jobs)
		s.Problems = append(s.Problems, p)
		return err
	}, `SELECT code, min(message), count(DISTINCT id) AS n FROM (
			SELECT j.id AS id, coalesce(json_extract(p.value, '$.code'), 'request-failed') AS code,
				coalesce(json_extract(p.value, '$.message'), j.reason) AS message
			FROM jobs AS j
			LEFT JOIN attempts a ON a.id = (SELECT max(id) FROM attempts WHERE job = j.id)
			LEFT JOIN json_each(a.record, '$.problems') p
			WHERE j.status = 'rejected' AND `+newest+`)
		GROUP BY code ORDER BY n DESC, code`)
}

func (s *Status) readEvents(ctx context.Context, tx *sql.Tx) error {
	return each(ctx, tx, func(rows *sql.Rows) error {
		var e TimedEvent
		var stamp string
		if err := rows.Scan(&stamp, &e.Kind, &e.Model, &e.Text); err != nil {
			return err
		}
		var err error
		e.Time, err = time.Parse(time.RFC3339Nano, stamp)
		s.Events = append(s.Events, e)
		return err
	}, `SELECT time, kind, model, text FROM events WHERE run = ? ORDER BY id`, s.lastRun())
}
