package ledger

import (
	"context"
	"database/sql"
	"sync"
)

// execer changes the ledger.
type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// statements are the writer's statements that entries are written with, by their
// text. SQLite compiles the triggers into each of them, which takes longer than it
// takes to execute them.
type statements struct {
	mu  sync.Mutex
	all map[string]*sql.Stmt
}

// prepare returns the statements. It compiles them at the first call, outside a
// transaction: the writer has one connection.
func (l *Ledger) prepare(ctx context.Context) (map[string]*sql.Stmt, error) {
	l.stmts.mu.Lock()
	defer l.stmts.mu.Unlock()
	if l.stmts.all != nil {
		return l.stmts.all, nil
	}
	all := map[string]*sql.Stmt{}
	for _, query := range []string{upsertJob, countAttempts, setVerdict, upsertAttempt, dropReplies, upsertPost, dropMarked, dropMark, addMark, addMarked, addBands, insertText} {
		stmt, err := l.writer.PrepareContext(ctx, query)
		if err != nil {
			return nil, l.fault(err)
		}
		all[query] = stmt
	}
	l.stmts.all = all
	return all, nil
}

// prepared executes the statements of a transaction, those that are prepared
// without compiling them again.
type prepared struct {
	tx    *sql.Tx
	stmts map[string]*sql.Stmt
}

func (p prepared) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if stmt := p.stmts[query]; stmt != nil {
		return p.tx.StmtContext(ctx, stmt).ExecContext(ctx, args...)
	}
	return p.tx.ExecContext(ctx, query, args...)
}
