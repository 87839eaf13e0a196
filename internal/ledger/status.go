package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nightpress/nightpress/internal/record"
	"github.com/nightpress/nightpress/internal/word"
)

// Status is the state of a folder after all its runs.
type Status struct {
	// Labels has the totals of each label, sorted by label.
	Labels []Totals
	// Problems counts why jobs are rejected, most frequent first.
	Problems []ProblemCount
	// Unreadable lists the records that were left out.
	Unreadable []Unreadable
	// Runs is how many runs there were; Last is the newest, nil when there is
	// none. Events are what its server did, oldest first.
	Runs int
	Last *Run
	// Servers has what each server did in the newest run, by name; none in a
	// run of one without a name.
	Servers []ServerTotals
	// Begun counts posts in sections that are in progress.
	Begun  Begun
	Events []TimedEvent
}

// Totals count the newest job of every location of a label. A pending job has a
// request, but no result.
type Totals struct {
	Label, Model, Prompt                    string
	Done, Kept, Rejected, SetAside, Pending int
	// Redo are those of the pending that are marked with redo.
	Redo int
	// FirstTry, Mended and ByHand count the done and kept by their verdict;
	// posts that were found in the folder have none. Repaired, which may be any
	// of them, needed repairs.
	FirstTry, Mended, ByHand, Repaired int
	// Tokens and Seconds are those of all requests, in all runs.
	Tokens  int
	Seconds float64
	// Generation is that of the jobs counted above.
	Generation record.Generation
	// Ended counts the jobs that the newest run brought to an end.
	Ended int
}

// ServerTotals count what a server did in a run.
type ServerTotals struct {
	Name            string
	Posts, Rejected int
	Loads, Outages  int
	Generation      record.Generation
}

// ProblemCount counts the rejected jobs whose last reply has a problem. Message is
// an example.
type ProblemCount struct {
	Code, Message string
	Jobs          int
}

// Run is one run. Ended is the zero time, and ExitCode means nothing, while it
// is in progress, and for good when it was killed. Summary is JSON, nil when there
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

// newest selects the newest job of every location. Without INDEXED BY, SQLite
// takes the index by run and compares every job of a label with every other one.
const newest = `NOT EXISTS (SELECT 1 FROM jobs AS newer INDEXED BY jobs_by_place WHERE newer.slug = j.slug AND newer.label = j.label
	AND (newer.run, newer.updated) > (j.run, j.updated))`

// Status reads the state of the folder at one moment. It leaves out a record that
// cannot be read.
func (l *Ledger) Status(ctx context.Context) (_ *Status, err error) {
	tx, err := l.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, fmt.Errorf("read the ledger: %w", l.fault(err))
	}
	defer func() { err = errors.Join(err, l.fault(tx.Rollback())) }()
	r := &statusReader{l, tx, &Status{}}
	for _, read := range []func(context.Context) error{r.readRun, r.readJobs, r.readUnknown, r.readRequests, r.readProblems, r.readBegun, r.readEvents, r.readServers} {
		if err := read(ctx); err != nil {
			return nil, fmt.Errorf("read the ledger: %w", err)
		}
	}
	r.Unreadable = l.Unreadable()
	return r.Status, nil
}

// Servers returns what each server did in the newest run; none in a run of one
// without a name. Status has the same.
func (l *Ledger) Servers(ctx context.Context) (_ []ServerTotals, err error) {
	tx, err := l.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, fmt.Errorf("read the ledger: %w", l.fault(err))
	}
	defer func() { err = errors.Join(err, l.fault(tx.Rollback())) }()
	r := &statusReader{l, tx, &Status{}}
	for _, read := range []func(context.Context) error{r.readRun, r.readEvents, r.readServers} {
		if err := read(ctx); err != nil {
			return nil, fmt.Errorf("read the ledger: %w", err)
		}
	}
	return r.Status.Servers, nil
}

type statusReader struct {
	l  *Ledger
	tx *sql.Tx
	*Status
}

