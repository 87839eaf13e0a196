package ledger

import (
	"context"
	"fmt"
)

// Accounts is what remedies and early aborts came to, over all runs.
type Accounts struct {
	// Mended counts the posts that a remedy gave, by its name; Attempts all
	// attempts, by what they asked for.
	Mended, Attempts map[string]int
	// Tokens were generated for all attempts, TokensSaved is what aborts saved
	// by estimate, and Posts counts the posts that are there.
	Tokens, TokensSaved, Posts int
}

// TokensPerPost is what a post cost, failed attempts and rejected jobs
// included; 0 while there is none.
func (a *Accounts) TokensPerPost() int {
	if a.Posts == 0 {
		return 0
	}
	return a.Tokens / a.Posts
}

// Accounts adds up the stored attempts. A remedy gave a post when it is the
// job's last attempt and one before it has a problem or an error.
func (l *Ledger) Accounts(ctx context.Context) (*Accounts, error) {
	a := &Accounts{Mended: map[string]int{}, Attempts: map[string]int{}}
	err := l.db.QueryRowContext(ctx, `SELECT coalesce(sum(tokens), 0), coalesce(sum(record ->> 'tokens_saved'), 0),
		(SELECT count(*) FROM jobs WHERE status = 'done') FROM attempts`).Scan(&a.Tokens, &a.TokensSaved, &a.Posts)
	if err != nil {
		return nil, fmt.Errorf("add up the attempts: %w", err)
	}
	if err := l.countBy(ctx, a.Attempts, `SELECT record ->> 'remedy', count(*) FROM attempts GROUP BY 1`); err != nil {
		return nil, err
	}
	return a, l.countBy(ctx, a.Mended, `SELECT last.record ->> 'remedy', count(*) FROM jobs j JOIN attempts last ON last.job = j.id
		WHERE j.status = 'done'
		AND NOT EXISTS (SELECT 1 FROM attempts later WHERE later.job = j.id AND (later.run, later.n) > (last.run, last.n))
		AND EXISTS (SELECT 1 FROM attempts a WHERE a.job = j.id AND a.run >= j.first_run AND (a.run, a.n) < (last.run, last.n) AND `+failed+`)
		GROUP BY 1`)
}

func (l *Ledger) countBy(ctx context.Context, into map[string]int, query string) error {
	rows, err := l.db.QueryContext(ctx, query)
	if err != nil {
		return fmt.Errorf("count the attempts: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var n int
		if err := rows.Scan(&name, &n); err != nil {
			return fmt.Errorf("count the attempts: %w", err)
		}
		into[name] = n
	}
	return rows.Err()
}
