package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/nightpress/nightpress/internal/record"
)

// Unreadable is a record of the ledger that cannot be read. It is left out, and
// the rest of the ledger is read.
type Unreadable struct {
	// Record names it, such as "job 0123456789ab" or "run 7". Why says what is
	// wrong with it.
	Record string `json:"record"`
	Why    string `json:"why"`
}

func (u Unreadable) String() string { return u.Record + ": " + u.Why }

// unreadable collects unreadable records. It is safe for concurrent use.
type unreadable struct {
	mu    sync.Mutex
	seen  map[Unreadable]bool
	first []Unreadable
}

// mostUnreadable bounds how many are collected.
const mostUnreadable = 10_000

// skip notes a record that is left out. A record noted twice counts once.
func (l *Ledger) skip(record, why string) {
	u := Unreadable{record, why}
	l.unread.mu.Lock()
	defer l.unread.mu.Unlock()
	if l.unread.seen[u] || len(l.unread.seen) >= mostUnreadable {
		return
	}
	if l.unread.seen == nil {
		l.unread.seen = map[Unreadable]bool{}
	}
	l.unread.seen[u] = true
	l.unread.first = append(l.unread.first, u)
}

// Unreadable returns the records left out so far, in the order in which they were
// found.
func (l *Ledger) Unreadable() []Unreadable {
	l.unread.mu.Lock()
	defer l.unread.mu.Unlock()
	return slices.Clone(l.unread.first)
}

// nameOfJob names a job's record.
func nameOfJob(id string) string { return fmt.Sprintf("job %.12s", id) }

// querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// rows calls scan for every row of a query. It stops at an error of scan.
func (l *Ledger) rows(ctx context.Context, q querier, scan func(*sql.Rows) error, query string, args ...any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return l.fault(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return l.fault(err)
		}
	}
	return l.fault(rows.Err())
}

// row scans the first row of a query. Without one, the error is sql.ErrNoRows.
func (l *Ledger) row(ctx context.Context, q querier, query string, args []any, dest ...any) error {
	return l.fault(q.QueryRowContext(ctx, query, args...).Scan(dest...))
}

// column scans a value that another program may have damaged. A value of the wrong
// type leaves the destination unchanged and sets bad.
type column struct {
	name string
	dest any
	bad  *string
}

// mostCount is the largest plausible count: no reply and no post is as long.
const mostCount = 1 << 40

// Scan implements sql.Scanner.
func (c column) Scan(value any) error {
	ok := false
	switch dest := c.dest.(type) {
	case *string:
		switch v := value.(type) {
		case string:
			*dest, ok = v, true
		case []byte:
			*dest, ok = string(v), true
		}
	case *int:
		if v, is := value.(int64); is && v >= 0 && v < mostCount {
			*dest, ok = int(v), true
		}
	case *int64:
		if v, is := value.(int64); is {
			*dest, ok = v, true
		}
	case *float64:
		switch v := value.(type) {
		case float64:
			*dest, ok = v, !math.IsNaN(v) && !math.IsInf(v, 0)
		case int64:
			*dest, ok = float64(v), true
		}
	case *time.Time:
		if text, is := value.(string); is {
			t, err := time.Parse(time.RFC3339Nano, text)
			*dest, ok = t, err == nil
		}
	default:
		panic(fmt.Sprintf("ledger: a column of type %T", c.dest))
	}
	if !ok && *c.bad == "" {
		*c.bad = fmt.Sprintf("its %s is %.40q", c.name, fmt.Sprint(value))
	}
	return nil
}

// decodeAttempt reads an attempt's record. A ledger may come from anywhere, so
// implausible numbers and overlong texts are bounded.
func decodeAttempt(text string) (record.Attempt, error) {
	var a record.Attempt
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		return a, fmt.Errorf("it is not valid JSON: %w", err)
	}
	a.Bound()
	return a, nil
}