func (s *statusReader) readRun(ctx context.Context) error {
	if err := s.l.row(ctx, s.tx, `SELECT count(*) FROM runs`, nil, &s.Runs); err != nil || s.Runs == 0 {
		return err
	}
	var (
		r              Run
		ended, summary sql.NullString
		code           sql.NullInt64
		bad            string
	)
	err := s.l.row(ctx, s.tx, `SELECT id, started, ended, command, server, CAST(exit_code AS INTEGER), summary FROM runs ORDER BY id DESC LIMIT 1`, nil,
		&r.ID, column{"start", &r.Started, &bad}, &ended, column{"command", &r.Command, &bad}, column{"server", &r.Server, &bad}, &code, &summary)
	if err != nil {
		return err
	}
	r.ExitCode = int(code.Int64)
	if json.Valid([]byte(summary.String)) {
		r.Summary = json.RawMessage(summary.String)
	} else if summary.Valid {
		bad = "its summary is not valid JSON"
	}
	if ended.Valid {
		if r.Ended, err = time.Parse(time.RFC3339Nano, ended.String); err != nil {
			bad = fmt.Sprintf("its end is %.40q", ended.String)
		}
	}
	if bad != "" {
		s.l.skip(fmt.Sprintf("run %d", r.ID), bad)
	}
	s.Last = &r
	return nil
}

func (s *Status) lastRun() int64 {
	if s.Last == nil {
		return -1
	}
	return s.Last.ID
}

func (s *statusReader) readJobs(ctx context.Context) error {
	return s.l.rows(ctx, s.tx, func(rows *sql.Rows) error {
		var t Totals
		err := rows.Scan(&t.Label, &t.Model, &t.Prompt, &t.Done, &t.Kept, &t.Rejected, &t.SetAside, &t.Pending, &t.Redo,
			&t.FirstTry, &t.Mended, &t.ByHand, &t.Repaired, &t.Ended, &t.Generation.Tokens, &t.Generation.Seconds)
		s.Labels = append(s.Labels, t)
		return err
	}, `SELECT label, max(model), max(prompt), sum(done), sum(kept), sum(rejected), sum(aside), sum(pending), sum(redo), sum(first_try), sum(mended),
		sum(by_hand), sum(repaired), sum(CASE WHEN run = ? THEN done + rejected ELSE 0 END), sum(tokens), sum(micros) / 1e6
		FROM totals WHERE jobs > 0 GROUP BY label ORDER BY label`, s.lastRun())
}

// readUnknown names what the counts leave out.
func (s *statusReader) readUnknown(ctx context.Context) error {
	err := s.l.rows(ctx, s.tx, func(rows *sql.Rows) error {
		var id, status string
		err := rows.Scan(&id, &status)
		s.l.skip(nameOfJob(id), fmt.Sprintf("its status is %.40q", status))
		return err
	}, `SELECT CAST(id AS TEXT), CAST(status AS TEXT) FROM jobs INDEXED BY jobs_unknown
		WHERE status NOT IN ('pending', 'done', 'rejected', 'kept', 'set-aside') LIMIT ?`, mostUnreadable)
	if err != nil {
		return err
	}
	return s.l.rows(ctx, s.tx, func(rows *sql.Rows) error {
		var job string
		err := rows.Scan(&job)
		s.l.skip("attempt of "+nameOfJob(job), "it is not valid JSON")
		return err
	}, `SELECT CAST(job AS TEXT) FROM attempts INDEXED BY attempts_unreadable WHERE NOT json_valid(record) LIMIT ?`, mostUnreadable)
}

// readRequests adds what the requests cost, those of replaced jobs too.
func (s *statusReader) readRequests(ctx context.Context) error {
	return s.l.rows(ctx, s.tx, func(rows *sql.Rows) error {
		var label string
		var tokens int
		var seconds float64
		if err := rows.Scan(&label, &tokens, &seconds); err != nil {
			return err
		}
		for i := range s.Labels {
			if t := &s.Labels[i]; strings.EqualFold(t.Label, label) {
				t.Tokens, t.Seconds = tokens, seconds
			}
		}
		return nil
	}, `SELECT label, tokens, micros / 1e6 FROM spent`)
}

// mostCodes bounds the problems that are told apart.
const mostCodes = 1000

// readProblems counts the problems of the last replies of rejected jobs. A job's
// problems come together, so that each counts it once.
func (s *statusReader) readProblems(ctx context.Context) error {
	type counted struct {
		at   int
		last string
	}
	seen := map[string]*counted{}
	err := s.l.rows(ctx, s.tx, func(rows *sql.Rows) error {
		var id string
		var p ProblemCount
		if err := rows.Scan(&id, &p.Code, &p.Message); err != nil {
			return err
		}
		c := seen[p.Code]
		switch {
		case c == nil && len(seen) == mostCodes:
		case c == nil:
			p.Jobs = 1
			seen[p.Code] = &counted{len(s.Problems), id}
			s.Problems = append(s.Problems, p)
		case c.last != id:
			c.last = id
			s.Problems[c.at].Jobs++
			s.Problems[c.at].Message = min(s.Problems[c.at].Message, p.Message)
		}
		return nil
	}, `SELECT CAST(j.id AS TEXT), coalesce(CAST(p.value ->> '$.code' AS TEXT), '`+record.RequestFailed+`'),
			substr(coalesce(CAST(p.value ->> '$.message' AS TEXT), j.reason), 1, 4096)
		FROM jobs AS j INDEXED BY jobs_rejected
		LEFT JOIN attempts a ON a.id = (SELECT max(id) FROM attempts WHERE job = j.id)
		LEFT JOIN json_each(CASE WHEN json_valid(a.record) THEN CASE WHEN json_type(a.record, '$.problems') = 'array' THEN a.record -> '$.problems' END ELSE '[]' END) p
			ON p.type = 'object'
		WHERE j.status = 'rejected' AND `+newest)
	slices.SortFunc(s.Problems, func(a, b ProblemCount) int {
		return cmp.Or(cmp.Compare(b.Jobs, a.Jobs), cmp.Compare(a.Code, b.Code))
	})
	return err
}

func (s *statusReader) readEvents(ctx context.Context) error {
	return s.l.rows(ctx, s.tx, func(rows *sql.Rows) error {
		var e TimedEvent
		var id int64
		bad, kind := "", ""
		err := rows.Scan(&id, column{"time", &e.Time, &bad}, column{"kind", &kind, &bad}, column{"model", &e.Model, &bad}, column{"text", &e.Text, &bad}, column{"server", &e.Server, &bad})
		if bad != "" {
			s.l.skip(fmt.Sprintf("event %d", id), bad)
			return err
		}
		e.Kind = word.Of[EventKind](kind)
		s.Events = append(s.Events, e)
		return err
	}, `SELECT id, time, kind, model, text, server FROM events WHERE run = ? ORDER BY id`, s.lastRun())
}

// readServers adds up what each server did in the newest run. A wait that
// follows another one belongs to the same outage, also if the server loaded a model
// between: only an answer ends an outage.
func (s *statusReader) readServers(ctx context.Context) error {
	at := map[string]int{}
	of := func(name string) *ServerTotals {
		i, ok := at[name]
		if !ok {
			i = len(s.Servers)
			at[name] = i
			s.Servers = append(s.Servers, ServerTotals{Name: name})
		}
		return &s.Servers[i]
	}
	err := s.l.rows(ctx, s.tx, func(rows *sql.Rows) error {
		var t ServerTotals
		err := rows.Scan(&t.Name, &t.Posts, &t.Rejected, &t.Generation.Tokens, &t.Generation.Seconds)
		*of(t.Name) = t
		return err
	}, `SELECT server, sum(done), sum(rejected), sum(tokens), sum(micros) / 1e6 FROM totals WHERE run = ? AND server != '' AND jobs > 0
		GROUP BY server ORDER BY server`, s.lastRun())
	away := map[string]bool{}
	for _, e := range s.Events {
		if e.Server == "" {
			continue
		}
		switch e.Kind {
		case EventLoaded:
			of(e.Server).Loads++
		case EventWaiting:
			if !away[e.Server] {
				of(e.Server).Outages++
			}
			away[e.Server] = true
		case EventResumed:
			away[e.Server] = false
		}
	}
	return err
}
